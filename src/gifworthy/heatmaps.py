"""The map over the video: what counted where, the scores over time, and the cut and crop that were chosen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from gifworthy.framing import Framing
from gifworthy.gaze import Gaze
from gifworthy.moments import clock
from gifworthy.pipeline import Candidate
from gifworthy.sampling import spread, ticks
from gifworthy.settings import Told, nobody
from gifworthy.types import Clip, Floats, Frames, Segment
from gifworthy.video import Video

STRETCH = 3.0
"""Seconds that are drawn at a time; no more is held."""
STRIP = 72
"""Pixels of the height of the scores below the picture."""
PAD = 10
PROBES, PEAK = 8, 99.5
OPAQUE = 0.65
HOT = cv2.COLORMAP_TURBO
BOX, SHOWN, BAR, OUT, INK, PAPER = (
    (255, 255, 255),
    (46, 160, 67),
    (120, 132, 148),
    (225, 228, 232),
    (34, 38, 43),
    (250, 250, 250),
)


@dataclass(frozen=True)
class Chart:
    """What is drawn over and below a video.

    candidates: its pieces with their scores. framings: where it was cut. gaze: whose map.
    width: pixels of the picture at most. fps: frames a second at most.
    """

    candidates: Sequence[Candidate]
    framings: Sequence[Framing]
    gaze: Gaze
    width: int
    fps: float


def heat_frames(video: Video, chart: Chart, told: Told = nobody) -> Iterator[Frames]:
    """Every frame of the drawn video, (H, W, 3) uint8, even sides; a few seconds in memory at a time.

    Stretches end at cuts, since nothing moves across a cut; their moments lie on one grid, so that the drawn
    video is as long as the video. One scale of colours holds for all of it: the map's 99.5th percentile at
    some moments spread over it.
    """
    peak, grid = _peak(video, chart), ticks(video.bounds, chart.fps)
    strip: Frames | None = None
    for stretch in _stretches(video):
        moments = grid[(grid >= stretch.start) & (grid < stretch.end)]
        if not len(moments):
            continue
        clip = video.frames_at(moments, width=chart.width)
        maps = np.clip(chart.gaze(video, clip) / peak, 0, 1)
        if strip is None:
            strip = _strip(video, chart, clip.width)
        for frame, heat, moment in zip(clip.frames, maps, moments.tolist(), strict=True):
            picture = _boxed(_warmed(frame, heat), chart.framings, moment)
            yield _even(np.concatenate([picture, _at(strip, video.bounds, moment)]))
        told((stretch.end - video.bounds.start) / video.bounds.duration)


def _stretches(video: Video) -> Iterator[Segment]:
    """The video's bounds in pieces of a few seconds, broken at cuts too."""
    inside = [c for c in video.scan.cuts.tolist() if video.bounds.holds(c)]
    edges = [video.bounds.start, *inside, video.bounds.end]
    for start, end in pairwise(edges):
        count = max(1, int(np.ceil((end - start) / STRETCH)))
        steps = np.linspace(start, end, count + 1).tolist()
        yield from (Segment(a, b) for a, b in pairwise(steps) if b - a > 1e-3)


def _peak(video: Video, chart: Chart) -> float:
    """What is drawn as hottest."""
    peaks = []
    for moment in spread(video.bounds, PROBES):
        clip = video.frames_at(moment + np.arange(3) / 8, width=chart.width)
        peaks.append(np.percentile(chart.gaze(video, clip), PEAK))
    return max(float(np.max(peaks)), 1e-9)


