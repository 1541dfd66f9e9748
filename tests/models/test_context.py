"""What stands beside the features: categories, words, position."""

from __future__ import annotations

import numpy as np
import pytest

from gifworthy.models.context import Context, Plain, positions, words_of
from gifworthy.protocols import Pieces
from gifworthy.types import Segment

PIECES = (Segment(0, 60), Segment(120, 180), Segment(60, 120))


def test_position_is_timestamp_rank_and_relative_position() -> None:
    found = positions(PIECES, 300.0)
    assert found == pytest.approx(
        np.array([[0.05, 0.00, 0.1], [0.25, 0.02, 0.5], [0.15, 0.01, 0.3]])
    )


def test_tags_become_small_words() -> None:
    assert words_of(("Lee Sin (Video Game)", "größe!")) == ["lee", "sin", "video", "game", "größe"]


def test_known_words_share_one_and_unknown_things_are_zero() -> None:
    context = Context(("Music", "Sports"), ("ball", "goal", "song"))
    found = context.about("Sports", ("goal ball", "the goal", "unheard"))
    assert found.tolist() == pytest.approx([0, 1, 1 / 3, 2 / 3, 0])
    assert context.about("Cooking", ("unheard",)).tolist() == [0] * 5


def test_a_row_is_features_category_words_position() -> None:
    context = Context(("Music",), ("ball",), 3)
    pieces = Pieces(PIECES, 300.0, np.full((3, 2), 7, np.float32), "Music", ("ball",))
    rows = context.rows(pieces)
    assert rows.dtype == np.float32
    assert rows[1].tolist() == pytest.approx([7, 7, 1, 1, 0.25, 0.02, 0.5])


def test_a_config_gives_its_context_back() -> None:
    arguments: dict[str, Plain] = {
        "features": 8,
        "categories": "Music;Sports",
        "words": "ball",
        "position": 3,
    }
    assert Context.of(arguments) == Context(("Music", "Sports"), ("ball",), 3)
    assert Context.of({"features": 8}) == Context()
    with pytest.raises(ValueError, match="0 or 3"):
        Context(position=2)
