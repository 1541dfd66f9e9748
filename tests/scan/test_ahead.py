from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from gifworthy.scan.ahead import ahead


def test_the_same_items_in_the_same_order() -> None:
    assert list(ahead(iter(range(100)), most=3)) == list(range(100))
    assert list(ahead(iter(()), most=1)) == []


def test_what_goes_wrong_is_raised_after_what_went_well() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise OSError("gone")

    seen = ahead(items(), most=3)
    assert next(seen) == 1
    with pytest.raises(OSError, match="gone"):
        next(seen)


def test_it_goes_no_further_ahead_than_it_may_and_stops_when_nobody_asks() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for number in range(1000):
            made.append(number)
            yield number

    before = threading.active_count()
    seen = ahead(items(), most=3)
    assert next(seen) == 0
    seen.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before
    assert len(made) <= 6
