"""PHD-GIFs from viewers' labels to the cover of another film, through the command line."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("accelerate", reason="accelerate is not installed")
pytest.importorskip("onnxscript", reason="the exporter of torch is not installed")

from benchmarks.planted_viewers import Place, one_group, train


@pytest.mark.slow
def test_a_trained_model_gives_each_viewer_their_kind(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Learned from 40 viewers of 40 drawn films; eight others, who have one past choice each."""
    place = Place(tmp_path_factory.mktemp("phd"))
    model = f"{train(place)}/"
    shown = [one_group(place, number, 1, "--plan", model) for number in range(2)]
    right = [kind == seen for group in shown for kind, seen in group.own.items()]
    assert sum(right) >= 7, f"{sum(right)} of {len(right)}"
    assert all(group.nobody == group.everybody for group in shown)
