from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import drawn
from gifworthy.scorers.similarity import MaximalSimilarity, VideoMmr
from gifworthy.settings import Settings
from gifworthy.types import Floats, History, Segment
from gifworthy.video import open_video

SEGMENTS = tuple(Segment(2.0 * n, 2.0 * n + 2) for n in range(len(drawn.PIECES)))


def history(vectors: Floats) -> History:
    return History(vectors, np.full(len(vectors), 0.5), np.ones(len(vectors)))


@pytest.mark.parametrize("scorer", [MaximalSimilarity, VideoMmr])
def test_what_was_chosen_is_found_again(scorer: type[MaximalSimilarity], tmp_path: Path) -> None:
    generic = scorer.load(Settings(cache=tmp_path))
    with open_video(drawn.pieces()) as video:
        vectors = generic.features.of(video, SEGMENTS)
        assert generic.score(video, SEGMENTS).values.tolist() == [0] * len(SEGMENTS)
        for place in range(len(SEGMENTS)):
            own = generic.for_viewer(history(vectors[place : place + 1]))
            values = own.score(video, SEGMENTS).values
            assert values.argmax() == place
            assert values.max() == pytest.approx(1)


def test_the_closest_counts_or_all_of_them(tmp_path: Path) -> None:
    alike = np.array([[0.9, -0.5], [0.3, 0.3]])
    closest, all_of_them = (
        kind.load(Settings(cache=tmp_path)) for kind in (MaximalSimilarity, VideoMmr)
    )
    assert closest.joined(alike).tolist() == [0.9, 0.3]
    assert all_of_them.joined(alike) == pytest.approx([0.2, 0.3])
