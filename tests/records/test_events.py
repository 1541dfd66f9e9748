"""Events: kept once each, all or none, and forgotten when asked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import pytest

from gifworthy.records.database import Database
from gifworthy.records.events import Event, Events

UNIT = "0123456789abcdef" * 2
EVENT = Event("e0", "click", "x0", UNIT, "film", 1, 1, 0.5, 10.0, 11.0)


@pytest.fixture
def events(database: Database) -> Events:
    return Events(database)


def many(count: int, first: int = 0) -> list[Event]:
    return [
        replace(EVENT, id=f"e{first + n}", exposure=f"x{(first + n) // 3}") for n in range(count)
    ]


def test_what_is_added_comes_back(events: Events) -> None:
    told = [
        EVENT,
        replace(EVENT, id="e1", kind="dwell", value=12.5, robot=True, video="Ж \u202e'; --"),
    ]
    assert events.add("exp", told) == 2
    assert sorted(events.of("exp"), key=lambda event: event.id) == told
    assert list(events.of("other")) == []


def test_an_id_counts_once_in_an_experiment_but_in_another_again(events: Events) -> None:
    assert events.add("exp", [EVENT, EVENT, replace(EVENT, kind="hide")]) == 1
    assert events.add("exp", [replace(EVENT, value=0.0), replace(EVENT, id="e1")]) == 1
    assert events.add("other", [EVENT]) == 1
    assert (events.count("exp"), events.count("other")) == (2, 1)
    assert next(iter(events.of("other"))).kind == "click"


def test_thousands_at_once_in_any_number_of_batches(events: Events) -> None:
    assert events.add("exp", many(3_000)) == 3_000
    assert events.add("exp", many(3_000, 2_000)) == 2_000
    assert len({event.id for event in events.of("exp")}) == 5_000
    assert events.add("exp", []) == 0


def test_a_unit_is_forgotten_wholly(events: Events) -> None:
    other = "f" * 32
    events.add("exp", [*many(5), replace(EVENT, id="theirs", unit=other)])
    assert events.forget("exp", UNIT) == 5
    assert [event.id for event in events.of("exp")] == ["theirs"]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"kind": "purchase"}, "kind"),
        ({"id": ""}, "id needs 1 to 64"),
        ({"id": "x" * 65}, "id needs 1 to 64"),
        ({"exposure": "a\0b"}, "exposure"),
        ({"video": "v" * 256}, "video"),
        ({"unit": "alice"}, "32 hexadecimal"),
        ({"kind": "dwell", "value": -1.0}, "dwell"),
        ({"kind": "dwell", "value": float("nan")}, "dwell"),
        ({"kind": "dwell", "value": 90_000.0}, "dwell"),
        ({"value": 3.0}, "click"),
        ({"propensity": 0.0}, "propensity"),
        ({"propensity": 1.5}, "propensity"),
        ({"arm": -1}, "arm"),
        ({"version": 0}, "version"),
        ({"at": float("inf")}, "since 1970"),
    ],
)
def test_what_no_page_may_send(change: dict[str, object], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        replace(EVENT, **change)  # type: ignore[arg-type]


def test_two_thousand_a_second_on_sqlite(tmp_path: Path) -> None:
    """By the time of the processor, so that what else the machine does makes no difference."""
    events = Events(Database(tmp_path / "records.sqlite"))
    batches = [many(100, 100 * n) for n in range(40)]
    begun = time.process_time()
    for batch in batches:
        events.add("exp", batch)
    assert events.count("exp") == 4_000
    assert time.process_time() - begun < 2


def test_what_was_said_to_be_kept_outlives_a_kill(tmp_path: Path) -> None:
    place = tmp_path / "records.sqlite"
    code = f"""
        from dataclasses import replace
        from pathlib import Path
        from gifworthy.records.database import Database
        from gifworthy.records.events import Event, Events
        event = Event("e0", "click", "x0", "{UNIT}", "film", 1, 1, 0.5, 10.0, 11.0)
        events = Events(Database(Path({str(place)!r})))
        for batch in range(100_000):
            events.add("exp", [replace(event, id=f"{{batch}} {{n}}") for n in range(20)])
            print(batch, flush=True)
    """
    writer = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    with writer:
        said = [int(next(writer.stdout)) for _ in range(30)]
        os.kill(writer.pid, signal.SIGKILL)
        said += [int(line) for line in writer.stdout if line.strip()]
    kept = {event.id for event in Events(Database(place)).of("exp")}
    assert {f"{batch} {n}" for batch in said for n in range(20)} <= kept
    assert len(kept) % 20 == 0
