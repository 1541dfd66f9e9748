"""What has ended is kept for so long, and then goes: whole, in small steps, and nothing else with it."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from gifworthy.records import ageing
from gifworthy.records.ageing import DAY, KEPT_DAYS, Ageing
from gifworthy.records.database import Database
from gifworthy.records.deliveries import Deliveries
from gifworthy.records.jobs import Jobs
from gifworthy.records.orders import Job, Order

ORDER = Order("ours", "video", "cover", {"width": 320})
TOLD = replace(ORDER, webhook="https://site.example/told")
LATER = KEPT_DAYS * DAY


@pytest.fixture
def jobs(database: Database) -> Jobs:
    return Jobs(database)


def ended(jobs: Jobs, order: Order, at: float) -> Job:
    """A job that was done at a time."""
    made = jobs.order(order, now=at)
    job = jobs.claim("one", now=at)
    assert job is not None
    assert job.id == made.id
    jobs.complete(job, {"cover": "abc"}, now=at)
    return job


def left(jobs: Jobs) -> list[str]:
    return [job.id for job in jobs.of("ours", most=1000)]


def test_what_ended_long_ago_goes_and_nothing_else(jobs: Jobs) -> None:
    ended(jobs, ORDER, 0.0)
    young = ended(jobs, ORDER, 2.0)
    being_done = jobs.order(ORDER, now=0.0)
    assert jobs.claim("one", now=LATER) is not None
    waiting = jobs.order(ORDER, now=0.0)
    assert Ageing(jobs.database).remove_old(now=LATER + 1) == 1
    assert set(left(jobs)) == {young.id, being_done.id, waiting.id}


def test_a_message_goes_with_its_job_and_keeps_it_while_it_waits(jobs: Jobs) -> None:
    job, deliveries = ended(jobs, TOLD, 0.0), Deliveries(jobs.database)
    assert Ageing(jobs.database).remove_old(now=LATER + 1) == 0
    message = deliveries.claim(now=1.0)
    assert message is not None
    deliveries.arrived(message, "200")
    assert Ageing(jobs.database).remove_old(now=LATER + 1) == 1
    assert (jobs.find("ours", job.id), deliveries.about(job.id)) == (None, None)


def test_a_key_is_forgotten_with_its_job(jobs: Jobs) -> None:
    once = replace(ORDER, once="client:42", asked="a")
    first = ended(jobs, once, 0.0)
    assert jobs.order(once).id == first.id
    Ageing(jobs.database).remove_old(now=LATER + 1)
    assert jobs.order(replace(once, asked="b")).id != first.id


def test_it_goes_in_steps_the_oldest_first(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ageing, "AT_ONCE", 2)
    made = [ended(jobs, ORDER, float(at)).id for at in range(5)]
    steps = [Ageing(jobs.database).remove_old(now=LATER + 9) for _ in range(2)]
    assert (steps, left(jobs)) == ([2, 2], made[4:])


def test_it_goes_on_until_there_is_no_more(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ageing, "AT_ONCE", 2)
    monkeypatch.setattr(ageing, "BETWEEN", 0.01)
    for at in range(5):
        ended(jobs, ORDER, float(at))
    over = threading.Event()
    thread = threading.Thread(target=Ageing(jobs.database).remove_until, args=(over,))
    thread.start()
    patience = 400
    while left(jobs) and patience:
        patience -= 1
        over.wait(0.05)
    over.set()
    thread.join(20)
    assert left(jobs) == []
    assert not thread.is_alive()
