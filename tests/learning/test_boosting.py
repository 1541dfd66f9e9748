"""Trees that were grown elsewhere give the same answers as a net."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("lightgbm", reason="lightgbm is not installed")
pytest.importorskip("torch", reason="torch is not installed")

import lightgbm
import torch

from gifworthy.learning.boosting import trees_of


@pytest.mark.parametrize("leaves", [2, 31])
def test_the_net_says_what_the_trees_say(leaves: int) -> None:
    random = np.random.default_rng(0)
    inputs = np.round(random.normal(size=(600, 4)), 2).astype(np.float32)
    wanted = inputs[:, 0] * inputs[:, 1] > 0.1
    settings = {"objective": "binary", "num_leaves": leaves, "verbosity": -1, "min_data_in_leaf": 3}
    booster = lightgbm.train(settings, lightgbm.Dataset(inputs, wanted.astype(float)), 20)
    ours = trees_of(booster)(torch.from_numpy(inputs))[:, 0].numpy()
    assert ours == pytest.approx(booster.predict(inputs, raw_score=True), abs=1e-5)


def test_a_number_that_equals_a_threshold_goes_left() -> None:
    """0.1 as a single is above 0.1 as a double: the threshold must not swallow it."""
    inputs = np.repeat(np.array([[0.1], [0.2]], np.float32), 50, axis=0)
    wanted = np.repeat([0.0, 1.0], 50)
    settings = {"objective": "regression", "num_leaves": 2, "verbosity": -1, "learning_rate": 1.0}
    booster = lightgbm.train(settings, lightgbm.Dataset(inputs, wanted), 1)
    edge = np.float32(booster.dump_model()["tree_info"][0]["tree_structure"]["threshold"])
    around = np.array(
        [[np.nextafter(edge, np.float32(0))], [edge], [np.nextafter(edge, np.float32(1))]]
    )
    ours = trees_of(booster)(torch.from_numpy(around.astype(np.float32)))[:, 0].numpy()
    assert ours == pytest.approx(booster.predict(around.astype(np.float32), raw_score=True))
