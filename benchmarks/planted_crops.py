"""Is the thing inside the crop, and does the crop glide?

    python -m benchmarks planted_crops ["known masks" | "trained map" | "plain saliency" | middle ...]

Drawn products (`drawn_products.py`) move about before textured, panned and cluttered grounds; where every
pixel of them lies is known. Each is cropped to three shapes by `frame`, the function that `make` uses: along
the known masks (what the path itself costs), the trained map (`GIFWORTHY_PLDVHD=FOLDER`), plain
saliency, and beside them the middle of the frame. A frame counts as good when at least 95 % of the
product's pixels are inside the crop.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from benchmarks.drawn_products import FPS, GROUNDS, Mask, products, write
from benchmarks.table import Row, markdown

from gifworthy.framing import frame
from gifworthy.gaze import Gaze, gaze_named, plain
from gifworthy.gliding import FIERCEST
from gifworthy.rooms import largest_box
from gifworthy.sampling import ticks
from gifworthy.settings import Settings
from gifworthy.types import Box, Clip, CropPath, Floats, Highlight, Segment, Style
from gifworthy.video import Video, open_video

SHAPES = {"1:1": 1.0, "3:4": 0.75, "9:16": 9 / 16}
SEEDS = range(int(os.environ.get("SEEDS", "8")))
FIRST_SEED = int(os.environ.get("FIRST", "2000"))
"""The crop was chosen while looking at 1000 to 1007 and 4000 to 4007; nobody had looked at these."""
NAMES = ["known masks", "trained map", "plain saliency", "middle"]
INSIDE = 0.95
MODEL = "GIFWORTHY_PLDVHD"


@dataclass(frozen=True)
class Shot:
    """One drawn video and where its product lies: (T, H, W)."""

    path: Path
    masks: Mask
    ground: str


@dataclass(frozen=True)
class Outcome:
    """How one crop did. good: share of frames. shares: (T,) of the product inside. fierce: largest
    acceleration in frame sides a second, a second. travel: frame sides moved in all."""

    good: float
    shares: Floats
    fierce: float
    travel: float


def takes(word: str) -> bool:
    """Whose eyes are followed."""
    return word in NAMES


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        shots = list(drawn(Path(folder)))
        wanted = [name for name in sys.argv[1:] if name in NAMES] or NAMES
        rows = [row for n, gaze in gazes() if n in wanted for row in rows_of(n, gaze, shots)]
    print(markdown("Planted crops", "python -m benchmarks planted_crops", rows))


def drawn(folder: Path) -> Iterator[Shot]:
    """Every product before every ground."""
    for seed in SEEDS:
        for ground in GROUNDS:
            pairs = products(FIRST_SEED + seed, ground, seconds=5.0)
            path = folder / f"{ground}-{seed}.mp4"
            write(path, np.stack([picture for picture, _ in pairs]))
            yield Shot(path, np.stack([mask for _, mask in pairs]), ground)


def gazes() -> Iterator[tuple[str, Callable[[Shot], Gaze] | None]]:
    """Whose eyes are followed; None is the middle of the frame."""
    yield "known masks", lambda shot: Known(shot.masks)
    folder = os.environ.get(MODEL, "bench-work/pldvhd")
    if Path(folder).exists():
        trained = gaze_named(folder, Settings.from_environ(os.environ))
        yield "trained map", lambda _: trained
    else:
        print(f"no trained map: {MODEL} names no folder", file=sys.stderr)
    yield "plain saliency", lambda _: plain
    yield "middle", None


@dataclass(frozen=True)
class Known:
    """The masks as a map."""

    masks: Mask

    def __call__(self, video: Video, clip: Clip, focus: Box | None = None) -> Floats:
        """(T, H, W)."""
        del video, focus
        return at(self.masks, clip.times).astype(np.float64)


def rows_of(name: str, gaze: Callable[[Shot], Gaze] | None, shots: list[Shot]) -> Iterator[Row]:
    """One row a shape, over all shots."""
    for shape, aspect in SHAPES.items():
        done = [cropped(shot, aspect, gaze(shot) if gaze else None) for shot in shots]
        good = float(np.mean([outcome.good for outcome in done]))
        least = min(outcome.good for outcome in done)
        shares = np.concatenate([outcome.shares for outcome in done])
        fierce = max(outcome.fierce for outcome in done)
        yield Row(
            f"{shape}, {name}: frames with 95 % of the product inside",
            f"{len(shots)} videos; worst video {least:.3f}; mean share inside {shares.mean():.3f}; "
            f"acceleration at most {fierce:.2f} of {FIERCEST:g}",
            f"{good:.3f}",
            "0.95" if name in ("known masks", "trained map") else "",
        )


def cropped(shot: Shot, aspect: float, gaze: Gaze | None) -> Outcome:
    """One video in one shape."""
    style = Style(seconds=4.0, aspect=aspect, loop="cut")
    with open_video(shot.path) as video:
        framing = frame(video, Highlight(Segment(0.0, 5.0), 1.0), style, gaze=gaze or plain)
        crop = framing.crop
        assert crop is not None, "an aspect was asked for"
        if gaze is None:
            crop = middle(video, aspect)
    moments = ticks(framing.window, FPS)
    boxes = crop.at(moments)
    shares = np.array(
        [inside(m, box) for m, box in zip(at(shot.masks, moments), boxes, strict=True)]
    )
    moved = np.diff(boxes[:, :2], axis=0)
    fierce = np.abs(np.diff(moved, axis=0)).max() * FPS**2
    good = float((shares >= INSIDE).mean())
    return Outcome(good, shares, float(fierce), float(np.abs(moved).sum()))


def middle(video: Video, aspect: float) -> CropPath:
    """The largest box of a shape, in the middle."""
    width, height = largest_box(video.width, video.height, aspect)
    left, top = (1 - width) / 2, (1 - height) / 2
    return CropPath(np.zeros(1), np.array([[left, top, left + width, top + height]]))


def at(masks: Mask, moments: Floats) -> Mask:
    """The masks of the frames shown at some moments."""
    return np.asarray(masks[np.clip((moments * FPS + 1e-6).astype(int), 0, len(masks) - 1)])


def inside(mask: Mask, box: Floats) -> float:
    """The share of the product's pixels in a box; pixels on its edge count as far as they lie inside."""
    shares = []
    for length, first, last in ((mask.shape[1], box[0], box[2]), (mask.shape[0], box[1], box[3])):
        edges = np.arange(length + 1) / length
        shares.append(
            np.clip(np.minimum(edges[1:], last) - np.maximum(edges[:-1], first), 0, None) * length
        )
    total = mask.sum()
    return float((mask * np.outer(shares[1], shares[0])).sum() / total) if total else 1.0


if __name__ == "__main__":
    main()
