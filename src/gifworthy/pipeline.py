"""The sentence: open a video, cut it, refuse what is bad, choose, render."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gifworthy.encoders import ENCODERS
from gifworthy.errors import NothingWorthShowing
from gifworthy.gate import least_bad, worth_showing
from gifworthy.moments import EVERYTHING, Bounds
from gifworthy.plans import Plan
from gifworthy.protocols import Ingredients, Segmenter, Selector
from gifworthy.render import render
from gifworthy.scorers import SCORERS
from gifworthy.segmenters import SEGMENTERS
from gifworthy.selectors import SELECTORS
from gifworthy.settings import Settings
from gifworthy.types import Cover, Segment, Storyboard, Style
from gifworthy.video import Video, open_video


@dataclass(frozen=True)
class CoverMaker:
    """A plan made ready on one machine: built once, used for each video."""

    plan: Plan
    settings: Settings
    segmenter: Segmenter
    selector: Selector

    @classmethod
    def load(cls, plan: Plan, settings: Settings) -> CoverMaker:
        """Make every part of the plan ready. Raises: UnknownName."""
        ingredients = Ingredients(
            settings, lambda: SCORERS[plan.scorer].load(settings), plan.shots, plan.seed
        )
        return cls(
            plan,
            settings,
            SEGMENTERS[plan.segmenter](),
            SELECTORS[plan.selector].load(ingredients),
        )

    def make(self, source: str | Path, style: Style, bounds: Bounds = EVERYTHING) -> Cover:
        """The cover of one video.

        Raises: VideoError, NothingWorthShowing, BudgetUnreachable, UnknownName.
        """
        with open_video(source, self.plan.effort, bounds, self.settings) as video:
            return render(video, self.choose(video), ENCODERS[style.format](), style)

    def choose(self, video: Video) -> Storyboard:
        """Which segments to show, in showing order."""
        return self.selector.select(video, self._showable(video))

    def _showable(self, video: Video) -> tuple[Segment, ...]:
        segments = self.segmenter.segment(video)
        try:
            return worth_showing(video, segments)
        except NothingWorthShowing:
            if not self.plan.allow_refused:
                raise
            return least_bad(video, segments)
