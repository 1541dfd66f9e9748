"""Video2GIF's metrics, written a second time, slowly, and against scikit-learn's curve."""

from __future__ import annotations

from statistics import fmean, median

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import precision_recall_curve

from gifworthy.learning.metrics import average_precision, nmsd, recall_at

Frames = list[tuple[int, int]]


def reference_average_precision(truth_t: list[int], scores_t: list[float]) -> float:
    """Precision at each score that finds something new, raised to the best at any higher recall."""
    wanted = sum(truth_t)
    precision: list[float] = []
    recall: list[float] = []
    for level in sorted(set(scores_t), reverse=True):
        shown = [chosen for chosen, score in zip(truth_t, scores_t, strict=True) if score >= level]
        precision.append(sum(shown) / len(shown))
        recall.append(sum(shown) / wanted)
    new = [i for i in range(len(recall)) if recall[i] > (recall[i - 1] if i else 0)]
    return fmean(max(precision[i:]) for i in new)


def published_average_precision(truth_t: list[int], scores_t: list[float]) -> float:
    """The published evaluation's own steps, on scikit-learn's curve."""
    precision, recall, _ = precision_recall_curve(truth_t, scores_t)
    envelope = np.maximum.accumulate(precision)
    return float(envelope[np.flatnonzero(np.diff(recall.astype(np.float32)))].mean())


def reference_nmsd(truth_t: list[int], scores_t: list[float]) -> float:
    """Equation 4 at a recall of one half, frame by frame; ties are shown together."""
    inside = [score for score, chosen in zip(scores_t, truth_t, strict=True) if chosen]
    shown = sum(score >= median(inside) for score in scores_t)
    wanted = len(inside) / 2
    return (shown - wanted) / (len(scores_t) - wanted)


@st.composite
def videos(draw: st.DrawFn) -> tuple[list[int], list[float]]:
    """Few distinct scores, as segments give them, so that ties are everywhere."""
    frames: Frames = draw(
        st.lists(st.tuples(st.integers(0, 1), st.integers(-3, 3)), min_size=2, max_size=40)
    )
    truth_t = [chosen for chosen, _ in frames]
    truth_t[0], truth_t[-1] = 1, 0
    return truth_t, [float(score) for _, score in frames]


@given(videos())
@settings(max_examples=300, deadline=None)
def test_average_precision_agrees_with_both_references(
    video: tuple[list[int], list[float]],
) -> None:
    expected = pytest.approx(reference_average_precision(*video))
    assert average_precision(*video) == expected
    assert published_average_precision(*video) == expected


@given(videos())
@settings(max_examples=300, deadline=None)
def test_nmsd_agrees_with_the_paper(video: tuple[list[int], list[float]]) -> None:
    truth_t, scores_t = video
    assert nmsd([truth_t], scores_t) == pytest.approx(reference_nmsd(truth_t, scores_t))


def test_average_precision_of_a_perfect_order_is_one() -> None:
    assert average_precision([0, 1, 1, 0], [1, 4, 3, 2]) == 1


def test_average_precision_counts_each_level_once_however_long() -> None:
    # shown first: 1 of 1 is chosen; then 4 of 8: the mean of 1 and 1/2, not weighed by frames
    truth_t = [1, 1, 1, 1, 0, 0, 0, 0]
    assert average_precision(truth_t, [9, 5, 5, 5, 5, 5, 5, 5]) == 0.75


def test_precision_is_raised_to_the_best_at_a_higher_recall() -> None:
    # precisions 0 (nothing found), 1/2, 2/3: the envelope makes it 2/3 and 2/3
    assert average_precision([0, 1, 1], [3, 2, 1]) == pytest.approx(2 / 3)


def test_one_score_for_all_gives_the_share_of_chosen_frames() -> None:
    assert average_precision([1, 0, 0, 0], [7, 7, 7, 7]) == 0.25


def test_every_frame_chosen_is_one_and_none_is_an_error() -> None:
    assert average_precision([1, 1, 1], [1, 2, 3]) == 1
    with pytest.raises(ValueError, match="no frame is chosen"):
        average_precision([0, 0, 0], [1, 2, 3])


@pytest.mark.parametrize(
    ("truth_t", "scores_t", "says"),
    [
        ([1, 0], [1.0], "do not fit"),
        ([1, 2], [1.0, 2.0], "0 or 1"),
        ([1, 0], [1.0, float("nan")], "1 of 2 scores are not finite"),
        ([], [], "scores must be"),
    ],
)
def test_wrong_arrays_are_refused(truth_t: list[int], scores_t: list[float], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        average_precision(truth_t, scores_t)
    with pytest.raises(ValueError, match=says):
        nmsd([truth_t], scores_t)


def test_nmsd_is_zero_when_the_segment_is_the_gif() -> None:
    # 2 of 4 chosen frames are wanted; exactly these two are shown
    assert nmsd([[1, 1, 1, 1, 0, 0]], [9, 9, 1, 1, 0, 0]) == 0


def test_nmsd_shows_ties_together() -> None:
    # the whole GIF has one score, so 4 frames are shown where 2 were wanted: (4 - 2) / (10 - 2)
    assert nmsd([[1, 1, 1, 1, 0, 0, 0, 0, 0, 0]], [5, 5, 5, 5, 1, 1, 1, 1, 1, 1]) == 0.25


def test_nmsd_of_the_worst_order_is_one() -> None:
    assert nmsd([[1, 1, 0, 0]], [0, 0, 1, 1]) == 1


def test_nmsd_is_the_mean_over_the_gifs() -> None:
    scores_t = [4, 3, 2, 1]
    best, worst = [1, 1, 0, 0], [0, 0, 1, 1]
    alone = nmsd([best], scores_t), nmsd([worst], scores_t)
    assert nmsd([best, worst], scores_t) == pytest.approx(fmean(alone))


@pytest.mark.parametrize("gif", [[0, 0, 0], [1, 1, 1]])
def test_nmsd_refuses_a_gif_of_no_frame_or_of_all(gif: list[int]) -> None:
    with pytest.raises(ValueError, match="of 3 frames"):
        nmsd([gif], [1, 2, 3])


def test_nmsd_refuses_no_gif_and_a_percentile_that_shows_too_little() -> None:
    with pytest.raises(ValueError, match="no GIF"):
        nmsd([], [1.0, 2.0])
    with pytest.raises(ValueError, match="not reached"):
        nmsd([[1, 1, 1, 1, 0]], [1, 2, 3, 4, 0], alpha=0.3)
    with pytest.raises(ValueError, match="between 0 and 1"):
        nmsd([[1, 0]], [1, 2], alpha=1.0)


def test_recall_counts_frames_in_the_best_segments() -> None:
    segment_of_t = [0, 0, 1, 1, 2, 2]
    truth_t = [1, 1, 0, 1, 1, 0]
    assert recall_at(truth_t, segment_of_t, [3, 1, 2], count=1) == 0.5
    assert recall_at(truth_t, segment_of_t, [3, 1, 2], count=2) == 0.75
    assert recall_at(truth_t, segment_of_t, [3, 1, 2], count=5) == 1


def test_recall_misses_frames_of_no_segment() -> None:
    assert recall_at([1, 1], [0, -1], [1.0]) == 0.5
    with pytest.raises(ValueError, match="no frame is chosen"):
        recall_at([0, 0], [0, 0], [1.0])
