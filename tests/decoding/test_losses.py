"""What is said of damage."""

from __future__ import annotations

import pytest

from gifworthy.decoding.losses import Losses


@pytest.mark.parametrize(
    ("times", "words"),
    [((5,), "near 0:05.0;"), ((5, 6), "and 1 second more;"), ((5, 6, 9), "and 2 seconds more;")],
)
def test_seconds_are_counted_as_people_count(times: tuple[float, ...], words: str) -> None:
    losses = Losses("talk.mp4")
    for time in times:
        losses.damaged(time)
    (told,) = losses.told()
    assert words in told
