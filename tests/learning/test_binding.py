from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gifworthy.learning.binding import for_viewers
from gifworthy.learning.judges.gifs import GifJudge
from gifworthy.learning.judging import Trial
from gifworthy.learning.manifest import Case, Label, Manifest
from gifworthy.learning.sources import segments_of
from gifworthy.protocols import Pieces
from gifworthy.types import Floats, History, Scores, Segment
from gifworthy.video import Video


@dataclass(frozen=True)
class Counting:
    """Rates every piece by the sum of the history's vectors, and by how many choices there were."""

    history: History | None = None

    def for_viewer(self, history: History) -> Counting:
        return replace(self, history=history)

    def score(self, video: Video, segments: tuple[Segment, ...]) -> Scores:
        return Scores(segments, np.zeros(len(segments)))

    def rate(self, pieces: Pieces) -> Floats:
        assert self.history is not None
        return np.array([self.history.features.sum(), len(self.history)])


def label(video: str, start: float, role: str, who: str) -> Label:
    return Label(
        video, start, start + 5, 1.0, "x:1", who=who, split="test", role=role, duration=20.0
    )


LABELS = Manifest(
    "phd2",
    "drawn",
    (
        label("past", 5.0, "history", "ann"),
        label("gone", 0.0, "history", "ann"),
        label("now", 0.0, "target", "ann"),
        label("now", 0.0, "target", "bo"),
    ),
    personal=True,
)


def read(case: Case, trial: Trial) -> tuple[tuple[Segment, ...], np.ndarray] | None:
    """Segment n of a video is the vector (10^n); the video `gone` is not here."""
    vectors = 10.0 ** np.arange(len(trial.spans))[:, None]
    return None if case.video == "gone" else (segments_of(trial.spans), vectors.astype(np.float32))


def test_each_viewer_is_bound_to_what_was_chosen_before_the_target() -> None:
    bound = for_viewers(Counting(), LABELS, GifJudge(), read)
    pieces = Pieces((), 1.0, np.zeros((0, 1), np.float32))
    # of the past video the second of four segments was chosen; of the one that is gone, its place
    assert bound("ann").rate(pieces).tolist() == [10, 2]
    assert bound("bo") == Counting()


def test_who_knows_no_viewers_is_left_as_it_is() -> None:
    class Plain:
        def score(self, video: Video, segments: tuple[Segment, ...]) -> Scores:
            return Scores(segments, np.zeros(len(segments)))

        def rate(self, pieces: Pieces) -> Floats:
            return np.zeros(len(pieces.segments))

    plain = Plain()
    assert for_viewers(plain, LABELS, GifJudge(), read)("ann") is plain
