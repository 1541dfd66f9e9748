"""Which part of the video's picture a GIF shows, and how unlike the two are there.

Shape letters: G pictures of the GIF, V pictures of the video, P pairs, H height, W width.
"""

from __future__ import annotations

from itertools import product

import cv2
import numpy as np

from gifworthy.types import WHOLE_FRAME, Box, Floats, Frames

LARGE, SIZE = (128, 72), (64, 36)
MOST_UNLIKE = 32
"""Grey levels beyond which more is not worse: a caption is not like the video anywhere."""
LEAST_SHARE = 0.88
STEP = 0.02
STEPS = (0.006, 0.006, 0.003, 0.003, 0.0015, 0.0015)


def shown_part(gif_phw: Frames, video_phw: Frames) -> Box:
    """The crop of the video's picture that the GIF shows: pairs of pictures -> one box.

    Every scale from 0.88 to 1, of width and height apart, is laid over every place; the one whose mean
    correlation over the pairs is highest counts, and is then moved by fractions of a pixel.
    """
    return refined(gif_phw, video_phw, _roughly(gif_phw, video_phw))


def refined(gif_phw: Frames, video_phw: Frames, box: Box) -> Box:
    """The box with each edge moved, ever less far, as long as pictures become more alike."""
    gifs = compared(gif_phw)
    edges = [box.left, box.top, box.right, box.bottom]
    best = _apart(gifs, video_phw, box)
    for step in STEPS:
        for edge, way in product(range(4), (step, -step)):
            moved = [min(1.0, max(0.0, e + way * (n == edge))) for n, e in enumerate(edges)]
            found = _apart(gifs, video_phw, Box(*moved))
            if found < best:
                best, edges = found, moved
    return Box(*edges)


def compared(greys: Frames) -> Frames:
    """Pictures at the size at which they are compared, whatever their shape was: (T, 36, 64)."""
    return np.stack([_sized(_sized(grey, LARGE), SIZE) for grey in greys])


def cropped(greys: Frames, box: Box) -> Frames:
    """Part of each picture, at the size at which pictures are compared: (T, H, W) -> (T, 36, 64)."""
    height, width = greys.shape[1:]
    across, down = box.width * width / LARGE[0], box.height * height / LARGE[1]
    left, top = box.left * width + across / 2 - 0.5, box.top * height + down / 2 - 0.5
    matrix = np.array([[across, 0, left], [0, down, top]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    large = (
        cv2.warpAffine(grey, matrix, LARGE, flags=flags, borderMode=cv2.BORDER_REPLICATE)
        for grey in greys
    )
    return np.stack([_sized(np.asarray(grey, np.uint8), SIZE) for grey in large])


def _roughly(gif_phw: Frames, video_phw: Frames) -> Box:
    height, width = video_phw.shape[1:]
    best, chosen = -np.inf, WHOLE_FRAME
    shares = np.arange(1.0, LEAST_SHARE - 1e-9, -STEP)
    for across, down in product(shares, shares):
        size = max(8, round(width * across)), max(8, round(height * down))
        like = np.mean(
            [
                cv2.matchTemplate(video, _sized(gif, size), cv2.TM_CCOEFF_NORMED)
                for gif, video in zip(gif_phw, video_phw, strict=True)
            ],
            axis=0,
        )
        y, x = (int(n) for n in np.unravel_index(int(np.argmax(like)), like.shape))
        if like[y, x] > best:
            best = float(like[y, x])
            right, bottom = (x + size[0]) / width, (y + size[1]) / height
            chosen = Box(x / width, y / height, min(1.0, right), min(1.0, bottom))
    return chosen


def _apart(gifs: Frames, videos: Frames, box: Box) -> float:
    apart = cv2.absdiff(gifs, cropped(videos, box))
    return float(np.minimum(apart, MOST_UNLIKE).mean())


def unlikeness(gif_ghw: Frames, video_vhw: Frames) -> Floats:
    """Mean difference of each two pictures, in grey levels, at most 32 a pixel: (G, V)."""
    gifs = gif_ghw.reshape(len(gif_ghw), -1)
    videos = video_vhw.reshape(len(video_vhw), -1)
    found = np.empty((len(gifs), len(videos)))
    for row, gif in enumerate(gifs):
        apart = np.maximum(videos, gif) - np.minimum(videos, gif)
        found[row] = np.minimum(apart, MOST_UNLIKE).mean(axis=1, dtype=np.float32)
    return found


def unlikeness_beside(gif_ghw: Frames, video_vhw: Frames, usual_hw: Floats) -> Floats:
    """The same once the usual difference of the two is taken off: (G, V).

    Where nothing but light and noise tells places apart, what palette, caption and coding always add would
    drown it: |constant + change| goes by the sign of the constant, not by the change.
    """
    gifs = (gif_ghw - usual_hw).reshape(len(gif_ghw), -1).astype(np.float32)
    videos = video_vhw.reshape(len(video_vhw), -1).astype(np.float32)
    found = np.empty((len(gifs), len(videos)))
    for row, gif in enumerate(gifs):
        found[row] = np.minimum(np.abs(videos - gif), MOST_UNLIKE).mean(axis=1)
    return found


def _sized(grey: Frames, size: tuple[int, int]) -> Frames:
    smaller = size[0] < grey.shape[1]
    method = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(grey, size, interpolation=method), np.uint8)
