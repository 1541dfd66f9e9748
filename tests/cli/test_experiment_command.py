"""`gifworthy experiment`, from the plan to the winner and the labels, as a person types it."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import asdict
from pathlib import Path

import pytest

from commands import Run, read
from gifworthy.cli.results import OURS, opened
from gifworthy.experiments.assignment import assign

FIELDS = ("unit", "version", "propensity")


@pytest.fixture(autouse=True)
def places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Records of their own, and the same lots each time: what they are drawn by is fixed."""
    monkeypatch.setenv("GIFWORTHY_RECORDS", str(tmp_path / "records.sqlite"))
    monkeypatch.setattr(secrets, "token_hex", lambda size: "5a" * size)


def begun(run: Run, *flags: str) -> str:
    told = run("experiment", "begin", "Covers", "--arms", "still,gif", "--planned", "500", *flags)
    assert told.code == 0, told.err
    return told.out.strip()


def watched(found: str, place: Path, viewers: int, gif: int = 3, still: int = 10) -> None:
    """Each viewer sees one film; of those with the GIF every third clicks, of the others every tenth."""
    experiments = opened()
    made = experiments.find(OURS, found)
    split = experiments.split(made)
    now = made.created + 1
    rows = []
    for number in range(viewers):
        given = asdict(assign(made, split, f"viewer {number}", "film.mp4"))
        own = {name: given[name] for name in FIELDS}
        every = gif if given["name"] == "gif" else still
        kinds = ("viewable", "click") if number % every == 0 else ("viewable",)
        rows += [
            {
                "id": f"{number} {kind}",
                "kind": kind,
                "exposure": f"x{number}",
                "video": "film.mp4",
                "arm": given["name"],
                "at": now + number,
                "received": now + number,
                **own,
            }
            for kind in kinds
        ]
    place.write_text("".join(json.dumps(row) + "\n" for row in rows))


def test_from_the_plan_to_the_winner_and_the_labels(run: Run, tmp_path: Path) -> None:
    planned = run("experiment", "plan", "--rate", "10%", "--lift", "200%", "--daily", "100")
    assert "looking at any time" in planned.out
    assert "days" in planned.out
    found = begun(run)
    assert found in run("experiment", "list").out
    (tmp_path / "shows.csv").write_text(
        "video,arm,start,end,duration\nfilm.mp4,still,,,\nfilm.mp4,gif,2,5,60\n"
    )
    assert run("experiment", "show", found, "shows.csv").out == "2 variants added\n"
    watched(found, tmp_path / "events.jsonl", 900, gif=2)
    added = run("experiment", "add", found[:8], "events.jsonl")
    assert added.out.endswith("events added\n")
    again = run("experiment", "add", found, "events.jsonl")
    assert again.out.startswith("0 events added")

    told = run("experiment", "report", found, "-o", "page.html")
    assert "gif is clicked" in told.out
    assert "winner: gif" in (tmp_path / "page.html").read_text()
    record = read(run("experiment", "report", found, "--json").out, "experiment")
    assert record["winner"] == "gif"
    assert run("experiment", "report", found, "-o", "picture.png").code == 0
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")

    labels = run("experiment", "clicks", found, "-o", "clicks.csv")
    assert labels.code == 0
    assert "teach nothing yet" in labels.err
    assert run("data", "read", "clicks", "clicks.csv").out.startswith("clicks.parquet: 1 label")
    assert "FAILED" not in run("experiment", "selftest", found, "--runs", "20").out

    (tmp_path / "plan.csv").write_text("video,arm\nfilm.mp4,gif\n")
    judged = run("experiment", "judge", found, "plan.csv")
    assert all(word in judged.out for word in ("IPS", "SNIPS", "DR"))
    assert "this plan would have been clicked more often" in judged.out
    assert run("experiment", "forget", "viewer 0").out == "2 events forgotten\n"
    assert run("experiment", "end", found).out == f"{found} ended\n"


def test_a_bandit_is_split_anew(run: Run, tmp_path: Path) -> None:
    found = begun(run, "--thompson", "--floor", "10%")
    run("experiment", "resplit", found).complained("no views are counted yet", code=2)
    watched(found, tmp_path / "events.jsonl", 200)
    run("experiment", "add", found, "events.jsonl")
    told = run("experiment", "resplit", found)
    assert told.out.startswith("version 2: still ")
    given = json.loads(run("experiment", "assign", found, "ann", "film.mp4").out)
    assert given["version"] == 2
    said = {"id": "z", "kind": "viewable", "exposure": "z", "video": "film.mp4", "at": time.time()}
    (tmp_path / "more.jsonl").write_text(json.dumps({**said, **given}) + "\n")
    assert run("experiment", "add", found, "more.jsonl").out.startswith("1 event")
    other = begun(run)
    run("experiment", "resplit", other).complained("fixed split", code=2)


def test_what_is_wrong_is_said_in_one_line(run: Run, tmp_path: Path) -> None:
    run("experiment", "plan", "--rate", "5%").complained("--lift", "--views", code=2)
    run("experiment", "plan", "--rate", "five", "--lift", "1%").complained("share", code=2)
    run("experiment", "report", "exp_nothing").complained("no experiment", "experiment list")
    run("experiment", "begin", "x", "--arms", "one").complained("2 to 20 arms", code=2)
    found = begun(run)
    run("experiment", "report", found, "-o", "report.pdf").complained(".html", code=2)
    run("experiment", "selftest", found).complained("100 counted views", code=2)
    run("experiment", "clicks", found).complained("experiment show", code=2)
    (tmp_path / "bad.jsonl").write_text('{"id": "a", "kind": "click"}\n')
    run("experiment", "add", found, "bad.jsonl").complained("bad.jsonl:1", "'exposure'")
    (tmp_path / "bad.csv").write_text("id,kind\na,click\n")
    run("experiment", "add", found, "bad.csv").complained("bad.csv:1", "exposure")
    run("experiment", "add", found, "missing.jsonl").complained("missing.jsonl")
    (tmp_path / "plan.csv").write_text("video,arm\nfilm.mp4,webp\n")
    run("experiment", "judge", found, "plan.csv").complained("plan.csv:2", "still, gif")


def test_views_say_what_they_find(run: Run) -> None:
    told = run("experiment", "plan", "--rate", "0.053", "--views", "10000")
    assert "a lift of +35" in told.out.splitlines()[0]
