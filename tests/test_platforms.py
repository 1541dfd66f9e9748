from __future__ import annotations

import datetime

import pytest

from gifworthy.encoders import ENCODERS
from gifworthy.errors import UnknownName
from gifworthy.platforms import known_platforms, platform_named
from gifworthy.types import Style

LARGE = Style(width=4000, height=4000, fps=50, seconds=10, max_bytes=10**9)


@pytest.mark.parametrize("name", list(known_platforms()))
def test_every_platform_says_where_its_figures_are_from(name: str) -> None:
    platform = platform_named(name)
    assert platform.source
    assert platform.trust in ("official", "vendor", "page", "conflicting")
    assert datetime.date.fromisoformat(platform.checked)
    assert set(platform.formats) <= set(ENCODERS)


def test_what_is_too_much_is_lowered_and_what_fits_is_left() -> None:
    emoji = platform_named("slack-emoji")
    limited = emoji.limit(LARGE)
    assert (limited.width, limited.height, limited.max_bytes) == (128, 128, 128_000)
    assert limited.fps * limited.seconds == 50, "frames"
    small = Style(width=64, height=64, fps=10, seconds=1, max_bytes=9_000)
    assert emoji.limit(small) == small


def test_frames_are_counted_over_all_shots() -> None:
    assert platform_named("x").limit(LARGE, shots=1).fps == 35
    assert platform_named("x").limit(LARGE, shots=5).fps == 7


def test_a_budget_comes_from_the_platform_when_none_was_given() -> None:
    assert platform_named("email").limit(Style()).max_bytes == 500_000


def test_a_format_that_is_not_played_there_is_refused() -> None:
    with pytest.raises(ValueError, match="email does not play webp; choose gif"):
        platform_named("email").limit(Style(format="webp"))


def test_a_slip_of_the_finger_is_understood() -> None:
    with pytest.raises(UnknownName, match="did you mean 'discord'"):
        platform_named("dicsord")