def _warmed(frame: Frames, heat: Floats) -> Frames:
    """The picture in greys where nothing counts, in the map's colours where much does."""
    size = frame.shape[1::-1]
    share = cv2.resize(heat.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    levels = np.round(255 * np.clip(share, 0, 1)).astype(np.uint8)
    colours = cv2.cvtColor(cv2.applyColorMap(levels, HOT), cv2.COLOR_BGR2RGB)
    weight = OPAQUE * np.sqrt(np.clip(share, 0, 1))[..., None]
    return np.asarray(frame * (1 - weight) + colours * weight, np.uint8)


def _boxed(picture: Frames, framings: Sequence[Framing], moment: float) -> Frames:
    """With the crop drawn while what was chosen plays, and the rest of the frame darkened."""
    for framing in framings:
        if not framing.window.holds(moment):
            continue
        high, wide = picture.shape[:2]
        left, top, right, bottom = 0, 0, wide, high
        if framing.crop is not None:
            shares = framing.crop.at(np.array([moment]))[0] * (wide, high, wide, high)
            left, top, right, bottom = np.round(shares).astype(int).tolist()
        darkened = np.asarray(picture // 2, np.uint8)
        darkened[top:bottom, left:right] = picture[top:bottom, left:right]
        cv2.rectangle(darkened, (left, top), (right - 1, bottom - 1), BOX, 2)
        return darkened
    return picture


def _strip(video: Video, chart: Chart, width: int) -> Frames:
    """The scores over time: a bar for each piece, what was refused pale, what is shown green."""
    image = Image.new("RGB", (width, STRIP), PAPER)
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(10)
    scores = [piece.score for piece in chart.candidates if piece.score is not None]
    low, high = min(scores, default=0.0), max(scores, default=1.0)
    low = min(0.0, low)
    for piece in chart.candidates:
        first, last = (
            _x(video.bounds, at, width) for at in (piece.segment.start, piece.segment.end)
        )
        if piece.score is None:
            pen.rectangle((first, 16, last - 1, STRIP - 16), OUT)
            continue
        share = (piece.score - low) / max(high - low, 1e-9)
        pen.rectangle((first, STRIP - 16 - round(share * (STRIP - 34)), last - 1, STRIP - 16), BAR)
    for framing in chart.framings:
        first, last = (
            _x(video.bounds, at, width) for at in (framing.window.start, framing.window.end)
        )
        pen.rectangle((first, STRIP - 14, max(last - 1, first + 2), STRIP - 11), SHOWN)
    shown = ", ".join(f"{clock(f.window.start)} to {clock(f.window.end)}" for f in chart.framings)
    pen.text((PAD, 2), f"score of each piece; shown: {shown}", INK, font)
    return np.asarray(image, np.uint8)


def _at(strip: Frames, bounds: Segment, moment: float) -> Frames:
    """The scores with a line at the moment that plays, and its clock."""
    image = Image.fromarray(strip)
    pen = ImageDraw.Draw(image)
    place = _x(bounds, moment, strip.shape[1])
    pen.line((place, 14, place, STRIP - 9), INK, 2)
    said = clock(moment)
    wide = pen.textlength(said, ImageFont.load_default(10))
    left = min(max(PAD, place - wide / 2), strip.shape[1] - PAD - wide)
    pen.text((left, STRIP - 12), said, INK, ImageFont.load_default(10))
    return np.asarray(image, np.uint8)


def _x(bounds: Segment, moment: float, width: int) -> int:
    share = (moment - bounds.start) / bounds.duration
    return round(PAD + min(max(share, 0.0), 1.0) * (width - 2 * PAD))


def _even(picture: Frames) -> Frames:
    """Both sides even, as video wants them: the last line is repeated."""
    high, wide = picture.shape[:2]
    return np.pad(picture, ((0, high % 2), (0, wide % 2), (0, 0)), "edge")


def as_clip(frames: Iterator[Frames], fps: float, most: int) -> Clip:
    """All frames in memory, for formats that are written whole. Raises: ValueError beyond `most`."""
    held: list[Frames] = []
    for frame in frames:
        held.append(frame)
        if len(held) > most:
            raise ValueError(
                f"more than {most} pictures are too many for this format; write a .mp4, or show less "
                f"with --start and --end or a lower --fps"
            )
    return Clip(np.stack(held), np.arange(len(held)) / fps)
