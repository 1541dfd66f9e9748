"""Learning curves as a picture and in TensorBoard."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gifworthy.learning.curves import HUES, Board, curves
from gifworthy.learning.states import Point, State


def state(count: int, start: float, kept: int) -> State:
    """A loss that falls from `start`, a metric that rises."""
    points = [Point(step, "loss", start / step) for step in range(1, count + 1)]
    points += [Point(step, "validation nACC", step / count) for step in range(1, count + 1)]
    return State(step=count, points=points, best={}, best_step=kept)


def pixels(png: bytes) -> np.ndarray:
    with Image.open(BytesIO(png)) as picture:
        return np.asarray(picture.convert("RGB")).astype(int)


def drawn_in(picture: np.ndarray, hue: str) -> int:
    wanted = np.array([int(hue[place : place + 2], 16) for place in (1, 3, 5)])
    return int((np.abs(picture - wanted).max(axis=2) < 12).sum())


@pytest.mark.parametrize("count", [1, 12, 400])
def test_every_net_is_a_line_of_its_own_hue(count: int) -> None:
    one = pixels(curves("drawn", {"net": state(count, 1.0, 1)}))
    two = pixels(curves("drawn", {"a": state(count, 1.0, 1), "b": state(count, 2.0, 1)}))
    assert drawn_in(one, HUES[0]) > 20
    assert drawn_in(one, HUES[1]) == 0
    assert min(drawn_in(two, hue) for hue in HUES[:2]) > 20


def test_a_panel_for_each_curve_in_rows_of_four() -> None:
    few = pixels(curves("drawn", {"net": state(5, 1.0, 1)}))
    points = [Point(1, f"validation {name}", 0.5) for name in "abcde"]
    many = pixels(curves("drawn", {"net": State(1, points=points)}))
    assert many.shape[0] > 1.5 * few.shape[0]
    assert many.shape[1] > 1.5 * few.shape[1]
    assert pixels(curves("nothing yet", {})).size


def test_tensorboard_reads_what_was_written_and_goes_on(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    pytest.importorskip("tensorboard", reason="tensorboard is not installed")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    first = Board(tmp_path, 0)
    for step in (1, 2, 3):
        first.add(Point(step, "validation nACC", step / 10))
    first.close()
    again = Board(tmp_path, 2)  # the state was of step 2: step 3 comes once more
    again.add(Point(3, "validation nACC", 0.9))
    again.close()
    events = EventAccumulator(str(tmp_path))
    events.Reload()
    found = {event.step: event.value for event in events.Scalars("validation/nACC")}
    assert found == pytest.approx({1: 0.1, 2: 0.2, 3: 0.9})
