"""Where to cut: the seconds of a segment worth showing, the loop seam, the crop path."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from math import floor, inf

import numpy as np

from gifworthy.cropping import GAP, CropPath, Seen, crop_path
from gifworthy.flaws import RELATIVE, Flaws, flaws
from gifworthy.gaze import Gaze, Through, plain
from gifworthy.measures import content_difference, in_hsv
from gifworthy.rooms import Frame, slides
from gifworthy.seams import Looks, Seam, close_loop, jump
from gifworthy.types import Clip, Floats, Highlight, Scan, Segment, Style
from gifworthy.video import Video
from gifworthy.windows import (
    ENOUGH,
    JUMP,
    Appeal,
    Barred,
    Place,
    best_length,
    best_window,
    longest,
)

__all__ = ["CropPath", "Framing", "frame"]

REACH = 0.5
REACH_SHARE = 1 / 6
LOOKED_WIDTH = 160
LOOKED_WIDTH_FOR_FACES = 320
LOOKED_FPS = 30.0
MAPS_FPS = 4.0
BETWEEN = GAP
CUT_DIFFERENCE = 27.0
UNSEEN_FRAMES = 3
TRIES = 3


@dataclass(frozen=True)
class Framing:
    """What is cut out of a video for one highlight.

    window: the seconds to show. crop: the box to show, or None for the whole frame. seam: mean grey
    jump 0..255 from the last frame shown to the first, as small pictures; None when the style closes
    the loop by other means.
    """

    window: Segment
    crop: CropPath | None = None
    seam: float | None = None


def frame(
    video: Video,
    highlight: Highlight,
    style: Style,
    apart_from: tuple[Segment, ...] = (),
    gaze: Gaze = plain,
) -> Framing:
    """Where to cut `highlight` out of the video for this style.

    The window is looked for on the scan; then the frames around its ends are decoded once, small, for
    the loop's seam, for the crop, and to see that no cut slipped in which the scan did not see.

    Args: apart_from: windows that are shown already and must not be shown again. gaze: whose eyes the
        crop follows.
    Raises: CropImpossible.
    """
    unseen, never = np.zeros(0), (*video.excluded, *apart_from)
    appeal = _appeal(video, highlight.segment, style, gaze)
    for _ in range(TRIES):
        barred = _barred(video, highlight.segment, style.seconds, never, unseen)
        place = _place(video, highlight.segment, style, barred, appeal)
        look = _look(video, place, style)
        strange = _unknown_cuts(look, place.window, barred.cuts)
        if video.effort != "fast" or not len(strange):  # only the quick scan may have missed a cut
            break
        unseen = np.union1d(unseen, strange)
    seam = _seam(video, look, place, style)
    size = seam.jump if style.loop in ("seam", "cut") else None
    return Framing(
        seam.window, _crop(video, _inside(look, seam.window), highlight, style, gaze), size
    )


def _crop(
    video: Video, shown: Clip, highlight: Highlight, style: Style, gaze: Gaze
) -> CropPath | None:
    """Of the style's shape, or of the video's own where something must be avoided."""
    if style.aspect is None and not style.avoid:
        return None
    aspect = style.aspect or video.width / video.height
    ways = slides(Frame(video.width, video.height, video.name), aspect, style.keep, style.avoid)
    sampled = _sampled(shown)
    seen = Seen(sampled.times, gaze(video, sampled, highlight.focus))
    return crop_path(seen, ways, looping=style.loop == "seam")


def _sampled(clip: Clip) -> Clip:
    """About eight frames a second."""
    grid = np.arange(clip.times[0], clip.times[-1] + BETWEEN, BETWEEN)
    chosen = np.unique(np.abs(clip.times[:, None] - grid).argmin(0))
    return Clip(clip.frames[chosen], clip.times[chosen])


def _appeal(video: Video, chosen: Segment, style: Style, gaze: Gaze) -> Appeal:
    """As the scan has it; as the map has it, where somebody sees every frame."""
    appeal = Appeal.of(video.scan, JUMP if style.loop == "seam" else 0.0)
    if not isinstance(gaze, Through):
        return appeal
    start = max(video.bounds.start, chosen.start - style.longest)
    moments = _every(start, min(video.bounds.end, chosen.end + style.longest), MAPS_FPS)
    return appeal.told(moments, gaze.curve(video, moments))


def _place(video: Video, chosen: Segment, style: Style, barred: Barred, appeal: Appeal) -> Place:
    if style.up_to is None:
        return best_window(video, chosen, style.seconds, barred, appeal)
    return best_length(video, chosen, _lengths(style), barred, appeal)


def _lengths(style: Style) -> tuple[float, float]:
    """Seconds at least and at most, the latter in whole frames so that no rounding goes beyond it."""
    if style.up_to is None:
        return 0.0, inf
    frames = floor(style.up_to * style.fps + 1e-6)
    return style.seconds, max(style.seconds, frames / style.fps)


def _seam(video: Video, look: Clip, place: Place, style: Style) -> Seam:
    looks, fps = Looks.of(look), min(style.fps, video.fps)
    if style.loop != "seam":
        return Seam(place.window, jump(looks, place.window, fps))
    held = Appeal.of(video.scan).between
    return close_loop(
        looks, place.window, place.room, fps, _reach(place.window), held, _lengths(style)
    )


def _barred(
    video: Video, chosen: Segment, seconds: float, never: tuple[Segment, ...], unseen: Floats
) -> Barred:
    """What a window must not show.

    The segment was chosen with its flaws known. So a flaw that is only relative is overlooked, the
    least grave first, until a piece of the segment inside one shot is long enough to show.

    Args: unseen: cuts that the scan did not see.
    """
    found, frame_seconds = flaws(video.scan), 1 / video.fps
    plain = Barred(
        cuts=np.union1d(video.scan.cuts, unseen),
        before=UNSEEN_FRAMES * frame_seconds,
        after=frame_seconds,
        never=never,
    )
    enough = min(ENOUGH * seconds, longest(plain.shots(chosen)) / 2)
    for word in reversed(RELATIVE):
        if longest(replace(plain, bad=_spans(video.scan, found)).shots(chosen)) >= enough:
            break
        found = found.without(word)
    return replace(plain, bad=_spans(video.scan, found))


def _spans(scan: Scan, found: Flaws) -> tuple[Segment, ...]:
    """Flawed moments joined to spans; each moment reaches halfway to its neighbours."""
    middles = (scan.times[1:] + scan.times[:-1]) / 2
    edges = np.concatenate([[scan.bounds.start], middles, [scan.bounds.end]])
    steps = np.diff(np.concatenate([[False], found.any, [False]]).astype(int))
    starts, ends = edges[np.flatnonzero(steps == 1)], edges[np.flatnonzero(steps == -1)]
    spans = [Segment(float(a), float(b)) for a, b in zip(starts, ends, strict=True) if b > a]
    return (*spans, *(scan.transitions if "fade" in found.words else ()))


def _reach(window: Segment) -> float:
    return min(REACH, window.duration * REACH_SHARE)


def _look(video: Video, place: Place, style: Style) -> Clip:
    """Every frame near both ends of the window, and some between, small."""
    window, room = place.window, place.room
    fps = min(video.fps, LOOKED_FPS)
    margin = _reach(window) + 1 / min(style.fps, video.fps)
    first, last = room.start, room.end
    edge = [
        _every(max(first, end - margin), min(last, end + margin), fps)
        for end in (window.start, window.end)
    ]
    between = np.arange(window.start, window.end, BETWEEN)
    times = np.unique(np.round(np.concatenate([*edge, between, [window.start]]), 4))
    width = LOOKED_WIDTH if style.aspect is None else LOOKED_WIDTH_FOR_FACES
    return video.frames_at(times[(times >= first - 1e-6) & (times < last)], width=width)


def _every(start: float, end: float, fps: float) -> Floats:
    """The middles of the frames that lie in a span."""
    return np.asarray((np.arange(np.floor(start * fps), np.ceil(end * fps)) + 0.5) / fps)


def _inside(look: Clip, window: Segment) -> Clip:
    inside = (look.times >= window.start - 1e-6) & (look.times < window.end)
    return Clip(look.frames[inside], look.times[inside])


def _unknown_cuts(look: Clip, window: Segment, known: Floats) -> Floats:
    """Cuts between looked-at frames of the window that the scan does not know."""
    inside = _inside(look, window)
    hsv = [in_hsv(picture) for picture in inside.frames]
    steps = [content_difference(a, b) for a, b in pairwise(hsv)]
    cuts = inside.times[1:][np.array(steps, float) >= CUT_DIFFERENCE]
    return cuts[[np.abs(known - cut).min(initial=np.inf) > BETWEEN for cut in cuts]]
