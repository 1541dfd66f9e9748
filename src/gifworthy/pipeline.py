"""The sentence: open a video, cut it, refuse what is bad, choose, render."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from gifworthy.against import Verdict, compare
from gifworthy.commented import at_peaks, hearing, listening, notes_for
from gifworthy.comments import CommentBook
from gifworthy.encoders import ENCODERS
from gifworthy.errors import NothingWorthShowing
from gifworthy.gate import judge, least_bad, worth_showing
from gifworthy.gaze import Gaze, gaze_named, gaze_of, plain
from gifworthy.moments import EVERYTHING, Bounds, Moment, counted
from gifworthy.plans import Plan
from gifworthy.protocols import Ingredients, Scorer, Segmenter, Selector
from gifworthy.render import render
from gifworthy.segmenters import SEGMENTERS
from gifworthy.settings import Settings, Told, nobody
from gifworthy.trained import load_scorer, load_selector
from gifworthy.types import Cover, Frames, Reason, Refusal, Scan, Segment, Storyboard, Style
from gifworthy.video import Video, open_video

BY_A_PERSON = "person"
"""What a storyboard says that somebody chose by hand: no plan is to blame for it."""


@dataclass(frozen=True)
class Making:
    """A cover, and how it came about.

    source: as it was given. duration: seconds of the video, fps: its frames a second. warnings: what
    was wrong with the video, but could be lived with. verdict: how it compares with the publisher's own
    cover, when that was asked for.
    """

    source: str
    duration: float
    fps: float
    cover: Cover
    plan: Plan
    warnings: tuple[str, ...] = ()
    verdict: Verdict | None = None


@dataclass(frozen=True)
class Kept:
    """The publisher's own cover was kept: what we would have shown was not better by the margin."""

    source: str
    duration: float
    storyboard: Storyboard
    plan: Plan
    verdict: Verdict
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """One piece of a video: scored, or refused by the gate."""

    segment: Segment
    score: float | None
    reasons: tuple[Reason, ...] = ()
    refused: Refusal | None = None


@dataclass(frozen=True)
class Ranking:
    """Every candidate of one video, best first; behind them what was refused, in order of time."""

    source: str
    duration: float
    scorer: str
    candidates: tuple[Candidate, ...]
    warnings: tuple[str, ...] = ()


Bind = Callable[[Scorer], Scorer]


def for_everybody(scorer: Scorer) -> Scorer:
    """The scorer as it is."""
    return scorer


