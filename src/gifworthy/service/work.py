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
from gifworthy.features import Features
from gifworthy.moments import clock
from gifworthy.pipeline import BY_A_PERSON, Bind, CoverMaker, for_everybody
from gifworthy.plans import Plan, plan_named
from gifworthy.protocols import Scorer
from gifworthy.records.carried import Carried
from gifworthy.records.histories import Pick
from gifworthy.records.looking import Known, remembered
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

    def in_words(self, told: tuple[str, ...]) -> tuple[str, ...]:
        """What was noted of the video, with its sender's name for it: how files are called here is ours."""
        ours = self.source.rpartition("/")[2]
        return tuple(one.replace(self.source, self.name).replace(ours, self.name) for one in told)


@dataclass(frozen=True)
class Seen:
    """What one look at a video gave: facts and ranking as JSON values, the scan packed, a strip of stills."""

    facts: Mapping[str, object]
    ranking: Mapping[str, object]
    scan: bytes
    strip: bytes


@dataclass(frozen=True)
class Made:
    """A cover as it is kept.

    story: the JSON of `make`. scan: packed, when a new one had to be made. whose: the history it is for.
    """

    data: bytes
    media_type: str
    suffix: str
    poster: bytes
    story: Mapping[str, object]
    scan: bytes | None
    whose: Carried | None = None


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
        ranked = maker.rank(video)
        told = replace(ranked, source=given.name, warnings=given.in_words(ranked.warnings))
        ranking = json.loads(ranking_as_json(told))
        strip, places = _strip(video.scan)
        facts = {**_facts(video, places), "warnings": list(given.in_words(video.warnings))}
        return Seen(facts, ranking, packed(video.scan), strip)


def make(given: Given, asked: Asked, plan: Plan, whose: Carried | None, tell: Told) -> Made:
    """Make one cover, for everybody or for one viewer.

    Args: whose: the viewer's history; what is seen of it on the way is in it afterwards.
    Raises: VideoError, NothingWorthShowing, BudgetUnreachable, CropImpossible.
    """
    maker = CoverMaker.load(plan, given.settings, _binding(whose, given.settings))
    known = None if given.scan is None else unpacked(given.scan)
    with maker.open(given.source, asked.bounds, tell, known) as video:
        chosen = _chosen(asked.windows, video)
        making = maker.finish(video, chosen or maker.choose(video), asked.style)
        scan = packed(video.scan) if known is None else None
    cover = making.cover
    suffix = ENCODERS[asked.style.format].suffix
    told = replace(making, source=given.name, warnings=given.in_words(making.warnings))
    story = json.loads(making_as_json(told, Names(f"cover{suffix}", "cover.jpg")))
    return Made(cover.data, cover.media_type, suffix, cover.poster, story, scan, whose)


def see(settings: Settings, whose: Carried, tell: Told) -> Carried:
    """See how a viewer's choices look, as `gifworthy history add` does: later the videos may be gone.

    Raises: WeightsError.
    """
    remembered(whose, "", Features.load("pixels", settings), settings, same=_by_name)
    tell(1.0)
    return whose


def plain_effort() -> Effort:
    """How closely every video is looked at when it comes in."""
    return plan_named("signals").effort


def _binding(whose: Carried | None, settings: Settings) -> Bind:
    """Makes a plan's scorer the viewer's; the history is seen once, as that scorer wants it."""
    if whose is None:
        return for_everybody
    history, known = whose, list[Known]()

    def bind(scorer: Scorer) -> Scorer:
        if not known:
            known.append(Known.read(history, "", scorer, settings, _by_name))
        return known[0].bind(scorer)

    return bind


def _by_name(pick: Pick, video: Video) -> bool:
    """Files of a storage are named by their content, so that under one name there is one video for ever."""
    return pick.content in str(video.source)


def _chosen(windows: tuple[Segment, ...], video: Video) -> Storyboard | None:
    """A person's windows as they are. Raises: ValueError when one lies outside the video."""
    for window in windows:
        if window.start >= video.duration:
            raise ValueError(
                f"{clock(window.start)} lies past the end of the video, {clock(video.duration)}"
            )
    whole = Segment(0.0, video.duration)
    highlights = tuple(Highlight(window.within(whole), 0.0) for window in windows)
    return Storyboard(highlights, BY_A_PERSON) if highlights else None


def _facts(video: Video, stills: list[float]) -> dict[str, object]:
    return {
        "duration": round(video.duration, 3),
        "fps": round(video.fps, 3),
        "width": video.width,
        "height": video.height,
        "has_audio": video.has_audio,
        "stills": stills,
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
