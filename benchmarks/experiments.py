"""Experiments whose truth is known: how often the report is wrong, and how soon it is right.

    python -m benchmarks experiments [--quick] [null|designs|power|split|pilot|bandit|plans]

Viewers are imagined (`traffic.py`); what judges them is what `gifworthy experiment report` runs, after every
single view (`peeking.py`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from benchmarks.following import bandits, other_plans, told
from benchmarks.peeking import peeks
from benchmarks.table import Row, markdown
from benchmarks.traffic import Traffic
from scipy.stats import norm

from gifworthy.experiments.lifts import LEVEL, lift
from gifworthy.experiments.mismatch import Mismatch, of_sums
from gifworthy.experiments.planner import Question, needed
from gifworthy.experiments.tally import CTR, READING, REVENUE, Ints, Metric, Tally, measured
from gifworthy.experiments.videos import video_results

RUNS, LOOKS = 500, 60
COMMAND = "python -m benchmarks experiments"
LIFT = 0.073 / 0.053 - 1
VIDEOS, PLANNED = 9_814, 20_000


@dataclass(frozen=True)
class Outcome:
    """Of one imagined experiment, looked at after every view.

    missed: whether the truth was ever outside. found: after how many views 0 was outside, None when it
    never was. plain: whether a z test ever was sure.
    """

    missed: bool
    found: int | None
    plain: bool


def takes(word: str) -> bool:
    """Parts of the proof."""
    return word in PARTS


def main() -> None:
    runs = 60 if "--quick" in sys.argv else RUNS
    for title, part in PARTS.items():
        if not any(word in sys.argv for word in PARTS) or title in sys.argv:
            print(
                markdown(f"Experiments: {title} ({runs} runs each)", COMMAND, part(runs)),
                flush=True,
            )


def nothing_to_find(runs: int) -> list[Row]:
    """Both arms alike; one looks after every view, from the hundredth to the last."""
    cases = (
        ("every view another viewer", Traffic(visits=1, likeness=0.0), 20_000, CTR),
        ("viewers repeat 4 times", Traffic(), 20_000, CTR),
        ("viewers repeat 20 times, much alike", Traffic(visits=20, likeness=0.2), 40_000, CTR),
        ("rare clicks: 1 %", Traffic(rates=(0.01, 0.01)), 40_000, CTR),
        ("9 of 10 in one arm", Traffic(shares=(0.9, 0.1)), 40_000, CTR),
        ("looked at long after the plan's end", Traffic(), 100_000, CTR),
        ("dwell per click", Traffic(), 40_000, READING),
        ("revenue per thousand views", Traffic(), 40_000, REVENUE),
    )
    rows = []
    for name, traffic, views, metric in cases:
        planned = 20_000
        seen = [peeked(traffic, views, planned, seed, metric) for seed in range(runs)]
        wrong, plain = _share(seen, "found"), _share(seen, "plain")
        against = f"plain z test: {told(plain, runs)}" if metric is CTR else ""
        rows.append(Row(f"false winners: {name}", against, told(wrong, runs), "at most 5 %"))
    return rows


def something_to_find(runs: int) -> list[Row]:
    """A true lift: is it inside at every look, and is it found by the planned end?"""
    rows = []
    for wanted in (0.1, 0.2, LIFT):
        question = Question(0.053, wanted)
        planned = needed(question).views
        traffic = Traffic((0.053, 0.053 * (1 + wanted)), visits=1, likeness=0.0)
        rows += _power(f"{wanted:+.1%} on 5.3 %", traffic, planned, planned, wanted, runs)
    planned = needed(Question(0.053, 0.2)).views
    views = needed(Question(0.053, 0.2, repeats=_repeats(Traffic(), planned))).views
    traffic = Traffic((0.053, 0.053 * 1.2))
    rows += _power("+20.0% on 5.3 %, viewers repeat", traffic, views, planned, 0.2, runs)
    return rows


def _power(
    name: str, traffic: Traffic, views: int, planned: int, truth: float, runs: int
) -> list[Row]:
    seen = [peeked(traffic, views, planned, seed, CTR, truth) for seed in range(runs)]
    found = [each.found for each in seen if each.found is not None]
    half = f", half of them within {np.median(found):,.0f}" if found else ""
    return [
        Row(
            f"coverage at all looks: {name}",
            "",
            told(1 - _share(seen, "missed"), runs),
            "at least 95 %",
        ),
        Row(
            f"power: {name}",
            f"{views:,} views, as planned",
            f"{told(_share(seen, 'found'), runs)}{half}",
            "at least 80 %",
        ),
    ]


def _repeats(traffic: Traffic, views: int) -> float:
    """What a report of an A/A experiment on such traffic would say."""
    return lift(traffic.tally(views, np.random.default_rng(0)), CTR, (1, 0), views).repeats


def peeked(
    traffic: Traffic,
    views: int,
    planned: float,
    seed: int,
    metric: Metric = CTR,
    truth: float = 0.0,
) -> Outcome:
    """One experiment, looked at many times."""
    random = np.random.default_rng([seed, views])
    tally = traffic.tally(views, random)
    if metric is REVENUE:
        tally = _with_revenue(tally, random)
    looks = peeks(tally, metric, planned)
    return Outcome(
        looks.first_without(truth) is not None,
        looks.first_without(0.0),
        looks.plain_is_sure(norm.isf(LEVEL / 2)),
    )


def _with_revenue(tally: Tally, random: np.random.Generator) -> Tally:
    """A tenth of the clicks buys, for amounts of which few are large."""
    bought = (tally.of("clicks") > 0) & (random.random(len(tally)) < 0.1)
    measures = tally.measures.copy()
    measures[:, -2] = bought
    measures[:, -1] = bought * random.lognormal(3.0, 1.0, len(tally))
    return replace(tally, measures=measures)


def _cuts(views: int, looks: int) -> Ints:
    return np.unique(np.geomspace(100, views, looks).round().astype(np.int64))


def other_designs(runs: int) -> list[Row]:
    """Both arms alike, 30 looks: videos counted alike, and arms drawn by pair of viewer and video."""
    rows = []
    for name, by_pair, over_videos in (
        ("mean of videos", False, True),
        ("arms by viewer and video", True, False),
        ("arms by viewer and video, mean of videos", True, True),
    ):
        wrong = [_wrong(seed, by_pair, over_videos) for seed in range(runs)]
        rows.append(
            Row(f"false winners: {name}", "", told(float(np.mean(wrong)), runs), "at most 5 %")
        )
    return rows


def _wrong(seed: int, by_pair: bool, over_videos: bool) -> bool:
    random = np.random.default_rng([seed, 30])
    tally = Traffic(spread=50.0, likeness=0.1).tally(10_000, random)
    if by_pair:
        pair = tally.unit * len(tally.videos) + tally.video
        tally = replace(tally, arm=random.integers(2, size=int(pair.max()) + 1)[pair])
    for cut in _cuts(len(tally), 30):
        seen = lift(tally.only(slice(0, int(cut))), CTR, (1, 0), 10_000, over_videos=over_videos)
        if seen.is_known and not seen.low <= 0 <= seen.high:
            return True
    return False


def splits(runs: int) -> list[Row]:
    """Units lost in one arm; the split is looked at 60 times."""
    rows = []
    for lost, units in (
        (0.0, 100_000),
        (0.02, 300_000),
        (0.02, 600_000),
        (0.05, 100_000),
        (0.1, 15_000),
    ):
        found = [
            _split_refused(lost, units, np.random.default_rng([seed, units]))
            for seed in range(runs)
        ]
        ours, plain = np.mean(found, axis=0)
        what = (
            f"one arm loses {lost:.0%} of {units:,} units"
            if lost
            else f"a sound split of {units:,} units"
        )
        must = "at least 95 %" if lost else "at most 1 %"
        rows.append(
            Row(
                f"refused: {what}",
                f"chi-square at 0.001, each look: {told(plain, runs)}",
                told(ours, runs),
                must,
            )
        )
    return rows


def _split_refused(lost: float, units: int, random: np.random.Generator) -> tuple[bool, bool]:
    arms = random.integers(2, size=units)
    ones = np.cumsum(arms[(arms == 0) | (random.random(units) >= lost)])
    looks = [_half(int(cut), int(ones[cut - 1])) for cut in _cuts(len(ones), LOOKS)]
    return any(look.is_found for look in looks), any(look.chi_square_p < 0.001 for look in looks)


def _half(count: int, ones: int) -> Mismatch:
    counted = np.array([count - ones, ones], np.float64)
    return of_sums(counted, np.full(2, count / 2), count * np.array([[0.25, -0.25], [-0.25, 0.25]]))


def pilot(runs: int) -> list[Row]:
    """GEVADEN, table 3: 9,814 videos, about 3,600 views of each in each arm in a month, 5.30 % to 7.29 %.

    The paper says neither who saw what nor how rates spread; here a viewer comes 4 times, and rates of
    videos spread like a Beta distribution of strength 50 around the published means.
    """
    traffic = Traffic(rates=(0.053, 0.0729), videos=VIDEOS, spread=50.0)
    seen = [peeked(traffic, 40_000, PLANNED, seed, CTR, 0.0729 / 0.053 - 1) for seed in range(runs)]
    when = np.array([np.inf if each.found is None else each.found for each in seen])
    share = when / (VIDEOS * 7200)
    tenth, half, most = np.quantile(when, [0.1, 0.5, 0.95], method="higher")
    rows = [
        Row(
            "the lift is certain after views (both arms)",
            f"{VIDEOS * 7200:,} in the pilot",
            f"half of the runs within {half:,.0f} ({np.median(share):.4%}), a tenth within {tenth:,.0f}, "
            f"19 of 20 within {most:,.0f}",
            "detected",
        ),
        Row("coverage meanwhile", "", told(1 - _share(seen, "missed"), runs), "at least 95 %"),
    ]
    return rows + _whole_pilot()


def _whole_pilot() -> list[Row]:
    """All 70.7 million views once, a row for each viewer's; then 500 of the videos view by view."""
    random = np.random.default_rng(0)
    units = 1_200_000
    arm = random.integers(2, size=units)
    views = random.poisson(VIDEOS * 7200 / units, units)
    rates = np.array([0.053, 0.0729])[arm]
    clicks = random.binomial(views, random.beta(rates * 19, (1 - rates) * 19))
    columns = measured(units, views=views, clicks=clicks)
    zeros = np.zeros(units, np.int64)
    at = np.arange(units, dtype=np.float64)
    month = Tally(
        np.arange(units), zeros, arm, np.full(units, 0.5), at, columns, ("all",), ("still", "gif")
    )
    end = lift(month, CTR, (1, 0), PLANNED)
    traffic = Traffic(
        (0.053, 0.0729), visits=1, likeness=0.0, videos=500, spread=50.0, own_lifts=True
    )
    results = video_results(traffic.tally(500 * 7200, random), 500 * PLANNED)
    sure = [video.arms[1] for video in results if video.arms[1].is_sure]
    return [
        Row(
            "lift at the month's end, all views",
            "+37.5 % as published",
            f"{end.value:+.1%} ({end.low:+.2%} to {end.high:+.2%})",
        ),
        Row(
            "single videos of which the better cover is certain, at 3,600 views an arm",
            "500 videos whose own lifts spread",
            f"{len(sure)} of 500, {sum(arm.value < 0 for arm in sure)} of them for the still",
        ),
    ]


def _share(seen: Sequence[Outcome], what: str) -> float:
    return float(np.mean([getattr(each, what) not in (None, False) for each in seen]))


PARTS: dict[str, Callable[[int], list[Row]]] = {
    "null": nothing_to_find,
    "designs": other_designs,
    "power": something_to_find,
    "split": splits,
    "pilot": pilot,
    "bandit": bandits,
    "plans": other_plans,
}

if __name__ == "__main__":
    main()
