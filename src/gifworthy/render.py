"""Storyboard -> frames -> crop -> size -> encoder -> Cover."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from gifworthy.budget import fit
from gifworthy.framing import Framing, frame
from gifworthy.gaze import Gaze, plain
from gifworthy.looping import (
    SAFE_FLASHES,
    closed,
    closes_well,
    flashes_a_second,
    joined,
    seam_of,
    started_at,
)
from gifworthy.protocols import Encoder
from gifworthy.rooms import SMALLEST_SIDE
from gifworthy.sampling import ticks
from gifworthy.shooting import shoot, size_for
from gifworthy.stills import best_frame, poster
from gifworthy.types import Clip, Cover, Highlight, Segment, Storyboard, Style
from gifworthy.video import Video

LARGEST_STEP = 0.9
"""By how much a film is shortened at least when it is too large."""
TINY = 1e-3
NEARLY = 0.9
FASTEST = {"image/gif": 50.0}
"""Frames a second that a format can show."""


def render(
    video: Video, storyboard: Storyboard, encoder: Encoder, style: Style, gaze: Gaze = plain
) -> Cover:
    """Make the cover that a storyboard describes, within the style's byte budget.

    Args: gaze: whose eyes the crop follows.
    Raises: VideoError; CropImpossible; BudgetUnreachable when nothing fits `style.max_bytes`.
    """
    fastest = min(video.fps, FASTEST.get(encoder.media_type, video.fps))
    style = _sharing(style.but(fps=min(style.fps, fastest)), video, len(storyboard))
    even = encoder.media_type.startswith("video/")
    film = Film(video, storyboard, framed(video, storyboard, style, gaze), style, even)
    film, shortened = _short_enough(film, encoder, gaze)
    fitted = fit(film.clip, encoder, film.style)
    return Cover(
        fitted.data,
        encoder.media_type,
        film.poster(),
        _shown(storyboard, film.framings),
        fitted.width,
        fitted.height,
        fitted.fps,
        fitted.frames / fitted.fps,
        fitted.frames,
        film.seam,
        shortened + fitted.gave_up,
        film.notes,
        tuple(framing.crop for framing in film.framings),
        film.begins,
    )


def _sharing(style: Style, video: Video, shots: int) -> Style:
    """Several shots share what may be shown, so that no second has to be shown twice."""
    room = video.bounds.duration / shots
    if shots == 1 or style.seconds <= room:
        return style
    return style.but(seconds=room, up_to=None)


def _short_enough(film: Film, encoder: Encoder, gaze: Gaze) -> tuple[Film, tuple[str, ...]]:
    """Where the length may be chosen, it pays for the byte budget before anything else does.

    Any length in the range was said to be welcome; fewer pixels were not.

    Returns: the film, and in words what it gave up.
    """
    style, whole = film.asked, film.longest
    if style.up_to is None or style.max_bytes is None:
        return film, ()
    while film.longest > style.seconds + TINY:
        size = len(encoder.encode(film.clip, film.style))
        if size <= style.max_bytes:
            break
        share = min(LARGEST_STEP, style.max_bytes / size)
        style = style.but(up_to=max(style.seconds, film.longest * share))
        framings = framed(film.video, film.storyboard, style, gaze)
        film = replace(film, framings=framings, asked=style)
    if film.longest > whole - TINY:
        return film, ()
    return film, (f"seconds {whole:.3g} -> {film.longest:.3g}",)


def framed(video: Video, storyboard: Storyboard, style: Style, gaze: Gaze) -> list[Framing]:
    """Where each highlight is cut, no second shown twice, none taken that another was chosen for.

    Raises: CropImpossible.
    """
    framings: list[Framing] = []
    for place, highlight in enumerate(storyboard, 1):
        shown = [framing.window for framing in framings]
        to_come = _halfway(highlight.segment, storyboard.highlights[place:])
        framings.append(frame(video, highlight, style, (*shown, *to_come), gaze))
    return framings


def _halfway(segment: Segment, others: tuple[Highlight, ...]) -> list[Segment]:
    """What belongs to other highlights: their segments, and half of what lies between."""
    spans = []
    for other in (one.segment for one in others):
        if other.start >= segment.end - TINY:
            spans.append(Segment(min(other.start, (segment.end + other.start) / 2), other.end))
        elif other.end <= segment.start + TINY:
            spans.append(Segment(other.start, max(other.end, (other.end + segment.start) / 2)))
    return spans


def _shown(storyboard: Storyboard, framings: list[Framing]) -> Storyboard:
    """The storyboard with the seconds that are really shown."""
    shown = [
        replace(highlight, segment=framing.window)
        for highlight, framing in zip(storyboard, framings, strict=True)
    ]
    return Storyboard(tuple(shown), storyboard.chosen_by)


@dataclass(frozen=True)
class Film:
    """The frames of a cover, from first to last.

    asked: the style, at a frame rate that video and format have. even: whether the sides must be even.
    """

    video: Video
    storyboard: Storyboard
    framings: list[Framing]
    asked: Style
    even: bool = False

    @property
    def longest(self) -> float:
        """Seconds of its longest shot."""
        return max(framing.window.duration for framing in self.framings)

    @cached_property
    def clip(self) -> Clip:
        """The whole animation; the first frame is the best that is clean."""
        reel = closed(self._reel, self.style.loop, self.asked.fps)
        return started_at(reel, self._start(reel)) if self._may_turn else reel

    @property
    def begins(self) -> float:
        """The second of the video that the first frame shows."""
        return float(self.clip.times[0])

    @cached_property
    def style(self) -> Style:
        """The style as asked for, but a loop whose seam would flash dissolves instead."""
        seam_flashes = (
            self._flashes > SAFE_FLASHES and not self._flashes_without_loop > SAFE_FLASHES
        )
        return self.asked.but(loop="crossfade") if seam_flashes else self.asked

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """What was done to the loop unasked, and what remains wrong with the animation."""
        return (*self._length_notes, *self._shape_notes, *self._flash_notes)

    @property
    def _length_notes(self) -> Iterator[str]:
        shown, least = len(self.clip) / self.asked.fps / len(self.framings), self.asked.seconds
        if self.asked.up_to is not None and shown < NEARLY * least:
            yield f"{shown:.1f} s a shot are left, {least:g} or more were asked for"

    @property
    def _shape_notes(self) -> Iterator[str]:
        if len(self.clip) == 1:
            yield "one picture is all there is to show: the cover stands still"
        if min(self.clip.width, self.clip.height) < SMALLEST_SIDE <= min(self._own_size):
            yield f"only {self.clip.width} x {self.clip.height} pixels are shown; ask for more"

    @property
    def _own_size(self) -> tuple[int, int]:
        return self.video.width, self.video.height

    @property
    def _flash_notes(self) -> tuple[str, ...]:
        if self._flashes <= SAFE_FLASHES:
            return ()
        count = f"{self._flashes:.0f} flashes in a second, more than is safe to look at"
        if self.style.loop != self.asked.loop:
            return (f"the loop would have shown {count}; its end dissolves into its start instead",)
        return (f"the cover shows {count}; show another part of the video",)

    @cached_property
    def _flashes(self) -> float:
        looping = self.asked.loop in ("seam", "cut")
        return flashes_a_second(self._reel, self.asked.fps, looping)

    @cached_property
    def _flashes_without_loop(self) -> float:
        return flashes_a_second(self._reel, self.asked.fps, looping=False)

    @cached_property
    def seam(self) -> float | None:
        """The jump from last frame to first in grey levels; None where the loop is closed in time."""
        return seam_of(self._reel) if self.style.loop in ("seam", "cut") else None

    def poster(self) -> bytes:
        """The best frame as JPEG, larger than the animation."""
        return poster(self.video, self.framings[self._best], self._moment, self.asked)

    @cached_property
    def _shots(self) -> list[Clip]:
        size = size_for(self.video, self.framings[0], self.asked, self.even)
        return [
            shoot(self.video, framing, ticks(framing.window, self.asked.fps), size)
            for framing in self.framings
        ]

    @cached_property
    def _reel(self) -> Clip:
        return joined(self._shots, self.asked.transition, self.asked.fps)

    @cached_property
    def _best(self) -> int:
        """Which shot stands for all: the one with the best score."""
        return max(range(len(self.storyboard)), key=lambda n: self.storyboard.highlights[n].score)

    @cached_property
    def _moment(self) -> float:
        """Seconds of the best frame of the best shot."""
        shot = self._shots[self._best]
        return float(shot.times[best_frame(shot)])

    @cached_property
    def _may_turn(self) -> bool:
        """Whether the loop can begin anywhere without anybody seeing where it was cut.

        The order of several shots is a story; it begins where it was meant to. So does a `cut`, and what
        dissolves: the dissolve belongs at the end.
        """
        if len(self.framings) > 1 or self.style.loop in ("cut", "crossfade"):
            return False
        return self.style.loop == "bounce" or closes_well(self._reel)

    def _start(self, reel: Clip) -> int:
        """The best frame: programs that show no animation show the first."""
        return int(np.abs(reel.times - self._moment).argmin())
