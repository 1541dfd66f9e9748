"""Plain video saliency: where people look, by what stands out, what moves by itself, and the middle.

It needs no weights. It teaches PLD-VHD where those of TASED-Net are not at hand, and is a scorer by itself.
"""

from __future__ import annotations

import cv2
import numpy as np

from gifworthy.attention import spectral_residual
from gifworthy.movement import own_speed
from gifworthy.types import Floats, Frames

GAP = 1 / 8
"""Seconds between the two frames of which motion is told; flow serves best there."""
FAST = 0.06
"""Frame widths a second at which half of what motion can add is reached."""
MOVING, STANDING_OUT = 0.75, 0.25
MIDDLE, AROUND = (0.5, 0.45), 0.45
SMOOTH = 0.02
"""Of the width: how far a look is blurred, as far as an eye tracker errs."""


def saliency(before: Frames | None, frame: Frames, seconds: float = GAP) -> Floats:
    """How much each place of a frame draws the eye, 0..1.

    (3/4 motion + 1/4 spectral residual) x centre. Motion is v / (v + 0.06), v the speed in frame widths a
    second that is left when the camera's is taken out; the residual (Hou and Zhang, CVPR 2007) is
    brought to a highest value of 1; the centre is a wide blob that falls to a half at the sides, since
    people film what they mean near the middle.

    Args: before: the frame `seconds` earlier, (H, W, 3) RGB; None where there is none: nothing moves.
        frame: (H, W, 3).
    Returns: (H, W).
    """
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    size = (frame.shape[1], frame.shape[0])
    out = cv2.resize(spectral_residual(np.asarray(grey)), size, interpolation=cv2.INTER_LINEAR)
    parts = STANDING_OUT * out / max(float(out.max()), 1e-12)
    if before is not None:
        earlier = np.asarray(cv2.cvtColor(before, cv2.COLOR_RGB2GRAY), np.uint8)
        speed = own_speed(earlier, np.asarray(grey, np.uint8), seconds)
        share = cv2.resize(speed / (speed + FAST), size, interpolation=cv2.INTER_LINEAR)
        parts = parts + MOVING * share
    blurred = cv2.GaussianBlur(parts * centre(*frame.shape[:2]), (0, 0), SMOOTH * size[0])
    return np.clip(np.asarray(blurred, np.float64), 0.0, 1.0)


def centre(height: int, width: int) -> Floats:
    """Where people put what they film: 1 in the middle, about a half at the sides, (H, W)."""
    down, across = np.mgrid[:height, :width]
    x, y = (across + 0.5) / width - MIDDLE[0], (down + 0.5) / height - MIDDLE[1]
    return np.asarray(np.exp(-(x**2 + y**2) / (2 * AROUND**2)))
