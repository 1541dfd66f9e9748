"""What moved between two pictures: the camera, and what moves by itself. Pure arithmetic on grey pictures."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from threading import get_ident

import cv2
import numpy as np

from gifworthy.types import Floats, Frames

SUBJECT_SPEED = 0.05  # frame widths a second; slower things are breath, leaves, small gestures
PARALLAX = 0.3  # of the camera's speed; near things that stand still seem to move so fast
_GRID = 3  # every third pixel of the flow is fitted: the flow itself is coarser than that
_ROUNDS = 5  # of reweighting; the fit moves by less than a thousandth after that
_TEXTURE = 4.0  # grey levels a pixel at which a place is half believed to have a flow at all
_CHANGE = 8.0  # grey levels of change at which it is half believed to have moved: noise stays below


@dataclass(frozen=True)
class Movement:
    """How two pictures differ in motion.

    camera: mean movement of the whole picture, frame widths a second. subject: the 95th percentile of
    what is left when the camera's movement is taken out, same unit. moving: share 0..1 of the picture
    that moves by itself: faster than `SUBJECT_SPEED` and than `PARALLAX` times the camera, as a
    root of squares. mean: of the speed that is left, over the whole picture, frame widths a second.
    """

    camera: float
    subject: float
    moving: float
    mean: float


def movement(before: Frames, after: Frames, seconds: float) -> Movement:
    """Camera and subject motion between two grey pictures.

    Dense inverse search flow (Kroeger et al., 2016), then a quadratic camera model fitted to it with
    Cauchy weights: a pan, a zoom, a roll and the bend of a near plane are the camera's; what stays
    faster than any of these is a subject's. Places without texture have no flow of their own and
    count by as much as their gradient says; places whose light hardly changes likewise.

    Args: before, after: (H, W) uint8 grey, long side 96. seconds: between them, above 0; an eighth
        of a second serves best.
    """
    camera, left, trust = _parted(before, after, seconds)
    pan = float(np.hypot(*camera.T).mean())
    return Movement(
        camera=pan,
        subject=float(np.percentile(left * trust, 95)),
        moving=float((trust * (left > np.hypot(SUBJECT_SPEED, PARALLAX * pan))).mean()),
        mean=float((left * trust).mean()),
    )


def own_speed(before: Frames, after: Frames, seconds: float) -> Floats:
    """Where something moves by itself: (h, w) frame widths a second, a third as fine as the pictures.

    The camera's movement is taken out as in `movement`; places without texture count for little.
    """
    _, left, trust = _parted(before, after, seconds)
    rows = len(range(_GRID // 2, before.shape[0], _GRID))
    return (left * trust).reshape(rows, -1)


def _parted(before: Frames, after: Frames, seconds: float) -> tuple[Floats, Floats, Floats]:
    """The camera's motion (P, 2), the speed that is left (P,), and how far each place is trusted."""
    flow = _flow(before, after)[_GRID // 2 :: _GRID, _GRID // 2 :: _GRID].reshape(-1, 2)
    speed = flow.astype(np.float64) / (before.shape[1] * seconds)
    trust = _texture(before)[_GRID // 2 :: _GRID, _GRID // 2 :: _GRID].ravel()
    changed = _change(before, after)[_GRID // 2 :: _GRID, _GRID // 2 :: _GRID].ravel()
    camera = _camera(speed, trust, before.shape)
    left = np.minimum(np.hypot(*(speed - camera).T), np.hypot(*speed.T))
    return camera, left, trust * changed


def _flow(before: Frames, after: Frames) -> Frames:
    return _flow_engine(get_ident()).calc(before, after, None)  # type: ignore[no-any-return, call-overload]


@lru_cache(maxsize=16)
def _flow_engine(thread: int) -> cv2.DISOpticalFlow:
    """One for each thread: it keeps its pyramids between calls."""
    del thread
    engine = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    engine.setVariationalRefinementIterations(
        0
    )  # finer flow finds more parallax, not more subjects
    return engine


def _texture(grey: Frames) -> Floats:
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0, scale=1 / 8)
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1, scale=1 / 8)
    slope = cv2.GaussianBlur(cv2.magnitude(across, down), (0, 0), 2)
    return np.asarray(slope / (slope + _TEXTURE), np.float64)


def _change(before: Frames, after: Frames) -> Floats:
    steps = cv2.GaussianBlur(cv2.absdiff(before, after), (0, 0), 1).astype(np.float64)
    return np.asarray(steps / (steps + _CHANGE))


def _camera(speed: Floats, trust: Floats, shape: tuple[int, ...]) -> Floats:
    """The quadratic motion field that most of the picture follows: (P, 2), frame widths a second."""
    basis = _basis(shape[0], shape[1])
    weight = trust
    for _ in range(_ROUNDS):
        normal = basis.T @ (basis * weight[:, None]) + 1e-6 * np.eye(basis.shape[1])
        field = basis @ np.linalg.solve(normal, basis.T @ (speed * weight[:, None]))
        error = np.hypot(*(speed - field).T)
        scale = max(0.01, 1.4826 * float(np.median(error)))
        weight = trust / (1 + (error / (2 * scale)) ** 2)
    return np.asarray(field, np.float64)


@lru_cache(maxsize=4)
def _basis(height: int, width: int) -> Floats:
    down, across = np.mgrid[_GRID // 2 : height : _GRID, _GRID // 2 : width : _GRID]
    x = ((across - width / 2) / width).ravel()
    y = ((down - height / 2) / width).ravel()
    return np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], axis=1)
