"""The driver's memory does not grow with the number of videos, but for some bytes each (docs/scale.md)."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from gifworthy.batch import channels, known
from gifworthy.batch.channels import Groups
from gifworthy.batch.known import KIND, Known, Names
from gifworthy.batch.ledger import PART_ROWS, Ledger
from gifworthy.batch.storage import Folder
from gifworthy.batch.table import Part

VIDEOS = 60 * PART_ROWS

PROGRAM = """
import json, os, sys
from collections import deque
from pathlib import Path
sys.path[:0] = [sys.argv[2]]
import numpy as np
from gifworthy.batch.watch import memory_of
from gifworthy.batch.ends import RECORD
from gifworthy.batch.ledger import Ledger
from gifworthy.batch.known import Known
from gifworthy.batch.orders import Row
from gifworthy.batch.picking import unfinished
from gifworthy.batch.running import Patience, Run, Tally
from gifworthy.batch.sources import Found
from gifworthy.batch.storage import Folder

COUNT = 10_000
STORY = json.dumps({"cover": "covers/" + "x" * 40, "plan": "signals", "highlights": [
    {"start": 1.0, "end": 2.0, "score": 0.5, "focus": None, "reasons": {"motion": 1.0}}]})
random = np.random.default_rng(0)

class Quick:
    workers = 4
    def __init__(self): self.at_work, self.sizes, self.done = deque(), [], 0
    @property
    def room(self): return self.workers - len(self.at_work)
    @property
    def is_idle(self): return not self.at_work
    def submit(self, item): self.at_work.append(item)
    def collect(self, seconds):
        ends = np.zeros(240, RECORD)
        ends["hash"] = random.integers(0, 2**63, 240)
        rows = [Row(item, "0" * 32, "0" * 32, STORY, ends=ends.tobytes()) for item in self.at_work]
        self.at_work.clear()
        self.done += len(rows)
        if self.done % 100 < 4: self.sizes.append((self.done, memory_of(os.getpid())))
        return rows
    def close(self): pass

class Silent:
    def row(self, row): pass
    def retry(self, row, seconds): pass
    def progress(self, tally): pass
    def stopping(self, at_work): pass

found = (Found(f"/videos/{n}.mp4", str(n), "/videos") for n in range(COUNT))
tally, engine = Tally(COUNT), Quick()
ledger = Ledger(Folder(sys.argv[1]), "table", "journal")
Run(engine, ledger, unfinished(found, Known(), Known(), tally), Patience(), tally, Silent()).go()
early = [size for done, size in engine.sizes if 0.15 < done / COUNT < 0.25]
late = [size for done, size in engine.sizes if done / COUNT > 0.9]
print(max(late) / max(early))
"""


@pytest.mark.slow
def test_memory_is_flat_over_ten_thousand_rows(tmp_path: Path) -> None:
    here = str(Path(__file__).parent)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path), here],
        capture_output=True,
        text=True,
        check=True,
    )
    assert float(done.stdout) < 1.1


@pytest.fixture
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What waits to be sorted in is little beside what is sorted, as where there are many."""
    for module in (known, channels):
        monkeypatch.setattr(module, "FRESH", PART_ROWS)
    yield
    tracemalloc.stop()


def each() -> tuple[float, float]:
    """Bytes a video that are held now, and the most since the last time this was asked."""
    held, most = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    return held / VIDEOS, most / VIDEOS


@pytest.mark.usefixtures("_small_steps")
def test_what_is_known_of_finished_videos(tmp_path: Path) -> None:
    ledger = Ledger(Folder(str(tmp_path)), "table", "journal")
    stamps = np.frombuffer(np.random.default_rng(0).bytes(16 * VIDEOS), KIND)
    tracemalloc.start()
    for at in range(0, VIDEOS, PART_ROWS):
        failed = np.zeros(PART_ROWS, np.bool_)
        ledger._parts.append(Part(f"part-{at}", at, stamps[at : at + PART_ROWS].copy(), failed))
    assert each()[0] < 19
    finished = ledger.known()
    held, most = each()
    assert held < 36
    assert most < 54
    assert not finished.met(bytes(stamps[0]).ljust(16, b"\0"))
    assert each()[0] < 37


@pytest.mark.usefixtures("_small_steps")
def test_what_is_known_of_begun_videos() -> None:
    begun, names = Known(), Names()
    stamps = np.frombuffer(np.random.default_rng(0).bytes(16 * VIDEOS), KIND)
    tracemalloc.start()
    for stamp in stamps:
        begun.add(bytes(stamp).ljust(16, b"\0"))
    held, most = each()
    assert held < 16 + 5
    assert most < 32 + 12
    del begun
    before = each()[0]
    for number in range(VIDEOS):
        names.add(str(number))
    assert each()[0] - before < 8 + 4


@pytest.mark.parametrize(("size", "expected"), [(1, 24.0), (50, 24.0), (5000, 0.6)])
@pytest.mark.usefixtures("_small_steps")
def test_what_is_known_of_groups(size: int, expected: float) -> None:
    random = np.random.default_rng(0)
    tables = [
        pa.table(
            {
                "group": [f"/{number // size}" for number in range(at, at + PART_ROWS)],
                "content": [random.bytes(16).hex() for _ in range(PART_ROWS)],
            }
        )
        for at in range(0, VIDEOS, PART_ROWS)
    ]
    groups = Groups()
    tracemalloc.start()
    for table in tables:
        groups.take(table)
    groups._settle()
    held, most = each()
    assert held == pytest.approx(expected, abs=2)
    assert most < 80
