"""Work that was accepted: done once, in order, whoever dies."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event

from gifworthy.records.ageing import Ageing
from gifworthy.records.catalogue import Catalogue, StoredVideo, Upload
from gifworthy.records.database import Database
from gifworthy.records.jobs import LEASE, MOST_TURNS, PAUSE, Jobs, KeyReused
from gifworthy.records.orders import Job, Order

ORDER = Order("ours", "video", "cover", {"width": 320})
ERROR = {"type": "VideoUnreadable", "message": "nothing decodes", "retryable": False}


@pytest.fixture
def jobs(database: Database) -> Jobs:
    return Jobs(database)


def claimed(jobs: Jobs, now: float, worker: str = "one") -> Job:
    job = jobs.claim(worker, now=now)
    assert job is not None
    return job


def test_an_order_waits_and_is_claimed_once(jobs: Jobs) -> None:
    ordered = jobs.order(ORDER, now=100)
    assert (ordered.state, ordered.request) == ("pending", {"width": 320})
    job = claimed(jobs, 101)
    assert (job.id, job.state, job.turn, job.failures) == (ordered.id, "processing", 1, 0)
    assert jobs.claim("two", now=102) is None


def test_the_urgent_come_first_then_the_old(jobs: Jobs) -> None:
    old = jobs.order(ORDER, now=1)
    young = jobs.order(ORDER, now=2)
    urgent = jobs.order(replace(ORDER, priority=5), now=3)
    assert [claimed(jobs, 4).id for _ in range(3)] == [urgent.id, old.id, young.id]


def test_done_work_stays_done(jobs: Jobs) -> None:
    jobs.order(ORDER, now=1)
    job = claimed(jobs, 2)
    assert jobs.complete(job, {"cover": "abc"}, now=3)
    found = jobs.find("ours", job.id)
    assert found is not None
    assert (found.state, found.outcome, found.progress, found.ended) == (
        "completed",
        {"cover": "abc"},
        1.0,
        3,
    )
    assert not jobs.fail(job, ERROR, retry=False, now=4)
    assert jobs.claim("two", now=1e9) is None


def test_a_dead_workers_job_is_claimed_by_another_and_the_dead_cannot_end_it(jobs: Jobs) -> None:
    jobs.order(ORDER, now=0)
    lost = claimed(jobs, 0, "dead")
    assert jobs.claim("two", now=LEASE - 1) is None
    again = claimed(jobs, LEASE, "two")
    assert (again.id, again.turn, again.failures) == (lost.id, 2, 1)
    assert not jobs.complete(lost, {"by": "the dead"}, now=LEASE + 1)
    assert not jobs.renew(lost, 0.5, now=LEASE + 1)
    assert jobs.complete(again, {"by": "two"}, now=LEASE + 2)


def test_who_renews_keeps_its_job(jobs: Jobs) -> None:
    jobs.order(ORDER, now=0)
    job = claimed(jobs, 0)
    assert jobs.renew(job, 0.25, "looking", now=LEASE - 1)
    assert jobs.claim("two", now=LEASE + 1) is None
    found = jobs.find("ours", job.id)
    assert found is not None
    assert (found.progress, found.stage) == (0.25, "looking")


def test_a_job_that_kills_its_workers_is_given_up(jobs: Jobs) -> None:
    ordered = jobs.order(ORDER, now=0)
    for turn in range(MOST_TURNS):
        claimed(jobs, turn * LEASE)
    assert jobs.claim("one", now=MOST_TURNS * LEASE) is None
    found = jobs.find("ours", ordered.id)
    assert found is not None
    assert (found.state, found.outcome["type"]) == ("errored", "WorkerLost")


def test_what_may_pass_is_tried_again_later_and_not_for_ever(jobs: Jobs) -> None:
    ordered = jobs.order(ORDER, now=0)
    assert jobs.fail(claimed(jobs, 0), ERROR, retry=True, now=0)
    assert jobs.claim("one", now=PAUSE - 1) is None
    assert jobs.fail(claimed(jobs, PAUSE), ERROR, retry=True, now=PAUSE)
    assert jobs.claim("one", now=PAUSE + 4 * PAUSE - 1) is None
    assert jobs.fail(claimed(jobs, 5 * PAUSE), ERROR, retry=True, now=5 * PAUSE)
    found = jobs.find("ours", ordered.id)
    assert found is not None
    assert (found.state, found.failures, found.outcome) == ("errored", 3, ERROR)


def test_what_cannot_pass_is_not_tried_again(jobs: Jobs) -> None:
    ordered = jobs.order(ORDER, now=0)
    jobs.fail(claimed(jobs, 0), ERROR, retry=False, now=0)
    found = jobs.find("ours", ordered.id)
    assert found is not None
    assert found.state == "errored"


def test_a_worker_that_stops_gives_its_job_back_unharmed(jobs: Jobs) -> None:
    jobs.order(ORDER, now=0)
    assert jobs.give_back(claimed(jobs, 1), now=2)
    again = claimed(jobs, 2)
    assert (again.turn, again.failures) == (2, 0)


def test_the_same_key_gives_the_same_job(jobs: Jobs) -> None:
    once = replace(ORDER, once="k", asked="a")
    assert jobs.order(once).id == jobs.order(once).id
    assert jobs.order(replace(once, tenant="theirs")).id != jobs.order(once).id
    with pytest.raises(KeyReused, match="'k' was used for another request"):
        jobs.order(replace(once, asked="b"))


def test_cancelling_what_waits_and_what_runs(jobs: Jobs) -> None:
    waiting = jobs.order(ORDER, now=0)
    cancelled = jobs.cancel("ours", waiting.id, now=1)
    assert cancelled is not None
    assert (cancelled.state, cancelled.ended) == ("cancelled", 1)
    jobs.order(ORDER, now=0)
    job = claimed(jobs, 1)
    asked = jobs.cancel("ours", job.id, now=2)
    assert asked is not None
    assert (asked.state, asked.stopping) == ("processing", True)
    assert not jobs.renew(job, 0.5, now=3)
    assert jobs.stopped(job, now=4)
    assert jobs.count("ours")["cancelled"] == 2


def test_what_was_cancelled_while_its_worker_died_is_not_begun_again(jobs: Jobs) -> None:
    jobs.order(ORDER, now=0)
    jobs.cancel("ours", claimed(jobs, 0).id, now=1)
    assert jobs.claim("two", now=LEASE) is None
    assert jobs.count()["cancelled"] == 1


def test_one_tenant_sees_and_stops_nothing_of_another(jobs: Jobs) -> None:
    job = jobs.order(ORDER)
    assert jobs.find("theirs", job.id) is None
    assert jobs.cancel("theirs", job.id) is None
    assert jobs.of("theirs") == ()
    assert [found.id for found in jobs.of("ours")] == [job.id]


def test_many_workers_at_once_take_each_job_once(jobs: Jobs) -> None:
    for _ in range(40):
        jobs.order(ORDER, now=0)

    def work(worker: int) -> list[str]:
        taken = []
        while job := jobs.claim(str(worker), now=1):
            taken.append(job.id)
        return taken

    with ThreadPoolExecutor(4) as pool:
        taken = [job for some in pool.map(work, range(4)) for job in some]
    assert len(taken) == len(set(taken)) == 40


def looked_at(jobs: Jobs) -> tuple[StoredVideo, Job]:
    """A video, and the job that is to look at it."""
    video = Catalogue(jobs.database).add(Upload("ours", "0" * 64, "talk.mp4", 9))
    return video, jobs.order(Order("ours", video.id, "look", {}), now=0)


def state_of(jobs: Jobs, video: StoredVideo) -> tuple[str, object]:
    found = Catalogue(jobs.database).find("ours", video.id)
    assert found is not None
    error = found.facts.get("error")
    return found.state, error["type"] if isinstance(error, dict) else None


def test_a_video_whose_look_lost_its_workers_is_not_left_waiting(jobs: Jobs) -> None:
    video, _ = looked_at(jobs)
    for turn in range(MOST_TURNS):
        claimed(jobs, turn * LEASE)
        assert state_of(jobs, video) == ("processing", None)
    assert jobs.claim("one", now=MOST_TURNS * LEASE) is None
    assert state_of(jobs, video) == ("errored", "WorkerLost")


@pytest.mark.parametrize("how", ["waiting", "running", "its worker died"])
def test_a_video_whose_look_was_stopped_is_not_left_waiting(jobs: Jobs, how: str) -> None:
    video, look = looked_at(jobs)
    job = None if how == "waiting" else claimed(jobs, 0)
    jobs.cancel("ours", look.id, now=1)
    if how == "running" and job is not None:
        assert state_of(jobs, video) == ("processing", None)
        assert jobs.stopped(job, now=2)
    if how == "its worker died":
        jobs.claim("two", now=LEASE)
    assert state_of(jobs, video) == ("errored", "LookStopped")
    again = Catalogue(jobs.database).add(Upload("ours", "0" * 64, "talk.mp4", 9))
    assert (again.id, again.state) == (video.id, "processing")


def test_a_look_that_failed_says_of_its_video_why_and_only_its_own_turn_does(jobs: Jobs) -> None:
    video, _ = looked_at(jobs)
    late = claimed(jobs, 0)
    job = claimed(jobs, LEASE)
    assert not jobs.fail(late, ERROR, retry=False, now=LEASE)
    assert state_of(jobs, video) == ("processing", None)
    assert jobs.fail(job, ERROR, retry=False, now=LEASE)
    assert state_of(jobs, video) == ("errored", "VideoUnreadable")


def test_a_video_that_was_looked_at_stays_ready_whatever_other_jobs_do(jobs: Jobs) -> None:
    video, _ = looked_at(jobs)
    Catalogue(jobs.database).describe("ours", video.id, "ready", {})
    jobs.fail(claimed(jobs, 0), ERROR, retry=False, now=0)
    jobs.order(Order("ours", video.id, "cover", {}), now=1)
    jobs.fail(claimed(jobs, 1), ERROR, retry=False, now=1)
    assert state_of(jobs, video) == ("ready", None)


def test_work_is_told_from_what_was_there_already(jobs: Jobs) -> None:
    jobs.order(replace(ORDER, known={"cover": "abc"}), now=1)
    done = jobs.order(ORDER, now=2)
    jobs.complete(claimed(jobs, 2), {}, now=3)
    waiting = jobs.order(ORDER, now=4)
    assert [job.id for job in jobs.of("ours", only_work=True)] == [waiting.id, done.id]
    assert [job.id for job in jobs.of("ours", only_work=True, most=1)] == [waiting.id]
    counts = {state: count for state, count in jobs.count("ours", only_work=True).items() if count}
    assert counts == {"pending": 1, "completed": 1}
    assert jobs.count("ours")["completed"] == 2
    assert (jobs.waiting("ours"), jobs.waiting("theirs")) == (1, 0)


def test_what_has_ended_makes_no_question_of_every_minute_slower(database: Database) -> None:
    """Each has an index that holds only what it asks for."""
    if database.is_server:
        pytest.skip("a server chooses by what it has counted")
    plans: list[str] = []

    def explain(_: object, cursor: Any, words: str, given: object, *more: object) -> None:
        if words.startswith("SELECT") and "FROM jobs" in words:
            told = cursor.connection.cursor().execute(f"EXPLAIN QUERY PLAN {words}", given)
            plans.append(" ".join(row[3] for row in told))

    event.listen(database._engine, "before_cursor_execute", explain)
    jobs = Jobs(database)
    for ask, index in (
        (lambda: jobs.waiting("ours"), "jobs_alive"),
        (lambda: jobs.of("ours", None, ("pending",), 500), "jobs_alive"),
        (lambda: jobs.of("ours", "video"), "jobs_of_video"),
        (lambda: jobs.of("ours", only_work=True), "jobs_worked"),
        (lambda: jobs.count("ours", only_work=True), "COVERING INDEX jobs_worked"),
        (lambda: Ageing(database).remove_old(), "jobs_over"),
    ):
        plans.clear()
        ask()
        assert index in plans[-1], plans
        assert not any(plan.startswith("SCAN") for plan in plans)
