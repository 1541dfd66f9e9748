"""Damaged files may be refused; they may not crash the process, hang it, or fill its memory."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from queue import Empty, Queue

import pytest

import drawn
import drawn_looks
import drawn_strange

LONGEST_SECONDS = 30.0
MOST_GROWTH_KIB = 80 << 10
SCRIPT = Path(__file__).parent / "fuzzing.py"


def films() -> list[Path]:
    """Small films of every container and coding that can be drawn."""
    variants = ("mp4", "mkv", "fragments", "webm", "avi", "flv", "ts", "hevc", "mpeg2", "raw")
    films = [drawn.numbered(variant) for variant in variants]
    films += [drawn.with_sound(), drawn_looks.interlaced(), drawn_looks.bright("pq")]
    films += [drawn_looks.turned(90), drawn_looks.sized(35, 27), drawn_strange.undeclared()]
    return films


def outcomes(files: list[Path], first: int, last: int) -> tuple[Counter[str], list[int]]:
    """Look at each seed's damage in a child; Counter of outcomes, and the child's memory after each."""
    child = subprocess.Popen(
        [sys.executable, str(SCRIPT), str(first), str(last), *map(str, files)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    lines: Queue[str] = Queue()
    assert child.stdout is not None
    threading.Thread(target=lambda: [*map(lines.put, child.stdout or ())], daemon=True).start()
    try:
        return _followed(child, lines, last - first)
    finally:
        child.kill()
        child.communicate()


def _followed(
    child: subprocess.Popen[str], lines: Queue[str], count: int
) -> tuple[Counter[str], list[int]]:
    found: Counter[str] = Counter()
    memory: list[int] = []
    seed = "none yet"
    while found.total() < count:
        try:
            words = lines.get(timeout=LONGEST_SECONDS).split()
        except Empty:
            code = child.poll()
            why = "hangs" if code is None else f"ended the process with {code}"
            child.kill()
            pytest.fail(f"seed {seed} {why}: {child.communicate()[1][-2000:]}")
        seed = words[1]
        if words[0] == "done":
            found[words[2]] += 1
            memory.append(int(words[3]))
    return found, memory


def check(files: list[Path], first: int, last: int) -> None:
    found, memory = outcomes(files, first, last)
    assert found["whole"] + found["warned"] > 0, f"every file was refused: {found}"
    assert len(found) > 1, f"no damage was noticed: {found}"
    settled = memory[len(memory) // 3]
    assert memory[-1] - settled < MOST_GROWTH_KIB, f"memory grew: {memory[:: len(memory) // 10]}"


def test_forty_damaged_films() -> None:
    check(films(), 0, 40)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("first", [1000, 1100, 1200, 1300])
def test_hundreds_of_damaged_films(first: int) -> None:
    check(films(), first, first + 100)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_hundred_damaged_real_films(videos: Path) -> None:
    found = [path for path in sorted(videos.rglob("*.*")) if path.stat().st_size < 1_700_000]
    minutes_of_1080p = "long_black"
    check([p for p in found if p.suffix != ".md" and minutes_of_1080p not in p.name], 2000, 2100)
