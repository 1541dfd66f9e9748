"""The driver's memory does not grow with the number of videos."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import json, os, sys
from collections import deque
from pathlib import Path
sys.path[:0] = [sys.argv[2]]
import numpy as np
from gifworthy.batch.child import memory_of
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
