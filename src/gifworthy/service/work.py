"""What a job does with a video. It runs in a process of its own, with little memory, time and no network."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from gifworthy.encoders import ENCODERS
from gifworthy.errors import VideoUnreadable
from gifworthy.exports import Names, making_as_json, ranking_as_json
from gifworthy.moments import clock
from gifworthy.pipeline import CoverMaker
from gifworthy.plans import Plan, plan_named
from gifworthy.scan import packed, unpacked
from gifworthy.service.requests import Asked
from gifworthy.settings import Settings, Told
from gifworthy.types import Effort, Highlight, Scan, Segment, Storyboard
from gifworthy.video import Video

STRIP_STILLS = 12


@dataclass(frozen=True)
class Given:
    """A video to work on.

    source: what the decoder opens. name: what its sender calls it. scan: what was seen of it before, packed.
    """

    source: str
    name: str
    settings: Settings
    scan: bytes | None = None


@dataclass(frozen=True)
class Seen:
    """What one look at a video gave: facts and ranking as JSON values, the scan packed, a strip of stills."""

    facts: Mapping[str, object]
    ranking: Mapping[str, object]
    scan: bytes
    strip: bytes


@dataclass(frozen=True)
class Made:
    """A cover as it is kept. story: the JSON of `make`. scan: packed, when a new one had to be made."""

    data: bytes
    media_type: str
    suffix: str
    poster: bytes
    story: Mapping[str, object]
    scan: bytes | None


def look(given: Given, longest: float, tell: Told) -> Seen:
    """Look at a video once, for all covers to come.

    Args: longest: seconds of a video that is taken at all.
    Raises: VideoError.
    """
    maker = CoverMaker.load(Plan(), given.settings)
    with maker.open(given.source, told=tell) as video:
        if video.duration > longest:
            raise VideoUnreadable(
                f"it lasts {clock(video.duration)}, and at most {clock(longest)} are taken; cut it first"
            )
        ranking = json.loads(ranking_as_json(replace(maker.rank(video), source=given.name)))
        strip, places = _strip(video.scan)
        return Seen(_facts(video, places), ranking, packed(video.scan), strip)


def make(given: Given, asked: Asked, tell: Told) -> Made:
    """Make one cover. Raises: VideoError, NothingWorthShowing, BudgetUnreachable, CropImpossible."""
    maker = CoverMaker.load(asked.plan.plan, given.settings)
    known = None if given.scan is None else unpacked(given.scan)
    with maker.open(given.source, asked.bounds, tell, known) as video:
        chosen = _chosen(asked.windows, video)
        making = maker.finish(video, chosen or maker.choose(video), asked.style)
        scan = packed(video.scan) if known is None else None
    cover = making.cover
    suffix = ENCODERS[asked.style.format].suffix
    told = replace(making, source=given.name)
    story = json.loads(making_as_json(told, Names(f"cover{suffix}", "cover.jpg")))
    return Made(cover.data, cover.media_type, suffix, cover.poster, story, scan)


def effort_of(asked: Asked) -> Effort:
    """How closely the video must have been looked at for this cover."""
    return asked.plan.plan.effort


def plain_effort() -> Effort:
    """How closely every video is looked at when it comes in."""
    return plan_named("signals").effort


def _chosen(windows: tuple[Segment, ...], video: Video) -> Storyboard | None:
    """A person's windows as they are. Raises: ValueError when one lies outside the video."""
    for window in windows:
        if window.start >= video.duration:
            raise ValueError(
                f"{clock(window.start)} lies past the end of the video, {clock(video.duration)}"
            )
    whole = Segment(0.0, video.duration)
    highlights = tuple(Highlight(window.within(whole), 0.0) for window in windows)
    return Storyboard(highlights, "person") if highlights else None


def _facts(video: Video, stills: list[float]) -> dict[str, object]:
    return {
        "duration": round(video.duration, 3),
        "fps": round(video.fps, 3),
        "width": video.width,
        "height": video.height,
        "has_audio": video.has_audio,
        "stills": stills,
        "warnings": list(video.warnings),
    }


def _strip(scan: Scan) -> tuple[bytes, list[float]]:
    """Stills of the whole video side by side, JPEG bytes, and the moment of each, seconds."""
    places = np.unique(
        np.linspace(0, len(scan) - 1, min(STRIP_STILLS, len(scan))).round().astype(int)
    )
    side_by_side = np.concatenate(list(scan.frames[places]), axis=1)
    data = io.BytesIO()
    Image.fromarray(side_by_side).save(data, "JPEG", quality=82)
    return data.getvalue(), [round(float(moment), 3) for moment in scan.times[places]]
