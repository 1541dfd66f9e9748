"""Is the byte budget met, and how far from the best setting that fits is the one that is found?

    python -m benchmarks byte_budget

Pairs: random moments of real clips, sizes, lengths, formats and budgets; each file must fit or be refused.
Nearness: on some clips every setting of a grid is written; the best that fits is compared with what the
search finds, by SSIM against the clip itself shown at its own size and moments.
Steadiness: rising budgets; the quality must not fall.
"""

from __future__ import annotations

import statistics
import sys
import time
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from benchmarks.likeness import STARTS, VIDEOS, likeness, real_clip, real_clips, shown
from benchmarks.table import Row, markdown

from gifworthy.budget import Fitted, fit
from gifworthy.encoders import ENCODERS
from gifworthy.errors import BudgetUnreachable
from gifworthy.tradeoffs import narrowed, thinned
from gifworthy.types import Clip, Floats, Style
from gifworthy.video import open_video

PAIRS = 200
FORMATS = ("gif", "webp", "avif", "mp4", "webm")
SMALLEST, LARGEST = 3_000, 1_500_000
JUDGED = ("gif", "webp")
FPS = 12.5
SHARES = (0.7, 0.4, 0.2, 0.1)
GRID_QUALITIES = (80, 72, 64, 56, 48, 40, 32, 24, 16, 10)
GRID_WIDTHS = (1.0, 0.84, 0.7, 0.58, 0.48, 0.4)


@dataclass(frozen=True)
class Pair:
    """What one random pair came to. kept: whether the file fits or was refused with a reason."""

    kept: bool
    refused: bool
    seconds: float


def main() -> None:
    """Measure and print."""
    rows = [*_promise(), *(row for kind in JUDGED for row in _nearness(kind))]
    print(markdown("The byte budget", "python -m benchmarks byte_budget", rows))


def _promise() -> list[Row]:
    draw, names = np.random.default_rng(0), real_clips()
    pairs = []
    for number in range(PAIRS):
        clip = _random_clip(draw, names)
        kind = FORMATS[int(draw.integers(len(FORMATS)))]
        budget = int(SMALLEST * (LARGEST / SMALLEST) ** draw.random())
        pairs.append(_pair(clip, kind, budget))
        if number % 10 == 9:
            print(f"{number + 1} pairs", file=sys.stderr)
    kept, refused = sum(pair.kept for pair in pairs), sum(pair.refused for pair in pairs)
    seconds = statistics.median(pair.seconds for pair in pairs)
    said = f"{kept} of {len(pairs)}, of these {refused} refused; median {seconds:.1f} s"
    return [Row("budget met or refused", f"{PAIRS} random clip and budget pairs", said, "100 %")]


def _random_clip(draw: np.random.Generator, names: list[str]) -> Clip:
    name = names[int(draw.integers(len(names)))]
    count, width = int(draw.integers(6, 39)), int(draw.integers(120, 481))
    with open_video(VIDEOS / name) as video:
        start = draw.uniform(0, max(0.1, video.duration - count / FPS - 0.5))
        return video.frames_at(start + np.arange(count) / FPS, width=width)


def _pair(clip: Clip, kind: str, budget: int) -> Pair:
    style, start = Style(fps=FPS, max_bytes=budget, format=kind), time.perf_counter()
    even = thinned(
        Clip(clip.frames[:, : clip.height // 2 * 2, : clip.width // 2 * 2], clip.times), 1
    )
    try:
        fitted = fit(even, ENCODERS[kind](), style)
    except BudgetUnreachable as refusal:
        return Pair("smallest reached" in str(refusal), True, time.perf_counter() - start)
    return Pair(len(fitted.data) <= budget, False, time.perf_counter() - start)


def _nearness(kind: str) -> list[Row]:
    losses, falls, seconds = [], [], []
    for name in list(STARTS)[:6]:
        if not (VIDEOS / name).exists():
            continue
        clip = real_clip(name, 38, FPS, width=400)
        grid = _grid(clip, kind)
        largest = max(size for size, _ in grid)
        found = []
        for share in SHARES:
            budget = int(largest * share)
            best = max((like for size, like in grid if size <= budget), default=0.0)
            start = time.perf_counter()
            found.append(_like(clip, _fitted(clip, kind, budget)))
            seconds.append(time.perf_counter() - start)
            losses.append(best - found[-1])
            print(f"{kind} {name} {share}: best {best:.4f} ours {found[-1]:.4f}", file=sys.stderr)
        falls += [max(0.0, less - more) for more, less in pairwise(found)]
    against = (
        f"best of {len(GRID_QUALITIES) * len(GRID_WIDTHS) * 2} settings, {len(losses)} budgets"
    )
    said = (
        f"SSIM lower by {statistics.mean(losses):+.4f} on average, {max(losses):+.4f} at worst; "
        f"{sum(loss <= 0.01 for loss in losses)} of {len(losses)} within 0.01; "
        f"median {statistics.median(seconds):.1f} s"
    )
    steady = f"falls in {sum(fall > 0 for fall in falls)} of {len(falls)} steps to a larger budget"
    return [
        Row(f"{kind} beside the best that fits", against, said, "", "0.01"),
        Row(f"{kind}, more bytes are never worse", "rising budgets", steady, "0"),
    ]


def _grid(clip: Clip, kind: str) -> list[tuple[int, float]]:
    """Size and SSIM of every setting of the grid."""
    found = []
    for every in (1, 2):
        for share in GRID_WIDTHS:
            small = narrowed(thinned(clip, every), round(clip.width * share), 2)
            for quality in GRID_QUALITIES:
                style = Style(fps=FPS / every, quality=quality)
                data = ENCODERS[kind]().encode(small, style)
                written = Fitted(data, small.width, small.height, style.fps, len(small))
                found.append((len(data), _like(clip, written)))
    return found


def _fitted(clip: Clip, kind: str, budget: int) -> Fitted:
    return fit(clip, ENCODERS[kind](), Style(fps=FPS, max_bytes=budget, format=kind))


def _like(clip: Clip, fitted: Fitted) -> float:
    moments: Floats = (np.arange(len(clip), dtype=np.float64) + 0.5) / FPS
    return likeness(clip.frames, shown(fitted.data, moments)).luma


if __name__ == "__main__":
    main()
