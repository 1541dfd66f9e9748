"""How fast a batch is: workers against one another, against a shell loop of `make`, Ray against the pool.

python -m benchmarks batch_speed [--workers] [--loop] [--ray]
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import av
from benchmarks.catalogues import TINY_LOOK, batch, fresh, rate, real, tiny
from benchmarks.table import Row, markdown

VIDEOS, SHORT = 60, 20
RUNS = 3


def main() -> None:
    """Measure what is named, or all, and print the table."""
    wanted = {"--workers": workers, "--loop": loop, "--ray": ray}
    names = [name for name in wanted if name in sys.argv] or list(wanted)
    rows = [wanted[name]() for name in names]
    print(markdown("Batch: how fast", "python -m benchmarks batch_speed", rows))


def workers() -> Row:
    """Two workers against one over real videos, beside two plain decodes against one."""
    folder = real(VIDEOS)
    gains, plain = [], []
    for _ in range(RUNS):
        one, two = (_rate_with(folder, count) for count in (1, 2))
        gains.append(two / one)
        files = sorted(folder.iterdir())
        alone = _decoded([files])
        together = _decoded([files[::2], files[1::2]])
        plain.append(alone / together)
    return Row(
        f"two workers, {len(list(folder.iterdir()))} real videos",
        "one worker",
        f"{median(gains):.2f} times the rate; two plain decodes gain {median(plain):.2f} "
        f"({100 * median(gains) / median(plain):.0f} % of that)",
        "1.8, or 90 % of what plain decodes gain",
    )


def _rate_with(folder: Path, count: int) -> float:
    out = fresh("speed")
    batch(folder, "-o", out, "--workers", count, "--keep-intros")
    return rate(out)


def _decoded(parts: list[list[Path]]) -> float:
    """Seconds to decode every picture of some lists of videos, one process each."""
    began = time.perf_counter()
    jobs = [
        subprocess.Popen([sys.executable, "-m", "benchmarks.batch_speed", *map(str, files)])
        for files in parts
    ]
    for job in jobs:
        job.wait()
    return time.perf_counter() - began


def loop() -> Row:
    """A batch against a shell that runs `make` on one short video after the other."""
    folder = tiny(SHORT)
    look = TINY_LOOK[:-1]
    ratios = []
    for _ in range(RUNS):
        out = fresh("loop")
        out.mkdir(parents=True)
        began = time.perf_counter()
        for video in sorted(folder.iterdir()):
            subprocess.run(
                [sys.executable, "-m", "gifworthy", "make", str(video), *look, "-q"],
                check=True,
                cwd=out,
                capture_output=True,
            )
        alone = time.perf_counter() - began
        together = batch(folder, "-o", fresh("batched"), *look)
        ratios.append(alone / together)
    return Row(
        f"batch of {SHORT} short videos, start-up included",
        "a shell loop of `make`",
        f"{median(ratios):.1f} times the rate",
        "2 times",
    )


def ray() -> Row:
    """Ray on this machine against the process pool, two workers each."""
    folder = real(VIDEOS)
    ratios = []
    for _ in range(RUNS):
        rates = []
        for engine in ("local", "ray"):
            out = fresh(engine)
            batch(folder, "-o", out, "--engine", engine, "--workers", 2, "--keep-intros")
            rates.append(rate(out))
        ratios.append(rates[1] / rates[0])
    return Row(
        "Ray on one machine, 2 workers, start-up left out",
        "the process pool",
        f"{100 * median(ratios):.0f} % of the rate",
        "85 %",
    )


if __name__ == "__main__":
    for name in sys.argv[1:]:
        with av.open(name) as container:
            container.streams.video[0].thread_type = "NONE"
            for _ in container.decode(video=0):
                pass
