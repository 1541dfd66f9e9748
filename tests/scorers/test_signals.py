from __future__ import annotations

import time
from dataclasses import astuple, replace

import numpy as np
import pytest

from gifworthy import terms
from gifworthy.scorers.signals import NAMES, Signals, Weights
from gifworthy.settings import Settings
from gifworthy.testing import check_scorer
from gifworthy.types import Segment
from imagined import Imagined, imagined
from test_flaws import lively, plain

PIECES = tuple(Segment(start, start + 2.0) for start in (0.0, 2.0, 4.0, 6.0))
SIGNALS = Signals.load(Settings())


def event() -> Imagined:
    """Eight seconds in which something moves from 4 s to 6 s."""
    return imagined(8.0, draw=lively, motion=lambda t: 0.1 if 4 <= t < 6 else 0.002)


def test_the_event_wins_and_its_reasons_say_so() -> None:
    scores = check_scorer(SIGNALS, event(), PIECES)
    assert scores.values.argmax() == 2
    assert [reason.name for reason in scores.reasons[2]] == list(NAMES)
    assert max(scores.reasons[2], key=lambda reason: reason.value).name == "motion"


def test_reasons_add_up_to_the_value() -> None:
    scores = SIGNALS.score(event(), PIECES)
    sums = [sum(reason.value for reason in reasons) for reasons in scores.reasons]
    assert sums == pytest.approx(scores.values.tolist())


def test_a_moving_camera_is_no_event() -> None:
    video = imagined(8.0, draw=lively, motion=lambda t: 0.0)
    panned = replace(video.scan, camera=np.where(video.scan.times < 2, 0.5, 0.0))
    video.__dict__["scan"] = panned
    assert all(reasons[0].value == 0 for reasons in SIGNALS.score(video, PIECES).reasons)


def test_twitching_is_not_taken_for_life() -> None:
    video = imagined(8.0, draw=lively, motion=lambda t: 0.0003 * (t < 2))
    assert SIGNALS.score(video, PIECES).reasons[0][0].value < 0.05


def test_motion_is_half_at_three_hundredths_of_the_picture() -> None:
    scan = imagined(2.0, motion=lambda t: 0.03).scan
    assert terms.motion(scan, (np.arange(len(scan)),)) == pytest.approx([0.5])


def test_a_flicker_cannot_beat_a_moment_of_equal_motion() -> None:
    video = imagined(8.0, draw=lively, motion=lambda t: 0.1)
    flicker, moment = SIGNALS.score(video, (Segment(0, 0.5), Segment(3, 6))).reasons
    assert flicker[0].value == pytest.approx(moment[0].value / 4)


def test_where_nothing_moves_the_sharper_wins() -> None:
    video = imagined(8.0, draw=lively, motion=lambda t: 0.0)
    sharper = np.where((video.scan.times >= 2) & (video.scan.times < 4), 40.0, 10.0)
    video.__dict__["scan"] = replace(video.scan, sharpness=sharper)
    only_sharpness = Signals(Weights(*(float(name == "sharpness") for name in NAMES)))
    assert only_sharpness.score(video, PIECES).values.argmax() == 1


def test_a_difference_that_nobody_sees_does_not_decide() -> None:
    video = imagined(8.0, draw=lively, motion=lambda t: 0.0)
    video.__dict__["scan"] = replace(video.scan, contrast=50 + 0.01 * video.scan.times)
    place = NAMES.index("contrast")
    reasons = SIGNALS.score(video, PIECES).reasons
    assert max(abs(own[place].value) for own in reasons) < 0.001


def test_flawed_moments_do_not_count() -> None:
    video = imagined(8.0, draw=lambda t: plain(0)(t) if t < 1 else lively(t))
    bad = np.asarray(video.scan.times < 1)
    (places,) = terms.places_of(video.scan, (PIECES[0],), bad)
    assert video.scan.times[places].min() == 1.0


def test_the_loud_segment_is_heard_and_silence_is_no_reason() -> None:
    scan = imagined(8.0, draw=lively).scan
    places = terms.places_of(scan, PIECES, np.zeros(len(scan), bool))
    assert terms.loudness(scan, places).tolist() == [0, 0, 0, 0]
    loud = replace(scan, loudness=np.where(scan.times >= 6, -10.0, -50.0))
    assert terms.loudness(loud, places).tolist() == [-50, -50, -50, -10]


def test_the_odd_one_out_is_novel_and_the_many_are_representative() -> None:
    scan = imagined(8.0, draw=lambda t: plain(200)(t) if t >= 6 else lively(t)).scan
    places = terms.places_of(scan, PIECES, np.zeros(len(scan), bool))
    assert terms.novelty(scan, places).argmax() == 3
    assert terms.representativeness(scan, places).argmin() == 3


def test_focus_is_where_something_changes() -> None:
    scan = imagined(1.0, draw=lively).scan
    (box,) = terms.focus(scan, (np.arange(len(scan)),))
    assert box.left < 0.3
    assert 0.2 < box.centre[1] < 0.8


@pytest.mark.parametrize("pieces", [PIECES[:1], PIECES, (Segment(0.0, 0.05),)])
def test_equal_or_single_segments_have_finite_scores(pieces: tuple[Segment, ...]) -> None:
    scores = SIGNALS.score(imagined(8.0, motion=lambda t: 0.0), pieces)
    assert np.isfinite(scores.values).all()
    assert np.ptp(scores.values) < 0.3


def test_no_weight_is_negative_and_motion_counts_one() -> None:
    assert min(astuple(Weights())) >= 0
    assert Weights().motion == 1.0


def test_two_hundred_segments_are_scored_in_no_time() -> None:
    video = imagined(250.0, draw=lively)
    pieces = tuple(Segment(float(s), s + 1.25) for s in np.arange(0, 250, 1.25))
    start = time.process_time()
    SIGNALS.score(video, pieces)
    assert time.process_time() - start < 3.0
