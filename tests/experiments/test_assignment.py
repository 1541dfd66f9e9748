"""Arms by hashing: everywhere the same, evenly spread, unlike in another experiment."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace

import pytest
from scipy.stats import chisquare

import watched
from gifworthy.experiments.assignment import arm_at, assign, given, unit_key
from gifworthy.records.experiments import Design, Experiment, Split

STILL_GIF = Split(1, (0.5, 0.5))


def arms(made: Experiment, split: Split, count: int, video: str = "v") -> list[int]:
    return [assign(made, split, f"user {n}", video).arm for n in range(count)]


def test_the_formula_written_again() -> None:
    made = watched.experiment(Design(("a", "b"), by="pair"))
    key = hashlib.blake2b(b"alice", key=bytes.fromhex(watched.SALT), digest_size=16).hexdigest()
    number = int(hashlib.sha256(f"{key}\nof film".encode()).hexdigest()[:16], 16) / 2**64
    found = assign(made, STILL_GIF, "alice", "film")
    assert (found.unit, found.arm) == (key, int(number >= 0.5))


def test_shares_are_kept_and_units_spread_evenly() -> None:
    made = watched.experiment(Design(("a", "b", "c"), (0.6, 0.3, 0.1)))
    counted = Counter(arms(made, Split(1, (0.6, 0.3, 0.1)), 20_000))
    assert chisquare([counted[n] for n in range(3)], [12_000, 6_000, 2_000]).pvalue > 0.001


def test_experiments_are_independent_of_each_other() -> None:
    first = watched.experiment()
    second = replace(first, salt="cd" * 32)
    both = Counter(zip(arms(first, STILL_GIF, 8_000), arms(second, STILL_GIF, 8_000), strict=True))
    assert chisquare(list(both.values())).pvalue > 0.001
    assert len(both) == 4
    assert unit_key(first.salt, "alice") != unit_key(second.salt, "alice")


def test_by_unit_a_viewer_sees_one_arm_everywhere_by_pair_several() -> None:
    unit, pair = watched.experiment(), watched.experiment(Design(("a", "b"), by="pair"))
    videos = [f"film {n}" for n in range(40)]
    assert len({assign(unit, STILL_GIF, "alice", video).arm for video in videos}) == 1
    assert len({assign(pair, STILL_GIF, "alice", video).arm for video in videos}) == 2


def test_a_fixed_split_that_grows_moves_only_those_near_the_border() -> None:
    made = watched.experiment()
    before, after = arms(made, Split(1, (0.9, 0.1)), 4_000), arms(made, Split(2, (0.5, 0.5)), 4_000)
    moved = Counter(zip(before, after, strict=True))
    assert moved[1, 0] == 0
    assert 0.36 < moved[0, 1] / 4_000 < 0.44


def test_a_bandit_draws_anew_with_each_version() -> None:
    made = watched.experiment(Design(("a", "b"), mode="thompson"))
    both = Counter(
        zip(arms(made, STILL_GIF, 4_000), arms(made, Split(2, (0.5, 0.5)), 4_000), strict=True)
    )
    assert len(both) == 4
    assert chisquare(list(both.values())).pvalue > 0.001


def test_videos_with_their_own_shares_and_the_propensity_that_is_logged() -> None:
    made = watched.experiment(Design(("a", "b"), by="pair", mode="thompson"))
    split = Split(3, (0.5, 0.5), {"hit": (0.1, 0.9)})
    key = unit_key(made.salt, "alice")
    hit, other = given(made, split, key, "hit"), given(made, split, key, "other")
    assert hit.propensity == (0.1, 0.9)[hit.arm]
    assert (other.propensity, other.version) == (0.5, 3)
    assert 0.87 < sum(arms(made, split, 4_000, "hit")) / 4_000 < 0.93


@pytest.mark.parametrize(
    ("place", "arm"), [(0.0, 0), (0.499, 0), (0.5, 1), (0.799, 1), (0.8, 2), (0.9999999999, 2)]
)
def test_edges_of_shares(place: float, arm: int) -> None:
    assert arm_at(place, (0.5, 0.3, 0.2)) == arm


@pytest.mark.parametrize("unit", ["Ж" * 500, "\udcff", " ", "a\nb", "'; DROP TABLE events"])
def test_any_text_is_a_unit_but_not_none(unit: str) -> None:
    assert len(unit_key(watched.SALT, unit)) == 32
    with pytest.raises(ValueError, match="needs an id"):
        unit_key(watched.SALT, "")
