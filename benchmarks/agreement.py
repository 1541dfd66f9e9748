"""Does the quick look choose what the thorough look would? Planted and real videos, short and long.

    python -m benchmarks agreement

A pick of `--effort fast` agrees when most of its seconds lie in the three best segments of `thorough`.
Short videos are looked at whole by `fast` too; so long ones are joined from every judged clip in a
random order, and `fast` is made to probe them, however small their pictures are.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from benchmarks.planted import VIDEOS, Planting, clips, draw_video, plant
from benchmarks.table import Row, markdown

from gifworthy.errors import GifworthyError
from gifworthy.pipeline import CoverMaker
from gifworthy.plans import Plan
from gifworthy.scan import probing
from gifworthy.settings import Settings
from gifworthy.types import Effort, Segment

PLANTED, LONG = 48, 12
BEST = 3
FIRST_LONG = 1000
"""Numbers of the long videos, apart from those of the planted ones."""


def main() -> None:
    """Measure and print the table."""
    folder = Path(tempfile.gettempdir()) / "gifworthy-planted"
    folder.mkdir(exist_ok=True)
    planted = [draw_video(plant(number, clips()), folder) for number in range(PLANTED)]
    long = [draw_video(_long(number), folder) for number in range(FIRST_LONG, FIRST_LONG + LONG)]
    real = sorted(path for path in VIDEOS.iterdir() if path.suffix in (".mp4", ".webm"))
    rows = [
        _row("planted", planted),
        _row("real", real),
    ]
    with _always_probing():
        rows.append(_row("long, probed", long))
    print(markdown("Agreement of fast with thorough", "python -m benchmarks agreement", rows))


def _long(number: int) -> Planting:
    """Every judged clip once, whole, in a random order: some five minutes."""
    draw = np.random.default_rng(number)
    among = clips()
    return Planting(number, tuple(among[n] for n in draw.permutation(len(among))), (640, 360))


@contextmanager
def _always_probing() -> Iterator[None]:
    kept, probing.DENSEST = probing.DENSEST, 0.0
    try:
        yield
    finally:
        probing.DENSEST = kept


def _row(kind: str, paths: Sequence[Path]) -> Row:
    agreed = [answer for path in paths if (answer := agrees(path)) is not None]
    said = f"{sum(agreed)} of {len(agreed)} ({sum(agreed) / len(agreed):.0%})"
    what = f"pick of `fast` among the {BEST} best of `thorough`, {kind}"
    return Row(what, f"{len(paths)} videos", said, "85 %", "95 %")


def agrees(path: Path) -> bool | None:
    """Whether most seconds of the pick of `fast` are among the best of `thorough`.

    None where neither has anything to show.
    """
    pick, best = _asked(path, "fast", _pick), _asked(path, "thorough", _best)
    if not best and not pick:
        return None
    shared = sum(a.shared_with(b) for a in pick for b in best)
    fine = shared > sum(a.duration for a in pick) / 2
    print(f"{path.name}: {pick} {'in' if fine else 'NOT in'} {best}", file=sys.stderr)
    return fine


Asked = Callable[[CoverMaker, Path], tuple[Segment, ...]]


def _asked(path: Path, effort: Effort, ask: Asked) -> tuple[Segment, ...]:
    try:
        return ask(CoverMaker.load(Plan(effort=effort), Settings()), path)
    except GifworthyError as error:
        print(f"{path.name}, {effort}: {error}", file=sys.stderr)
        return ()


def _pick(maker: CoverMaker, path: Path) -> tuple[Segment, ...]:
    with maker.open(path) as video:
        return tuple(highlight.segment for highlight in maker.choose(video))


def _best(maker: CoverMaker, path: Path) -> tuple[Segment, ...]:
    with maker.open(path) as video:
        return tuple(
            found.segment for found in maker.rank(video).candidates[:BEST] if not found.refused
        )


if __name__ == "__main__":
    main()
