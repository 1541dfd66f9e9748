"""How long finished videos take to be passed over, and whether the driver's memory grows.

python -m benchmarks batch_scale [--skip] [--memory]
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.catalogues import command, fresh, left_by, tiny
from benchmarks.material import WORK
from benchmarks.table import Row, markdown

FINISHED, WATCHED = 100_000, 10_000
SCENES = 20


def main() -> None:
    """Measure what is named, or both, and print the table."""
    wanted = {"--skip": skip, "--memory": memory}
    names = [name for name in wanted if name in sys.argv] or list(wanted)
    rows = [wanted[name]() for name in names]
    print(markdown("Batch: many videos", "python -m benchmarks batch_scale", rows))


def skip() -> Row:
    """A second run over a hundred thousand files that have rows, in a folder of a thousand folders."""
    from gifworthy.batch.catalogue import Batch
    from gifworthy.batch.orders import Item, Order
    from gifworthy.batch.orders import Row as Made
    from gifworthy.batch.sources import Columns, find
    from gifworthy.batch.stamps import local_state, stamp_of
    from gifworthy.plans import Plan
    from gifworthy.settings import Settings
    from gifworthy.types import Style

    videos, out = WORK / f"named-{FINISHED}", fresh("finished")
    for number in range(FINISHED):
        path = videos / f"{number // 100:04}" / f"{number % 100:02}.mp4"
        if number % 100 == 0:
            path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_bytes(b"video")
    order = Order(Plan(), Style(), Settings(threads=1), str(out))
    with Batch(order, (str(videos),))._ledger() as ledger:
        for found in find([str(videos)], Columns()):
            stamp = stamp_of(found.source, local_state(found.source)).hex()
            ledger.enter(Made(Item(found.source, stamp, found.group), "0" * 32, "0" * 32))
        ledger.publish()
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "gifworthy", "batch", str(videos), "-o", str(out)],
        capture_output=True,
        text=True,
        check=True,
    )
    seconds = time.perf_counter() - began
    assert f"nothing to do, {FINISHED} covers made before" in done.stdout, done.stdout
    return Row(f"{FINISHED:,} finished videos passed over", "", f"{seconds:.1f} s", "under 20 s")


def memory() -> Row:
    """The driver's resident memory over ten thousand tiny videos of twenty scenes."""
    folder, out = tiny(WATCHED, SCENES), fresh("watched")
    look = ("--seconds", "0.4", "--width", "32", "--fps", "5", "--keep-intros")
    driver = subprocess.Popen(command(folder, "-o", out, *look))
    began, seen = time.monotonic(), list[tuple[int, float]]()
    log = out / "log.jsonl"
    done = offset = 0
    while driver.poll() is None:
        time.sleep(1.0)
        if log.exists():
            with log.open("rb") as file:
                file.seek(offset)
                data = file.read()
            offset += len(data)
            done += data.count(b'"event": "made"')
        if done and (size := _resident(driver.pid)):
            seen.append((done, size))
    made = left_by(out).rows.total()
    first = _typical([size for count, size in seen if 0.15 < count / WATCHED < 0.25])
    last = _typical([size for count, size in seen if count / WATCHED > 0.9])
    most = max(size for _, size in seen)
    return Row(
        f"memory of the driver over {made:,} tiny videos ({time.monotonic() - began:.0f} s)",
        "after a fifth of them",
        f"{first:.0f} MB, at the end {last:.0f} MB ({100 * (last / first - 1):+.1f} %), most {most:.0f} MB",
        "flat within 10 %",
    )


def _typical(sizes: list[float]) -> float:
    return sorted(sizes)[len(sizes) // 2] if sizes else float("nan")


def _resident(pid: int) -> float:
    """Megabytes."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
