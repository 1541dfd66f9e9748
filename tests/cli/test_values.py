from __future__ import annotations

import pytest

from gifworthy.cli.values import parse_aspect, parse_size, say_size


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
