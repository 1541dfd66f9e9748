"""From frames as they were read to what NetEase's net takes: a crop, and optical flow. No torch.

Shape letters: N clips, T moments, H height, W width; S side that was read, C side of the crop.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

from gifworthy.backbones.preparing import Singles
from gifworthy.types import Frames

STEP = 0.08
"""Seconds between the two frames that a flow is measured on: two frames of 25 a second."""
MOST = 0.1
"""Shift between the two, in frame widths, that becomes 1: about the 20 pixels at which I3D clips flow."""


@dataclass(frozen=True)
class Crop:
    """Which square of every frame is looked at. All in pixels; mirrored: left and right change places."""

    top: int
    left: int
    size: int
    mirrored: bool = False

    @classmethod
    def middle(cls, side: int, size: int) -> Crop:
        """The middle of a square. Raises: ValueError when the crop is larger than the square."""
        if not 1 <= size <= side:
            raise ValueError(f"a crop must lie in 1..{side}, the side that was read, not {size}")
        return cls((side - size) // 2, (side - size) // 2, size)

    @classmethod
    def drawn(cls, side: int, size: int, random: np.random.Generator, *, mirrored: bool) -> Crop:
        """Anywhere in a square, so that place is not learned. mirrored: half of them are."""
        top, left, turned = random.integers(0, (side - size + 1, side - size + 1, 2)).tolist()
        return cls(top, left, size, mirrored and bool(turned))

    def of(self, frames_thw3: Frames) -> Frames:
        """That part: (T, S, S, 3) -> (T, C, C, 3)."""
        down, across = (
            np.s_[self.top : self.top + self.size],
            np.s_[self.left : self.left + self.size],
        )
        part = frames_thw3[:, down, across]
        return part[:, :, ::-1] if self.mirrored else part


def batch_of(clips: Iterable[Frames], streams: str) -> tuple[Singles, ...]:
    """What the net takes of some cropped clips: (N, 3, T, C, C) for each stream; as `inputs_of`."""
    each = zip(*(inputs_of(clip, streams) for clip in clips), strict=True)
    return tuple(np.stack(parts) for parts in each)


def inputs_of(frames_thw3: Frames, streams: str) -> tuple[Singles, ...]:
    """What each stream of the net takes of one cropped clip, in the order of the call.

    Args: frames_thw3: T frames; where a stream is over flow, 2 T, each followed by the one a `STEP`
        later. streams: `rgb`, `flow` or `both`.
    Returns: (3, T, C, C) each: levels 0..255, flow in -1..1.
    """
    if streams == "rgb":
        return (levels(frames_thw3),)
    flow = flow_of(frames_thw3)
    return (flow,) if streams == "flow" else (levels(frames_thw3[::2]), flow)


def levels(frames_thw3: Frames) -> Singles:
    """Grey levels as a net takes them: (T, C, C, 3) uint8 -> (3, T, C, C)."""
    return np.ascontiguousarray(frames_thw3.transpose(3, 0, 1, 2), np.float32)


def flow_of(frames_thw3: Frames) -> Singles:
    """The flow of a clip, as a net for pictures wants its clips.

    Three channels, so that a net that was learned on pictures can go on with it: across, down, and the
    speed, in frame widths over `MOST`, clipped to -1..1. The speed runs from -1, stillness.

    Args: frames_thw3: 2 T frames; frame 2 t + 1 is the one a step after frame 2 t.
    Returns: (3, T, H, W).
    Raises: ValueError for an odd number of frames.
    """
    if len(frames_thw3) % 2:
        raise ValueError(f"flow needs pairs of frames, not {len(frames_thw3)} frames")
    greys = [cv2.cvtColor(np.ascontiguousarray(f), cv2.COLOR_RGB2GRAY) for f in frames_thw3]
    pairs = zip(greys[::2], greys[1::2], strict=True)
    return np.stack([_flow(np.asarray(a, np.uint8), np.asarray(b, np.uint8)) for a, b in pairs], 1)


def _flow(before: Frames, after: Frames) -> Singles:
    """Across, down, speed: (3, H, W).

    Dense inverse search (Kroeger et al. 2016): the two-stream papers took TV-L1, which is slower by far
    and not in OpenCV proper.
    """
    engine = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    flow_hw2: Singles = engine.calc(before, after, None)  # type: ignore[call-overload]
    shift_2hw = flow_hw2.transpose(2, 0, 1) / (before.shape[1] * MOST)
    speed_hw = 2 * np.hypot(shift_2hw[0], shift_2hw[1]) - 1
    picture = np.concatenate([shift_2hw, speed_hw[None]])
    return np.asarray(np.clip(picture, -1, 1), np.float32)
