from __future__ import annotations

import pytest

from gifworthy.moments import Moment, clock, parse_moment, parse_span


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("12.5", 12.5), ("3s", 3), ("1:02", 62), ("0:01:02.250", 62.25), ("5%", 10), (" 90 ", 90)],
)
def test_moments_of_a_video_of_200_seconds(text: str, seconds: float) -> None:
    assert parse_moment(text).at(200) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text", ["", "abc", "-3", "1:99", "101%", "1:2:3:4", "nan", "1e3", "1:61:00"]
)
def test_what_is_no_moment_is_named_with_the_forms_understood(text: str) -> None:
    with pytest.raises(ValueError, match="is no moment; write seconds"):
        parse_moment(text)


def test_a_span_is_two_moments() -> None:
    assert parse_span("95%-100%") == (Moment(0.95, True), Moment(1.0, True))
    with pytest.raises(ValueError, match="is no span"):
        parse_span("30")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00.0"), (62.54, "1:02.5"), (59.96, "1:00.0"), (3661.5, "1:01:01.5")],
)
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text
