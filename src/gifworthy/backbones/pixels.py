"""What can be told of a clip from its pixels alone: colours, places, edges, movement. No weights."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np

from gifworthy.appearance import appearance
from gifworthy.measures import brightness_and_contrast, colourfulness, sharpness
from gifworthy.movement import movement
from gifworthy.types import Clip, Floats, Frames

SIDE = 96
LEAST_SIDE = 48
LOOKS = 4
DIRECTIONS, GRID = 8, 3
APPEARANCE = 144
EDGES = DIRECTIONS * GRID * GRID
SIGNALS = 8
SIZE = 2 * APPEARANCE + EDGES + 2 * SIGNALS


class Pixels:
    """Statistics of each clip, 376 numbers, milliseconds a clip.

        0..143    mean appearance of four frames: HSV histogram and coarse layout, length at most 1
        144..287  its change: the absolute difference of the last and the first of them
        288..359  edges: 8 directions in a grid of 3 by 3, weighed by their steepness, length 1
        360..367  mean of: brightness, contrast, sharpness, colourfulness (each as a share of its range),
                  camera, own speed, share that moves, change of brightness
        368..375  the same eight: how much they vary, standard deviation

    The eight signals are those of the default scorer. All numbers lie in about 0..1 and each group is
    about as long as the others, so that a Euclidean distance weighs looks, change, edges and movement.
    """

    size = SIZE

    def encode(self, clips: Sequence[Clip]) -> Floats:
        """(N, 376), one row for each clip; a clip's row does not depend on the others."""
        rows = [_encoded(clip) for clip in clips]
        return np.stack(rows) if rows else np.zeros((0, SIZE))


def _encoded(clip: Clip) -> Floats:
    small = np.stack([_small(frame) for frame in clip.frames])
    at = np.unique(((np.arange(LOOKS) + 0.5) / LOOKS * len(small)).astype(int))
    looks = appearance(small[at])
    edges = np.mean([_edges(_grey(small[place])) for place in at], axis=0)
    signals = _signals(small, clip.times)
    return np.concatenate(
        [
            looks.mean(axis=0),
            np.abs(looks[-1] - looks[0]),
            edges,
            signals.mean(axis=0),
            signals.std(axis=0),
        ]
    )


def _small(frame: Frames) -> Frames:
    """Long side 96, and no side below what the flow can follow."""
    scale = SIDE / max(frame.shape[:2])
    wide, high = (max(LEAST_SIDE, round(side * scale)) for side in frame.shape[1::-1])
    return np.asarray(cv2.resize(frame, (wide, high), interpolation=cv2.INTER_AREA), np.uint8)


def _grey(frame: Frames) -> Frames:
    return np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), np.uint8)


def _edges(grey: Frames) -> Floats:
    """(72,) steepness by direction (0..180 degrees in eight) and place, unit length; zeros when flat."""
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    angle = np.arctan2(down, across) % np.pi
    direction = np.minimum((angle / np.pi * DIRECTIONS).astype(int), DIRECTIONS - 1)
    rows, columns = np.indices(grey.shape)
    cell = (rows * GRID // grey.shape[0]) * GRID + columns * GRID // grey.shape[1]
    bins = (cell * DIRECTIONS + direction).ravel()
    weights = cv2.magnitude(across, down).ravel()
    counts = np.sqrt(np.bincount(bins, weights=weights, minlength=EDGES))
    return np.asarray(counts / max(float(np.linalg.norm(counts)), 1e-9))


def _signals(small: Frames, times: Floats) -> Floats:
    """(T, 8) each about 0..1."""
    greys = [_grey(frame) for frame in small]
    rows = np.zeros((len(small), SIGNALS))
    for place, (frame, grey) in enumerate(zip(small, greys, strict=True)):
        bright, contrast = brightness_and_contrast(grey)
        sharp, colour = sharpness(grey), colourfulness(frame)
        rows[place, :4] = bright / 255, contrast / 128, min(1.0, sharp / 64), colour / 150
    for place, (before, after) in enumerate(pairwise(greys), start=1):
        seconds = max(float(times[place] - times[place - 1]), 1 / 120)
        moved = movement(before, after, seconds)
        shift = abs(rows[place, 0] - rows[place - 1, 0])
        speeds = np.tanh([moved.camera, 4 * moved.subject])
        rows[place, 4:] = *speeds, moved.moving, shift
    rows[0, 4:] = rows[1, 4:] if len(rows) > 1 else 0.0
    return rows
