"""Closing the loop: the ends of a window moved to where the jump from last to first is least seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

import cv2
import numpy as np

from gifworthy.types import Clip, Floats, Frames, Segment

COMPARED_WIDTH = 64
BLUR = 1.0
EFFORT = 0.05
Held = Callable[[Floats, Floats], Floats]


@dataclass(frozen=True)
class Seam:
    """A window and the mean grey difference, 0..255, between its last frame and its first."""

    window: Segment
    jump: float


@dataclass(frozen=True)
class Looks:
    """Small blurred grey pictures. times: (T,) rising seconds. greys: (T, P) float32."""

    times: Floats
    greys: Frames

    @classmethod
    def of(cls, clip: Clip) -> Looks:
        """The frames of a clip, made comparable: detail that shimmers is not what the eye follows."""
        return cls(clip.times, np.stack([_compared(frame) for frame in clip.frames]))

    def between(self, some: Floats, others: Floats) -> Floats:
        """Mean absolute difference of the frames shown at two lists of moments: (A,), (B,) -> (A, B)."""
        rows = self.greys[self._shown(some)]
        columns = self.greys[self._shown(others)]
        return np.stack([np.abs(columns - row).mean(1) for row in rows]).astype(np.float64)

    def _shown(self, moments: Floats) -> np.ndarray:
        after = np.clip(np.searchsorted(self.times, moments), 1, len(self.times) - 1)
        nearer = moments - self.times[after - 1] < self.times[after] - moments
        return np.asarray(after - nearer)


def jump(looks: Looks, window: Segment, fps: float) -> float:
    """From the last frame that a player shows to the first, grey levels 0..255."""
    count = max(1, round(window.duration * fps))
    last = np.array([window.start + (count - 1) / fps])
    return float(looks.between(last, np.array([window.start]))[0, 0])


def close_loop(
    looks: Looks,
    window: Segment,
    room: Segment,
    fps: float,
    reach: float,
    held: Held,
    lengths: tuple[float, float] = (0.0, inf),
) -> Seam:
    """Move both ends by at most `reach` seconds to where the loop closes best.

    The cost of a loop from `end` back to `start` is half the jump that is seen (last frame shown to
    first), half how alike the pictures around both ends are, weighed 1:2:1 over one frame before and
    after, so that what moves goes on in the same direction (Schoedl, Szeliski, Salesin, Essa, "Video
    Textures", SIGGRAPH 2000, section 3.1, who sum D over neighbouring frames). What the window loses
    of what there was to see costs as large a share of the first jump; moving costs a little, so that
    the window stays where nothing is gained.

    Args: looks: every frame near both ends. room: where the ends must stay. fps: frames a second of
        the cover; the loop lasts a whole number of its frames. held: (A,) starts and (A, N) ends ->
        how much there is to see in between. lengths: seconds that the loop lasts at least and at most.
    """
    step, before = 1 / fps, jump(looks, window, fps)
    starts = _near(looks.times, window.start, reach, room)
    count = max(1, round(window.duration * fps))
    counts = np.arange(max(2, count - int(reach * fps)), count + int(reach * fps) + 1)
    ends = starts[:, None] + counts * step
    seen = _pairs(looks, starts, ends - step)
    least = min(lengths[0], window.duration)
    fits = (np.abs(ends - window.end) <= reach + step / 2) & (ends <= room.end + 1e-6)
    fits &= (seen <= before + 1e-6) & (counts * step >= least - 1e-6)
    fits &= counts * step <= max(lengths[1], window.duration) + 1e-6
    if not fits.any():
        return Seam(window, before)
    alike = sum(
        weight * _pairs(looks, starts + shift, ends + shift)
        for weight, shift in ((0.25, -step), (0.5, 0.0), (0.25, step))
    )
    moved = np.abs(starts - window.start)[:, None] + np.abs(ends - window.end)
    whole = held(np.array([window.start]), np.array([[window.end]]))
    lost = np.maximum(0.0, 1 - held(starts, ends) / np.maximum(whole, 1e-9))
    cost = (seen + alike) / 2 + before * (lost + EFFORT * moved / (2 * reach))
    row, column = np.unravel_index(int(np.where(fits, cost, np.inf).argmin()), cost.shape)
    closed = Segment(float(starts[row]), float(ends[row, column]))
    return Seam(closed, float(seen[row, column]))


def _near(times: Floats, moment: float, reach: float, room: Segment) -> Floats:
    near = np.abs(times - moment) <= reach + 1e-6
    return times[near & (times >= room.start - 1e-6) & (times < room.end)]


def _pairs(looks: Looks, starts: Floats, ends: Floats) -> Floats:
    """Difference of each start to each of its own ends: (A,), (A, N) -> (A, N)."""
    unique, place = np.unique(looks._shown(ends), return_inverse=True)
    table = looks.between(starts, looks.times[unique])
    return np.asarray(np.take_along_axis(table, place.reshape(ends.shape), 1))


def _compared(frame: Frames) -> Frames:
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    height = max(1, round(COMPARED_WIDTH * grey.shape[0] / grey.shape[1]))
    small = cv2.resize(grey, (COMPARED_WIDTH, height), interpolation=cv2.INTER_AREA)
    return cv2.GaussianBlur(small, (0, 0), BLUR).ravel().astype(np.float32)
