"""Where to cut: the seconds of a segment worth showing, the loop seam, the crop path."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from gifworthy.cropping import CropPath, crop_path, largest_box
from gifworthy.flaws import RELATIVE, Flaws, flaws
from gifworthy.measures import content_difference, in_hsv
from gifworthy.seams import Looks, Seam, close_loop, jump
from gifworthy.types import Clip, Floats, Highlight, Scan, Segment, Style
from gifworthy.video import Video
from gifworthy.windows import ENOUGH, Appeal, Barred, Place, best_window, longest

__all__ = ["CropPath", "Framing", "frame"]

REACH = 0.5
REACH_SHARE = 1 / 6
LOOKED_WIDTH = 160
LOOKED_WIDTH_FOR_FACES = 320
LOOKED_FPS = 30.0
BETWEEN = 1 / 8
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
    video: Video, highlight: Highlight, style: Style, apart_from: tuple[Segment, ...] = ()
) -> Framing:
    """Where to cut `highlight` out of the video for this style.

    The window is looked for on the scan; then the frames around its ends are decoded once, small, for
    the loop's seam, for the crop, and to see that no cut slipped in which the scan did not see.

    Args: apart_from: windows that are shown already and must not be shown again.
    """
    unseen, never = np.zeros(0), (*video.excluded, *apart_from)
    for _ in range(TRIES):
        barred = _barred(video, highlight.segment, style.seconds, never, unseen)
        place = best_window(video, highlight.segment, style.seconds, barred, style.loop == "seam")
        look = _look(video, place, style)
        strange = _unknown_cuts(look, place.window, barred.cuts)
        if video.effort != "fast" or not len(strange):  # only the quick scan may have missed a cut
            break
        unseen = np.union1d(unseen, strange)
    seam = _seam(video, look, place, style)
    size = seam.jump if style.loop in ("seam", "cut") else None
    if style.aspect is None:
        return Framing(seam.window, None, size)
    box = largest_box(video.width, video.height, style.aspect)
    shown = _inside(look, seam.window)
    crop = crop_path(shown, box, highlight.focus, looping=style.loop == "seam")
    return Framing(seam.window, crop, size)


def _seam(video: Video, look: Clip, place: Place, style: Style) -> Seam:
    looks, fps = Looks.of(look), min(style.fps, video.fps)
    if style.loop != "seam":
        return Seam(place.window, jump(looks, place.window, fps))
    held = Appeal.of(video.scan).between
    return close_loop(looks, place.window, place.room, fps, _reach(place.window), held)


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
