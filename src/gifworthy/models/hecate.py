"""Hecate: what its authors measure on frames, and how they find shots and highlights. Arrays in and out.

Song, Redi, Vallmitjana, Jaimes, "To Click or Not To Click: Automatic Selection of Beautiful Thumbnails
from Videos" (CIKM 2016), with the numbers of the published program (yahoo/hecate, Apache-2.0); written
from a description of it. Two of its quirks are kept, since they are in the figures others compare with:
frame differences are taken in saturating bytes, so only what became brighter counts, and both directions
of the edge change ratio are divided by the edges of the earlier frame.

T frames, S shots, D = 2,000 features.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from gifworthy.types import Floats, Frames

Mask = NDArray[np.bool_]
Features = NDArray[np.float16]
Picture = NDArray[np.uint8] | NDArray[np.float32]
Run = tuple[int, int]

DARK, BLURRED, UNIFORM = 0.075, 0.08, 0.80
WORST_SHARE = 0.15
CUT, TRANSITION = 0.50, 0.10
TRANSITION_SHARE = 0.10
GREY_BINS, TOP_BINS = 128, 6  # the top 5 % of 128
COLOUR_BINS, EDGE_BINS = 128, 8
CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (11, 11))
SHORTEST_RUN = 5


@dataclass(frozen=True)
class Measures:
    """What is measured on each frame.

    brightness, sharpness, uniformity: (T,) 0..1. difference: (T,) from its neighbours, 0 for the
    first and the last. edge_change: (T,) 0..1. features: (T, D), in half precision: 6,000 frames of
    2,000 shares in 0..1 are 24 MB so.
    """

    brightness: Floats
    sharpness: Floats
    uniformity: Floats
    difference: Floats
    edge_change: Floats
    features: Features

    def __len__(self) -> int:
        return len(self.brightness)


def measure(frames: Iterable[Frames]) -> Measures:
    """Measure frames one by one, so that a long video is never held.

    Args: frames: (H, W, 3) uint8 RGB each, longest side 160 at most; at least one.
    """
    alone, features, pairs = [], [], []
    before: tuple[Frames, Frames] | None = None
    for frame in frames:
        grey = _grey(frame)
        alone.append((brightness(frame), sharpness(grey), uniformity(grey)))
        features.append(describe(frame, grey))
        now = frame, edges(grey)
        if before is not None:
            pairs.append(_compare(before, now))
        before = now
    ahead, back, edge_change = np.array([*pairs, (0.0, 0.0, 0.0)]).T
    difference = (ahead + np.roll(back, 1)) / 2
    difference[[0, -1]] = 0.0
    light, sharp, uniform = np.array(alone).T
    return Measures(light, sharp, uniform, difference, np.roll(edge_change, 1), np.stack(features))


def _grey(frame: Frames) -> Frames:
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.GaussianBlur(grey, (3, 3), 0), np.uint8)


def brightness(frame: Frames) -> float:
    """Mean luminance of a frame, 0..1."""
    red, green, blue = frame.reshape(-1, 3).mean(0).tolist()
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255


def sharpness(grey: Frames) -> float:
    """Mean Sobel magnitude of a grey picture in 0..1."""
    picture = grey.astype(np.float32) / 255
    across, down = cv2.Sobel(picture, cv2.CV_32F, 1, 0), cv2.Sobel(picture, cv2.CV_32F, 0, 1)
    return float(cv2.magnitude(across, down).mean())


def uniformity(grey: Frames) -> float:
    """Share of the largest 5 % of grey bins, 0..1; 1 for a picture of one grey."""
    counts = cv2.calcHist([grey], [0], None, [GREY_BINS], [0, 256]).ravel()
    return float(np.sort(counts)[-TOP_BINS:].sum() / counts.sum())


def edges(grey: Frames) -> Frames:
    """Canny edges with Otsu's threshold: (H, W), 0 or 1."""
    threshold, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return np.asarray(cv2.Canny(grey, threshold, 1.2 * threshold) // 255)


def edge_change_ratio(before: Frames, after: Frames) -> float:
    """Share of edges that vanish or appear between two edge pictures, 0..1; 0 without edges."""
    count = float(before.sum())
    if not count:
        return 0.0
    stays = float((before * cv2.dilate(after, CROSS)).sum())
    was_there = float((cv2.dilate(before, CROSS) * after).sum())
    return max(1 - min(1.0, stays / count), 1 - min(1.0, was_there / count))


def describe(frame: Frames, grey: Frames) -> Features:
    """Colour and edge histograms of the picture and its four quarters: (D,)."""
    hsv = np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2HSV), np.uint8)
    across, down = cv2.Scharr(grey, cv2.CV_32F, 1, 0), cv2.Scharr(grey, cv2.CV_32F, 0, 1)
    strength, angle = cv2.cartToPolar(across, down, angleInDegrees=True)
    orientation = np.where(angle >= 180, angle - 180, angle).astype(np.float32)
    magnitude = strength.astype(np.float32)
    rows = [
        np.concatenate(
            [_histogram(hsv[place], channel, COLOUR_BINS, 256) for channel in range(3)]
            + [_histogram(orientation[place], 0, EDGE_BINS, 180)]
            + [_histogram(magnitude[place], 0, EDGE_BINS, 256)]
        )
        for place in _patches(*grey.shape)
    ]
    return np.concatenate(rows)


