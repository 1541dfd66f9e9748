"""Shots put one after another and closed into a loop: pure arithmetic on frames."""

from __future__ import annotations

import math
from functools import reduce
from itertools import pairwise

import cv2
import numpy as np

from gifworthy.scan.flashes import FlashCounter
from gifworthy.scan.thumbnails import Thumbnail
from gifworthy.types import Clip, Floats, Frames, Loop, Transition

DISSOLVE_SECONDS = 0.4
"""How long the end dissolves into the start."""
FADE_SECONDS = 0.3
"""How long one shot fades into the next."""
SMALL_JUMP = 4.0
"""Grey levels, anywhere in the picture, of a jump that nobody sees."""
LARGEST_JUMP = 5.0
"""Grey levels of the whole picture that a jump may have at most, however fast things move."""
SPOT = 1 / 16
"""Of a frame's width: the size of what may not jump, in a picture that else stands still."""
SAFE_FLASHES = 3.0
"""WCAG 2.3.1: flashes in any second."""


def joined(shots: list[Clip], transition: Transition, fps: float) -> Clip:
    """Shots in showing order, cut hard or faded one into the next."""
    overlap = round(FADE_SECONDS * fps) if transition == "fade" else 0
    return reduce(lambda reel, shot: _overlapped(reel, shot, overlap), shots)


def closed(reel: Clip, loop: Loop, fps: float) -> Clip:
    """The reel as it is shown again and again.

    `crossfade`: the last 0.4 s dissolve into the first, which are then not shown on their own.
    `bounce`: forth and back, neither end shown twice. `seam`, `cut`: as it is.
    """
    if loop == "bounce":
        order = [*range(len(reel)), *range(len(reel) - 2, 0, -1)]
        return Clip(reel.frames[order], reel.times[order])
    overlap = min(round(DISSOLVE_SECONDS * fps), len(reel) // 3)
    if loop != "crossfade" or not overlap:
        return reel
    first = Clip(reel.frames[:overlap], reel.times[:overlap])
    rest = Clip(reel.frames[overlap:], reel.times[overlap:])
    return _overlapped(rest, first, overlap)


def started_at(reel: Clip, index: int) -> Clip:
    """The same loop, begun at another frame."""
    return Clip(np.roll(reel.frames, -index, axis=0), np.roll(reel.times, -index))


def seam_of(reel: Clip) -> float:
    """The jump that is seen where the loop begins again: mean grey difference of last and first."""
    return _difference(reel.frames[-1], reel.frames[0])


def closes_well(reel: Clip) -> bool:
    """Whether the jump from last to first is like any other step, so that nobody sees where it is.

    It is measured where it is largest: somebody small who jumps across a still picture is seen.
    """
    seam = _largest_difference(reel.frames[-1], reel.frames[0])
    if seam <= SMALL_JUMP:
        return True
    steps = [_largest_difference(a, b) for a, b in pairwise(reel.frames)]
    return seam_of(reel) <= LARGEST_JUMP and seam <= float(np.median(steps))


def flashes_a_second(reel: Clip, fps: float, looping: bool = True) -> float:
    """The most flashes in any second, the loop's own seam included when it is shown `looping`.

    A flash is what WCAG 2.3.1 calls one (see `FlashCounter`).
    """
    greys = [cv2.cvtColor(f, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False) for f in reel.frames]
    turns = 1 + math.ceil(fps / len(greys)) if looping else 1  # a second, begun in any frame
    counter, seen = FlashCounter(), np.zeros(turns * len(greys))
    for index, grey in enumerate(greys * turns):
        counter.see(Thumbnail(0.0, grey[:, :, None], grey, 1))
        seen[index] = counter.take()
    return float(np.convolve(seen, np.ones(max(1, round(fps)))).max())


def _overlapped(before: Clip, after: Clip, overlap: int) -> Clip:
    """Two clips, the end of one dissolved into the start of the other over `overlap` frames."""
    overlap = min(overlap, len(before) // 2, len(after))
    keep = len(before) - overlap
    shares = (np.arange(overlap) + 1) / (overlap + 1)
    pairs = zip(before.frames[keep:], after.frames[:overlap], shares, strict=True)
    mixed = [_mixed(a, b, share) for a, b, share in pairs]
    frames = [before.frames[:keep], *(frame[None] for frame in mixed), after.frames[overlap:]]
    times: list[Floats] = [before.times, after.times[overlap:]]
    return Clip(np.concatenate(frames), np.concatenate(times))


def _mixed(a: Frames, b: Frames, share: float) -> Frames:
    return np.asarray(cv2.addWeighted(a, 1 - share, b, share, 0), np.uint8)


def _difference(a: Frames, b: Frames) -> float:
    greys = (cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY).astype(np.float32) for frame in (a, b))
    first, second = greys
    return float(np.abs(first - second).mean())


def _largest_difference(a: Frames, b: Frames) -> float:
    """The mean grey difference of the spot where it is largest."""
    side = max(1, round(SPOT * a.shape[1]))
    greys = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY).astype(np.float32) for frame in (a, b)]
    return float(cv2.blur(cv2.absdiff(greys[0], greys[1]), (side, side)).max())
