"""The axis of lifts: clipped, with round numbers that a person reads."""

from __future__ import annotations

import math

import pytest

from gifworthy.experiments.lifts import Lift
from gifworthy.experiments.scale import powers_between, scale_of, signed
from gifworthy.experiments.tally import CTR


def lift(low: float, value: float, high: float) -> Lift:
    return Lift(CTR, 1, 0, value, low, high, 1.0, 1.0)


@pytest.mark.parametrize(
    ("of", "labels"),
    [
        (lift(-0.36, 1.1, 5.88), ["-100 %", "-50 %", "0 %", "+50 %", "+100 %", "+150 %", "+200 %"]),
        (
            lift(-0.99, 0.2, 2000.0),
            ["-100 %", "-50 %", "0 %", "+50 %", "+100 %", "+150 %", "+200 %"],
        ),
        (lift(0.12, 0.15, 0.2), ["-30 %", "-20 %", "-10 %", "0 %", "+10 %", "+20 %", "+30 %"]),
        (lift(-0.001, 0.0, 0.001), ["-3 %", "-2 %", "-1 %", "0 %", "+1 %", "+2 %", "+3 %"]),
        (lift(2.0, 4.0, 9.0), ["-100 %", "0 %", "+200 %", "+400 %", "+600 %"]),
    ],
)
def test_labels_are_round_and_few(of: Lift, labels: list[str]) -> None:
    assert [signed(line) for line in scale_of([of]).lines] == labels


def test_what_is_beyond_lies_on_the_edge() -> None:
    shown = scale_of([lift(-0.36, 1.1, 5.88)])
    assert (shown.within(5.88), shown.within(-3.0), shown.within(0.5)) == (2.0, -1.0, 0.5)


def test_an_arm_is_never_clipped_away() -> None:
    shown = scale_of([lift(2.0, 4.0, 9.0)])
    assert shown.high >= 4.0


def test_what_is_not_known_has_no_say() -> None:
    unknown = lift(-1.0, math.nan, math.inf)
    assert scale_of([unknown, lift(0.12, 0.15, 0.2)]) == scale_of([lift(0.12, 0.15, 0.2)])
    assert scale_of([]).low < 0 < scale_of([]).high


@pytest.mark.parametrize(
    ("first", "last", "numbers"),
    [
        (423, 623, [423, 623]),
        (50, 20_000, [50, 100, 1000, 10_000, 20_000]),
        (100, 1000, [100, 1000]),
    ],
)
def test_both_ends_and_the_powers_of_ten(first: int, last: int, numbers: list[int]) -> None:
    assert powers_between(first, last) == numbers
