"""Where in a small picture the eye goes: faces, what moves by itself, what stands out."""

from __future__ import annotations

import cv2
import numpy as np

from gifworthy.faces import faces
from gifworthy.movement import own_speed
from gifworthy.sampling import spread
from gifworthy.types import Box, Clip, Floats, Frames, Segment

SALIENCY_SIDE, MOTION_SIDE = 64, 160
FAST = 0.06
MOVING, FACED, FOCUSED, CENTRED = 2.0, 2.0, 1.5, 0.5
CENTRE = (0.5, 0.42)
CENTRE_WIDTH = 0.3
LOOKS_FOR_FACES = 5
ROUND_A_FACE = 0.4


def attention(clip: Clip, focus: Box | None = None) -> Floats:
    """How much each place of each frame draws the eye.

    A sum of maps, each of which sums to its weight: spectral residual saliency, 1; what moves by
    itself, up to 2 (less when it is slow: a breath is no reason to look away from a face); faces, 2,
    looked for in five frames; the scorer's focus, 1.5, when it has one; a blob a little above the
    centre, where people put what they film, 0.5. Frames in which something happens so count for more.

    Args: clip: small frames in order of time, 160 pixels wide or more (for faces, 240).
    Returns: (T, h, w), h and w a third of a frame of 160 pixels.
    """
    greys = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in clip.frames]
    moved = _moving([_at_most(grey, MOTION_SIDE) for grey in greys], clip.times)
    shape = moved.shape[1:]
    pace = moved.max(axis=(1, 2))
    maps = (MOVING * pace / (pace + FAST))[:, None, None] * _each_summing_to_one(moved)
    maps += _each_summing_to_one(
        np.stack([_fitted(spectral_residual(grey), shape) for grey in greys])
    )
    maps += CENTRED * _blob(shape) + (FOCUSED * _inside((focus,), shape) if focus else 0.0)
    return np.asarray(maps + FACED * _faced(greys, clip.times, shape))


def spectral_residual(grey: Frames) -> Floats:
    """What stands out of a picture's own statistics: (H, W) -> (h, w), long side 64.

    Hou and Zhang, "Saliency Detection: A Spectral Residual Approach", CVPR 2007: the log spectrum less
    its local mean, transformed back with the picture's phase, squared and blurred.
    """
    scale = SALIENCY_SIDE / max(grey.shape)
    size = tuple(max(8, round(side * scale)) for side in grey.shape[::-1])
    spectrum = np.fft.fft2(cv2.resize(grey, size, interpolation=cv2.INTER_AREA).astype(float))
    loud = np.log(np.abs(spectrum) + 1e-9)
    residual = loud - cv2.blur(loud, (3, 3), borderType=cv2.BORDER_REPLICATE)
    back = np.abs(np.fft.ifft2(np.exp(residual + 1j * np.angle(spectrum)))) ** 2
    return np.asarray(cv2.GaussianBlur(back, (0, 0), 2.5))


def _moving(greys: list[Frames], times: Floats) -> Floats:
    """Own speed at each frame; the first shares the second's: (T, h, w)."""
    if len(greys) == 1:
        return np.zeros((1, *(max(1, side // 3) for side in greys[0].shape)))
    seconds = np.diff(times)
    speeds = [
        own_speed(before, after, float(gap))
        for before, after, gap in zip(greys, greys[1:], seconds, strict=False)
    ]
    return np.stack([speeds[0], *speeds])


def _blob(shape: tuple[int, ...]) -> Floats:
    down, across = np.mgrid[: shape[0], : shape[1]]
    x, y = (across + 0.5) / shape[1] - CENTRE[0], (down + 0.5) / shape[0] - CENTRE[1]
    return _summing_to_one(np.exp(-(x**2 + y**2) / (2 * CENTRE_WIDTH**2)))


def _faced(greys: list[Frames], times: Floats, shape: tuple[int, ...]) -> Floats:
    """Faces of the nearest of the frames that are looked at for them: (T, h, w)."""
    moments = spread(Segment(float(times[0]), float(times[-1]) + 1e-3), LOOKS_FOR_FACES)
    looked = np.unique(np.abs(times[:, None] - moments).argmin(0))
    found = [tuple(_with_hair(face) for face in faces(greys[index])) for index in looked]
    maps = [_inside(boxes, shape) if boxes else np.zeros(shape) for boxes in found]
    nearest = np.abs(times[:, None] - times[looked]).argmin(1)
    return np.asarray(np.array(maps)[nearest])


def _with_hair(face: Box) -> Box:
    across, down = (
        ROUND_A_FACE * side for side in (face.right - face.left, face.bottom - face.top)
    )
    return Box(
        max(0.0, face.left - across),
        max(0.0, face.top - down),
        min(1.0, face.right + across),
        min(1.0, face.bottom + down),
    )


def _inside(boxes: tuple[Box, ...], shape: tuple[int, ...]) -> Floats:
    down, across = np.mgrid[: shape[0], : shape[1]]
    x, y = (across + 0.5) / shape[1], (down + 0.5) / shape[0]
    within = [
        (x >= box.left) & (x <= box.right) & (y >= box.top) & (y <= box.bottom) for box in boxes
    ]
    return _summing_to_one(np.any(within, axis=0).astype(float))


def _at_most(grey: Frames, side: int) -> Frames:
    scale = side / max(grey.shape)
    if scale >= 1:
        return grey
    size = tuple(max(1, round(length * scale)) for length in grey.shape[::-1])
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA))


def _fitted(picture: Floats, shape: tuple[int, ...]) -> Floats:
    return np.asarray(cv2.resize(picture, shape[::-1], interpolation=cv2.INTER_LINEAR))


def _each_summing_to_one(pictures: Floats) -> Floats:
    return np.stack([_summing_to_one(picture) for picture in pictures])


def _summing_to_one(picture: Floats) -> Floats:
    total = float(picture.sum())
    return picture / total if total > 0 else np.full(picture.shape, 1 / picture.size)
