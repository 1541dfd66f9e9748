"""Is ours better than the cover its publisher chose? Both are scored on one scale, that of the video."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from gifworthy.appearance import appearance, unlikeness
from gifworthy.errors import PictureUnreadable
from gifworthy.gate import judge
from gifworthy.measures import brightness_and_contrast, colourfulness, sharpness
from gifworthy.moments import Moment, clock
from gifworthy.protocols import Scorer
from gifworthy.types import Clip, Floats, Frames, Refusal, Scan, Segment, Storyboard
from gifworthy.video import Video

MARGIN = 0.1
"""Ours must be better by this share of the distance between the best and the worst of the video."""

TAKEN_FROM_IT = 0.9
"""Likeness from which a picture counts as a frame of the video; one saved as JPEG has 0.99."""

GREY_SIDE = 320


@dataclass(frozen=True)
class Verdict:
    """Whether the publisher's own cover is kept.

    own, made: scores, comparable with each other; own is None when the gate refuses its moment.
    margin: by how much `made` must be above `own`. moment: seconds in the video at which the own cover
    lies. likeness: 0..1, how much a picture looks like that moment; None for a moment that was named.
    """

    own: float | None
    made: float
    margin: float
    moment: float
    likeness: float | None = None
    refused: Refusal | None = None

    @property
    def keeps_own(self) -> bool:
        """Whether ours is not better by the margin."""
        return self.own is not None and self.made - self.own <= self.margin


def read_picture(path: Path) -> Frames:
    """A picture file as (H, W, 3) uint8 RGB. Raises: PictureUnreadable."""
    try:
        with Image.open(path) as picture:
            return np.asarray(picture.convert("RGB"))
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise PictureUnreadable(
            f"{path} is no picture that can be read; give a JPEG, PNG or WebP file"
        ) from error


def compare(
    video: Video,
    scorer: Scorer,
    pieces: tuple[Segment, ...],
    storyboard: Storyboard,
    own: Moment | Frames,
) -> Verdict:
    """Whether a storyboard beats the publisher's own cover.

    A moment is worth what the piece around it is worth, and so is a picture that was taken from the
    video. Another picture stands in for the moment that it looks most like: light, contrast, sharpness
    and colours are its own, it does not move, and sound and place in the video are that moment's.

    Args: pieces: what the segmenter made of the video.
    Raises: ValueError when the moment lies outside the video's bounds.
    """
    moment, likeness = _placed(video, own)
    refusals = dict(zip(pieces, judge(video, pieces), strict=True))
    piece = min(pieces, key=lambda piece: _distance(piece, moment))
    foreign = likeness is not None and likeness < TAKEN_FROM_IT
    refused = None if foreign else refusals[piece]
    chosen = tuple(highlight.segment for highlight in storyboard)
    showable = (kept for kept, refusal in refusals.items() if refusal is None)
    scored = tuple(dict.fromkeys((*showable, *chosen, *(() if refused else (piece,)))))
    values = scorer.score(video, scored).values
    made = float(np.mean([values[scored.index(segment)] for segment in chosen]))
    margin = MARGIN * float(np.ptp(values))
    if refused:
        return Verdict(None, made, margin, moment, likeness, refused)
    if foreign and not isinstance(own, Moment):
        values = scorer.score(Pictured(video, piece, own), scored).values
    return Verdict(float(values[scored.index(piece)]), made, margin, moment, likeness)


class Pictured(Video):
    """A video that shows a still picture throughout one segment."""

    def __init__(self, video: Video, where: Segment, picture: Frames) -> None:
        vars(self).update(vars(video))
        vars(self).pop("scan", None)  # the video's own, when it has been made already
        self._video, self._where, self._picture = video, where, picture

    @cached_property
    def scan(self) -> Scan:
        """The video's scan, the looks of the picture in its place."""
        return _with_looks(self._video.scan, self._where, self._picture)

    def frames_at(self, times: Floats, width: int | None = None) -> Clip:
        """The video's frames, the picture in its place."""
        clip = self._video.frames_at(times, width)
        frames = clip.frames.copy()
        inside = [self._where.holds(float(time)) for time in clip.times]
        frames[inside] = _fitted(self._picture, clip.width, clip.height)
        return Clip(frames, clip.times)

    def content_key(self) -> str:
        """Another name than the video's: what is kept of the one must not be taken for the other."""
        key = hashlib.blake2b(self._video.content_key().encode(), digest_size=16)
        key.update(self._picture.tobytes() + repr(self._where).encode())
        return key.hexdigest()


def _placed(video: Video, own: Moment | Frames) -> tuple[float, float | None]:
    """The moment of the own cover, and how much a picture looks like it."""
    if isinstance(own, Moment):
        moment = own.at(video.duration)
        if not video.bounds.start <= moment <= video.bounds.end:
            raise ValueError(
                f"your own cover's moment {clock(moment)} lies outside the part of {video.name} that "
                f"may be shown, {clock(video.bounds.start)} to {clock(video.bounds.end)}"
            )
        return moment, None
    scan = video.scan
    looks = appearance(scan.frames)
    mine = appearance(_fitted(own, scan.frames.shape[2], scan.frames.shape[1])[None])
    unlike = unlikeness(looks, mine)
    nearest = int(unlike.argmin())
    return float(scan.times[nearest]), 1.0 - float(unlike[nearest])


def _distance(piece: Segment, moment: float) -> float:
    return max(piece.start - moment, moment - piece.end, 0.0)


def _with_looks(scan: Scan, where: Segment, picture: Frames) -> Scan:
    """The scan as it would be if `where` showed the picture."""
    place = scan.inside(where)
    height, width = scan.frames.shape[1:3]
    small = _fitted(picture, width, height)
    scale = GREY_SIDE / max(width, height)
    large = _fitted(picture, round(width * scale), round(height * scale))
    grey = np.asarray(cv2.cvtColor(large, cv2.COLOR_RGB2GRAY), np.uint8)
    brightness, contrast = brightness_and_contrast(grey)
    return replace(
        scan,
        frames=_put(scan.frames, place, small),
        brightness=_put(scan.brightness, place, brightness),
        contrast=_put(scan.contrast, place, contrast),
        sharpness=_put(scan.sharpness, place, sharpness(grey)),
        colourfulness=_put(scan.colourfulness, place, colourfulness(small)),
        change=_put(scan.change, place, 0.0),
        motion=_put(scan.motion, place, 0.0),
        camera=_put(scan.camera, place, 0.0),
        flashes=_put(scan.flashes, place, 0.0),
        moving=_put(scan.moving, place, 0.0),
    )


def _put(values: np.ndarray, place: slice, value: float | Frames) -> np.ndarray:
    changed = values.copy()
    changed[place] = value
    return changed


def _fitted(picture: Frames, width: int, height: int) -> Frames:
    """The picture at a size, its middle cut to that shape."""
    high, wide = picture.shape[:2]
    scale = max(width / wide, height / high)
    across, down = min(wide, round(width / scale)), min(high, round(height / scale))
    left, top = (wide - across) // 2, (high - down) // 2
    cut = picture[top : top + down, left : left + across]
    return np.asarray(cv2.resize(cut, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
