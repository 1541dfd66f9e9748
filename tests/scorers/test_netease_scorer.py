"""NetEase's scorer: its scores lie in [0, 1] and never tie, and it opens what `train netease` wrote alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gifworthy.checkpoints import CARD
from gifworthy.errors import WeightsBroken, WeightsMissing
from gifworthy.protocols import Pieces
from gifworthy.scorers.netease import NetEase, squashed
from gifworthy.settings import Settings
from gifworthy.types import Segment


def test_scores_are_sigmoids() -> None:
    logits = np.array([-3.0, 0.0, 1.0])
    np.testing.assert_allclose(squashed(logits), 1 / (1 + np.exp(-logits)), atol=1e-12)


def test_scores_rise_with_logits_however_large_and_stay_between_0_and_1() -> None:
    logits = np.array([-1e4, -900, -41, -40, -20, -19.9, 0, 19.9, 20, 40, 41, 900, 1e4])
    scores = squashed(logits)
    assert (np.diff(scores) > 0).all()
    assert scores.min() >= 0
    assert scores.max() <= 1


class Light:
    """A net whose logit is the mean level of its clip; it counts its calls."""

    batch = 2

    def __init__(self) -> None:
        self.asked: list[tuple[int, ...]] = []

    def __call__(self, *inputs: np.ndarray) -> np.ndarray:
        return self.outputs(*inputs)[0]

    def outputs(self, *inputs: np.ndarray) -> tuple[np.ndarray, ...]:
        self.asked.append(inputs[0].shape)
        logits = inputs[0].mean(axis=(1, 2, 3, 4))[:, None].astype(np.float32)
        return 1 / (1 + np.exp(-logits)), logits


def test_the_middle_of_what_was_read_is_looked_at_a_few_at_a_time() -> None:
    frames = np.zeros((3, 4, 8, 8, 3), np.uint8)
    frames[:, :, 0] = 255  # a row that the crop leaves out
    for level, clip in enumerate(frames):
        clip[:, 2:6, 2:6] = level
    segments = tuple(Segment(float(i), i + 1.0) for i in range(3))
    net = Light()
    scorer = NetEase(_NoReader(), net, "rgb", 4)
    found = scorer.rate(Pieces(segments, 3.0, frames))
    np.testing.assert_allclose(found, 1 / (1 + np.exp(-np.arange(3))))
    assert net.asked == [(2, 3, 4, 4, 4), (1, 3, 4, 4, 4)]


class _NoReader:
    def of(self, video: object, segments: object) -> np.ndarray:
        raise AssertionError("nothing is to be read")


def test_a_model_that_is_not_here_is_said(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="netease holds no net"):
        NetEase.load(Settings(weights=tmp_path))


def test_a_model_of_another_kind_is_said(tmp_path: Path) -> None:
    card = (
        '{"format": 1, "network": "setwise", "arguments": {}, "source": "", "inputs": ["input"], '
    )
    (tmp_path / CARD).write_text(card + '"preparation": null, "sha256": {}}')
    with pytest.raises(WeightsBroken, match="holds setwise, not netease"):
        NetEase.open(tmp_path, Settings())
