"""What may be said: a winner, or why none is named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from gifworthy.experiments.lifts import Lift
from gifworthy.experiments.mismatch import LEVEL as ODD
from gifworthy.experiments.mismatch import Mismatch

Outcome = Literal["winner", "undecided", "guarded", "mismatch", "too early"]
Guard = Literal["held", "broken", "open", "unmeasured"]


@dataclass(frozen=True)
class Verdict:
    """outcome: whether there is a winner, and if not why. winner: the arm's number. why: for people."""

    outcome: Outcome
    why: str
    winner: int | None = None
    guard: Guard = "unmeasured"


def guard_of(dwell: Lift, tolerated: float) -> Guard:
    """Whether an arm costs more dwell than is tolerated: held and broken are certain, open is neither."""
    if not dwell.is_known:
        return "unmeasured"
    if dwell.low > -tolerated:
        return "held"
    return "broken" if dwell.high < -tolerated else "open"


def verdict(
    arms: Sequence[str],
    split: Mismatch,
    lifts: Mapping[tuple[int, int], Lift],
    dwell: Mapping[tuple[int, int], Lift],
    tolerated: float,
) -> Verdict:
    """Name a winner only when the split is sound, it beats every other arm, and dwell does not pay for it.

    Args:
        lifts, dwell: of (arm, against), both ways round: click-through rate, and dwell per click.
        tolerated: the share of dwell that a winner may cost.
    """
    if split.is_found:
        return Verdict("mismatch", _mismatched(arms, split))
    if not sum(split.counted):
        return Verdict("too early", "no views yet")
    if not all(lift.is_known for lift in lifts.values()):
        return Verdict("too early", "too few clicks in some arm to say anything yet")
    best = [
        arm
        for arm in range(len(arms))
        if all(lifts[pair].low > 0 for pair in lifts if pair[0] == arm)
    ]
    if not best:
        return Verdict("undecided", _undecided(arms, lifts))
    winner = best[0]
    against = 0 if winner else max(range(1, len(arms)), key=lambda arm: -lifts[winner, arm].value)
    guard, read = guard_of(dwell[winner, against], tolerated), dwell[winner, against]
    gain = (
        f"{arms[winner]} is clicked {_span(lifts[winner, against])} more often than {arms[against]}"
    )
    if guard == "broken":
        cost = f"dwell per click falls ({_span(read)})"
        return Verdict("guarded", f"{gain}, but {cost}; no winner is named", None, guard)
    return Verdict("winner", f"{gain}; {_guarded(guard, read)}", winner, guard)


def _guarded(guard: Guard, dwell: Lift) -> str:
    if guard == "held":
        return f"dwell per click held ({_span(dwell)})"
    if guard == "open":
        return f"dwell per click is not settled yet ({_span(dwell)})"
    return "dwell was not measured, so a price paid there would not be seen"


def _mismatched(arms: Sequence[str], split: Mismatch) -> str:
    parts = ", ".join(
        f"{arm} {count} where {expected:.0f} were due"
        for arm, count, expected in zip(arms, split.counted, split.expected, strict=True)
    )
    return (
        f"the split is not what it should be ({parts}; less likely than {ODD:g} by chance): units were "
        f"lost or doubled in one arm, so no figure here can be trusted and no winner is named"
    )


def _undecided(arms: Sequence[str], lifts: Mapping[tuple[int, int], Lift]) -> str:
    worse = {pair[1] for pair, lift in lifts.items() if lift.low > 0}
    left = [arm for number, arm in enumerate(arms) if number not in worse]
    if worse:
        gone = ", ".join(arms[number] for number in sorted(worse))
        return f"not decided between {' and '.join(left)}; behind are: {gone}"
    return f"no difference is certain yet between {' and '.join(left)}"


def _span(lift: Lift) -> str:
    return f"{100 * lift.low:+.1f} to {100 * lift.high:+.1f} %"
