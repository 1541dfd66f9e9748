"""A small I3D learns from nothing, on a CPU, in a minute or two, which kind of motion is the exciting one.

End to end by the command line: `data read`, `train`, `evaluate`, `make`; see `benchmarks/planted_pixels.py`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("accelerate", reason="accelerate is not installed")
pytest.importorskip("onnxscript", reason="the exporter of torch is not installed")

from benchmarks.moving_shapes import RATINGS, SCENES
from benchmarks.planted_pixels import GOOD, Drawn, judged, picked, shuffled, train

COUNTS = {"train": 32, "validation": 6, "test": 10}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_small_i3d_learns_which_motion_is_the_exciting_one(tmp_path: Path) -> None:
    drawn = Drawn.at(tmp_path / "drawn", COUNTS)
    assert len(drawn.held_out) == COUNTS["test"]
    model = tmp_path / "model"
    train(model, drawn)
    figures = judged(drawn, str(model), "signals")
    accuracy, bad_cases = figures["model"]
    assert accuracy >= 0.95
    assert bad_cases == 0
    assert figures["signals"][0] < 0.8, "what moves most is not what raters like here"
    assert shuffled(model, drawn) < 0.8, "without time the net must not know"
    shown = [picked(model, drawn, video) for video in drawn.held_out]
    assert sum(value == GOOD for value in shown) >= 8, (
        "of 10; a cut that is not seen joins two scenes"
    )


def test_every_drawn_video_has_each_rating() -> None:
    assert {RATINGS[kind] for kind in SCENES} == {"good", "average", "bad"}
