from __future__ import annotations

import pytest

from gifworthy.cli.values import parse_aspect, parse_box, parse_lengths, parse_size, say_size
from gifworthy.types import Box


@pytest.mark.parametrize(
    ("text", "size_bytes"),
    [
        ("2000000", 2_000_000),
        ("500KB", 500_000),
        ("2MB", 2_000_000),
        ("2 mb", 2_000_000),
        ("1.5M", 1_500_000),
        ("2MiB", 2_097_152),
        ("64kib", 65_536),
    ],
)
def test_sizes(text: str, size_bytes: int) -> None:
    assert parse_size(text) == size_bytes


@pytest.mark.parametrize("text", ["", "MB", "2 monkeys", "-3MB", "1e6", "inf"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match="is no size; write bytes"):
        parse_size(text)


@pytest.mark.parametrize(
    ("text", "aspect"), [("1:1", 1.0), ("16:8", 2.0), ("1.5", 1.5), ("3/4", 0.75)]
)
def test_aspects(text: str, aspect: float) -> None:
    assert parse_aspect(text) == aspect


@pytest.mark.parametrize("text", ["", "wide", "0:1", "1:0", "-1:1", "1:1:1"])
def test_what_is_no_aspect(text: str) -> None:
    with pytest.raises(ValueError, match="is no aspect; write 1:1"):
        parse_aspect(text)


def test_sizes_as_people_read_them() -> None:
    assert [say_size(n) for n in (812, 640_000, 999_600, 1_250_000)] == [
        "812 B", "640 KB", "1.00 MB", "1.25 MB",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        ("3", (3.0, None)),
        ("2.5s", (2.5, None)),
        ("3-10", (3.0, 10.0)),
        ("3 - 10s", (3.0, 10.0)),
        (".5-.5", (0.5, 0.5)),
    ],
)
def test_lengths(text: str, lengths: tuple[float, float | None]) -> None:
    assert parse_lengths(text) == lengths


@pytest.mark.parametrize("text", ["", "long", "-3", "3-", "3-4-5", "3..4", "nan"])
def test_what_is_no_length(text: str) -> None:
    with pytest.raises(ValueError, match="is no length; write seconds"):
        parse_lengths(text)


def test_a_range_runs_forwards() -> None:
    with pytest.raises(ValueError, match=r"'10-3' runs backwards; .*: 3-10"):
        parse_lengths("10-3")


def test_boxes() -> None:
    assert parse_box("0,0.5,.25,1") == Box(0, 0.5, 0.25, 1)
    assert parse_box("0%, 50%, 25%, 100%") == Box(0, 0.5, 0.25, 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0,0,1", "is no box"),
        ("a,b,c,d", "is no box"),
        ("-0.1,0,1,1", "outside the frame"),
        ("nan,0,1,1", "is no box"),
        ("0,0,120,80", "outside the frame"),
        ("0,0,101%,1", "outside the frame"),
        ("0.5,0,0.5,1", "holds nothing"),
        ("0,0.9,1,0.1", "holds nothing"),
    ],
)
def test_what_is_no_box(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_box(text)