@dataclass(frozen=True)
class CoverMaker:
    """A plan made ready on one machine: built once, used for each video."""

    plan: Plan
    settings: Settings
    segmenter: Segmenter
    selector: Selector
    bind: Bind = for_everybody
    looks: Callable[[], Gaze] = lambda: plain
    comments: CommentBook | None = None

    @classmethod
    def load(
        cls,
        plan: Plan,
        settings: Settings,
        bind: Bind = for_everybody,
        comments: CommentBook | None = None,
    ) -> CoverMaker:
        """Make every part of the plan ready.

        Args: bind: makes the plan's scorer one viewer's, see `personal.py`. comments: what viewers
            wrote, see `commented.py`.
        Raises: UnknownName, WeightsError for a trained one; ValueError when the plan's map is none, or
            its selector has no use for comments that are given.
        """
        generic = cache(lambda: load_scorer(plan.scorer, settings))
        heard = hearing(bind, comments)
        ingredients = Ingredients(
            settings, lambda: heard(generic()), plan.shots, plan.seed, comments
        )
        mapped = gaze_named(plan.map, settings) if plan.map else None
        return cls(
            plan,
            settings,
            at_peaks(SEGMENTERS[plan.segmenter](), comments),
            listening(load_selector(plan.selector, ingredients), plan.selector, comments),
            heard,
            lambda: mapped or gaze_of(generic()),
            comments,
        )

    def make(self, source: str | Path, style: Style, bounds: Bounds = EVERYTHING) -> Cover:
        """The cover of one video.

        Raises: VideoError, NothingWorthShowing, BudgetUnreachable, UnknownName.
        """
        return self.produce(source, style, bounds).cover

    def produce(
        self,
        source: str | Path,
        style: Style,
        bounds: Bounds = EVERYTHING,
        told: Told = nobody,
    ) -> Making:
        """The cover of one video, and how it came about. Raises: as `make`."""
        with self.open(source, bounds, told) as video:
            return self.finish(video, self.choose(video), style)

    def produce_against(
        self,
        source: str | Path,
        own: Moment | Frames,
        style: Style,
        bounds: Bounds = EVERYTHING,
        told: Told = nobody,
    ) -> Making | Kept:
        """The cover of one video, unless the publisher's own is as good.

        Args: own: the moment it shows, or the picture itself, (H, W, 3) uint8 RGB.
        Raises: as `make`; ValueError when the moment lies outside the bounds.
        """
        with self.open(source, bounds, told) as video:
            board, pieces = self.choose(video), self.segmenter.segment(video)
            verdict = compare(video, self._scorer(), pieces, board, own)
            if not verdict.keeps_own:
                return replace(self.finish(video, board, style), verdict=verdict)
            name, length = str(source), video.duration
            return Kept(name, length, board, self.plan, verdict, self._warnings(video))

    def open(
        self,
        source: str | Path,
        bounds: Bounds = EVERYTHING,
        told: Told = nobody,
        scan: Scan | None = None,
    ) -> Video:
        """A video, opened as the plan looks at it; `scan` as `open_video`. Raises: VideoError, ValueError."""
        return open_video(source, self.plan.effort, bounds, self.settings, told, scan)

    def rank(self, video: Video) -> Ranking:
        """What the plan's scorer thinks of every piece of a video, and what the gate refuses."""
        segments = self.segmenter.segment(video)
        judged = tuple(zip(segments, judge(video, segments), strict=True))
        showable = tuple(segment for segment, refusal in judged if refusal is None)
        refused = tuple(
            Candidate(segment, None, refused=refusal) for segment, refusal in judged if refusal
        )
        return Ranking(
            str(video.source),
            video.duration,
            self.plan.scorer,
            self._best_first(video, showable) + refused,
            self._warnings(video),
        )

    def choose(self, video: Video) -> Storyboard:
        """Which segments to show, in showing order."""
        return self.selector.select(video, self._showable(video))

    def finish(self, video: Video, storyboard: Storyboard, style: Style) -> Making:
        """The cover that a storyboard describes, whoever chose it. Raises: VideoError, BudgetUnreachable."""
        cover = render(video, storyboard, ENCODERS[style.format](), style, self.looks())
        source, warnings = str(video.source), self._warnings(video) + self._missing(storyboard)
        return Making(source, video.duration, video.fps, cover, self.plan, warnings)

    def _missing(self, storyboard: Storyboard) -> tuple[str, ...]:
        """What is to be said when the plan found fewer shots than were asked for."""
        found, wanted = len(storyboard), self.plan.shots
        if found >= wanted or storyboard.chosen_by == BY_A_PERSON:
            return ()
        return (f"{self.plan.selector} found {counted(found, 'shot')} to show, not {wanted}",)

    def _warnings(self, video: Video) -> tuple[str, ...]:
        return video.warnings + notes_for(self.comments, video)

    def _scorer(self) -> Scorer:
        return self.bind(load_scorer(self.plan.scorer, self.settings))

    def _showable(self, video: Video) -> tuple[Segment, ...]:
        segments = self.segmenter.segment(video)
        try:
            return worth_showing(video, segments)
        except NothingWorthShowing:
            if not self.plan.allow_refused:
                raise
            return least_bad(video, segments)

    def _best_first(self, video: Video, segments: tuple[Segment, ...]) -> tuple[Candidate, ...]:
        if not segments:
            return ()
        scores = self._scorer().score(video, segments)
        scored = [scores.highlight(index) for index in range(len(segments))]
        best_first = sorted(scored, key=lambda h: (-h.score, h.segment))
        return tuple(Candidate(h.segment, h.score, h.reasons) for h in best_first)
