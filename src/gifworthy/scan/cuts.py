"""Where one shot ends and the next begins at once. Thumbnails come in, cuts come out a little later."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import lru_cache
from threading import get_ident

import cv2
import numpy as np
from numpy.typing import NDArray

from gifworthy.measures import change
from gifworthy.scan.thumbnails import Thumbnail
from gifworthy.types import Frames

REACH = 4
LEAST_CHANGE = 5.0
LEAST_PEAK = 2.5
LEAST_PROOF = 2.75
_CALM = 0.25
_FLOW_SIDE = 48
_PLAIN = 8.0
_NEAR = (7, 7)
Grey = NDArray[np.float32]


@dataclass(frozen=True)
class _Seen:
    thumbnail: Thumbnail
    change: float


class CutFinder:
    """Finds hard cuts: changes that stand out from the frames around them and that no movement explains.

    As PySceneDetect's AdaptiveDetector, a change is divided by what is usual around it, here by the
    mean of the medians of the four changes before and after, so that a lively shot beside a calm one
    hides nothing. What stands out is then looked at: the picture before is moved along the optical flow
    to meet the picture after, and the share of the picture that stays different tells a cut
    from a jerk of the camera. Neither may the pictures a few frames further be alike: that is a flash.

    cuts: seconds at which new shots begin. settled: seconds up to which `cuts` is complete.
    """

    def __init__(self) -> None:
        self.cuts: list[float] = []
        self.settled = float("-inf")
        self._seen: deque[_Seen] = deque(maxlen=2 * REACH + 1)

    def see(self, thumbnail: Thumbnail) -> float:
        """Take the next frame; its change since the last one, 0..255."""
        last = self._seen[-1].thumbnail if self._seen else thumbnail
        step = change(last.mix, thumbnail.mix)
        self._seen.append(_Seen(thumbnail, step))
        if len(self._seen) > REACH:
            self._judge(len(self._seen) - 1 - REACH)
        return step

    def finish(self) -> None:
        """No more frames come: judge the last ones."""
        for place in range(max(0, len(self._seen) - REACH), len(self._seen)):
            self._judge(place)
        self._seen.clear()

    def _judge(self, place: int) -> None:
        seen = self._seen[place]
        self.settled = seen.thumbnail.time
        if place == 0 or seen.change < LEAST_CHANGE:
            return
        changes = [one.change for one in self._seen]
        usual = max(
            _CALM,
            (_median(changes[max(1, place - REACH) : place]) + _median(changes[place + 1 :])) / 2,
        )
        peak = seen.change / usual
        if peak >= LEAST_PEAK and peak * self._unexplained(place) ** 2 >= LEAST_PROOF:
            self.cuts.append(seen.thumbnail.time)

    def _unexplained(self, place: int) -> float:
        """Share of the picture that is new, the least over three pairs of frames around a place."""
        last = len(self._seen) - 1
        pairs = {
            (place - 1, place),
            (place - 1, min(last, place + REACH - 1)),
            (max(0, place - REACH), place),
        }
        return min(
            unexplained(self._seen[a].thumbnail.grey, self._seen[b].thumbnail.grey)
            for a, b in pairs
        )


def unexplained(before: Frames, after: Frames) -> float:
    """How much of a picture neither movement nor a change of light makes of the one before.

    Args: before, after: (H, W) uint8 grey. Returns: share 0..1 of the later picture.
    """
    before, after = _large_enough(before), _large_enough(after)
    moved = _moved(before, after)
    tolerance = float(np.clip(0.3 * min(before.std(), after.std()), 4, 12))
    guesses = [moved] if _is_plain(moved) or _is_plain(after) else [moved, _lit_as(moved, after)]
    return min(float((cv2.blur(np.abs(g - after), _NEAR) > tolerance).mean()) for g in guesses)


def _moved(before: Frames, after: Frames) -> Grey:
    """The picture before, each place taken from where the optical flow says it came."""
    height, width = after.shape
    flow = _flow(get_ident()).calc(after, before, None)  # type: ignore[call-overload]
    places = _grid(height, width) + flow
    moved = cv2.remap(
        before, places[..., 0], places[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return moved.astype(np.float32)


def _lit_as(picture: Grey, wanted: Frames) -> Grey:
    """A picture with the mean and, within a factor of two, the contrast of another."""
    gain = np.clip(wanted.std() / picture.std(), 0.5, 2.0)
    return np.asarray((picture - picture.mean()) * gain + wanted.mean(), np.float32)


def _is_plain(picture: Grey | Frames) -> bool:
    return bool(picture.std() < _PLAIN)


def _large_enough(grey: Frames) -> Frames:
    """The flow engine reads past the end of pictures with a side under 32."""
    height, width = grey.shape
    if min(height, width) >= _FLOW_SIDE:
        return np.ascontiguousarray(grey)
    size = max(width, _FLOW_SIDE), max(height, _FLOW_SIDE)
    return cv2.resize(grey, size).astype(np.uint8, copy=False)


def _median(values: list[float]) -> float:
    return float(np.median(values)) if values else 0.0


@lru_cache(maxsize=16)
def _flow(thread: int) -> cv2.DISOpticalFlow:
    """One for each thread: it keeps its pyramids between calls."""
    del thread
    return cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)


@lru_cache(maxsize=4)
def _grid(height: int, width: int) -> Grey:
    down, across = np.mgrid[:height, :width]
    return np.dstack([across, down]).astype(np.float32)