def valid_frames(measures: Measures, margins: Run) -> Mask:
    """Frames that may be shown: neither at the ends, nor dark, blurred, uniform, nor in a transition.

    Args: margins: frames to leave out at the beginning and at the end.
    """
    count = len(measures)
    valid = np.ones(count, np.bool_)
    valid[: margins[0]] = False
    valid[count - margins[1] :] = False
    for values, limit, share in (
        (-measures.brightness, -DARK, WORST_SHARE),
        (-measures.sharpness, -BLURRED, WORST_SHARE),
        (measures.uniformity, UNIFORM, WORST_SHARE),
        (measures.difference, CUT, TRANSITION_SHARE),
        (measures.edge_change, TRANSITION, TRANSITION_SHARE),
    ):
        valid[_worst(values, limit, share)] = False
    return valid


def shots(measures: Measures, valid: Mask, shortest: int) -> list[Run]:
    """Runs of valid frames, long ones divided where the picture changes most.

    A run three times the shortest is divided into at most as many pieces as fit; the two frames at
    each such cut are left out. Runs of five frames or fewer are none.

    Args: shortest: frames of the shortest shot (2 s). Returns: [first, last) of each, in order.
    """
    valid = valid.copy()
    for first, last in _runs(valid):
        if last - first >= 3 * shortest:
            for cut in _divisions(measures.difference[first:last], shortest):
                valid[first + cut - 1 : first + cut + 1] = False
    return [(first, last) for first, last in _runs(valid) if last - first > SHORTEST_RUN]


def _divisions(difference: Floats, shortest: int) -> list[int]:
    """Greedily the largest differences, each `shortest` away from the ends and from each other."""
    free = np.zeros(len(difference), np.bool_)
    free[shortest : len(difference) - shortest] = True
    cuts: list[int] = []
    while free.any() and len(cuts) < len(difference) // shortest:
        cut = int(np.where(free, difference, -1.0).argmax())
        cuts.append(cut)
        free[max(0, cut - shortest + 1) : cut + shortest] = False
    return cuts


def _worst(values: Floats, limit: float, share: float) -> NDArray[np.intp]:
    """Where values reach the limit, the worst first, at most a share of all."""
    order = (-values).argsort(kind="stable")[: int(share * len(values))]
    return np.asarray(order[values[order] >= limit])


def _runs(valid: Mask) -> list[Run]:
    steps = np.diff(np.concatenate([[0], valid.astype(np.int8), [0]]))
    starts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


def _compare(
    before: tuple[Frames, Frames], after: tuple[Frames, Frames]
) -> tuple[float, float, float]:
    """Two frames with their edges: the earlier against the later, the other way, the edge change."""
    pixels = before[1].size
    return (
        float(cv2.norm(cv2.subtract(before[0], after[0]))) / pixels,
        float(cv2.norm(cv2.subtract(after[0], before[0]))) / pixels,
        edge_change_ratio(before[1], after[1]),
    )


def _patches(height: int, width: int) -> Iterator[tuple[slice, slice]]:
    yield slice(None), slice(None)
    middle, centre = height // 2, width // 2
    for rows in (slice(0, middle), slice(middle, None)):
        for columns in (slice(0, centre), slice(centre, None)):
            yield rows, columns


def _histogram(picture: Picture, channel: int, bins: int, top: int) -> Features:
    if not picture.size:
        return np.zeros(bins, np.float16)
    counts = cv2.calcHist([picture], [channel], None, [bins], [0, top]).ravel()
    return np.asarray(counts / max(float(np.linalg.norm(counts)), 1e-9), np.float16)
