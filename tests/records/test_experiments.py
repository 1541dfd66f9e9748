"""Experiments as they are kept: designs, splits, variants; one tenant never sees another's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from gifworthy.errors import ExperimentNotFound
from gifworthy.records.database import Database
from gifworthy.records.experiments import Design, Experiments, Split, Variant
from gifworthy.types import Segment

DESIGN = Design(
    ("still", "gif"), (0.25, 0.75), "pair", "thompson", 0.2, "impression", 9_000, 0.1, 60.0
)


@pytest.fixture
def experiments(database: Database) -> Experiments:
    return Experiments(database)


def test_what_is_begun_is_found_as_it_was(experiments: Experiments) -> None:
    begun = experiments.begin("ours", "Covers of Ж", DESIGN, now=5.0)
    assert experiments.find("ours", begun.id) == begun
    assert begun.design == DESIGN
    assert experiments.split(begun) == Split(1, (0.25, 0.75), {}, 5.0)
    assert len(bytes.fromhex(begun.salt)) == 32


def test_one_tenant_never_sees_anothers(experiments: Experiments) -> None:
    ours = experiments.begin("ours", "a", DESIGN)
    experiments.begin("theirs", "b", DESIGN)
    assert [each.name for each in experiments.of("ours")] == ["a"]
    with pytest.raises(ExperimentNotFound, match="experiment list"):
        experiments.find("theirs", ours.id)


def test_it_ends_once(experiments: Experiments) -> None:
    begun = experiments.begin("ours", "a", DESIGN, now=1.0)
    assert experiments.end(begun, now=9.0).ended == 9.0
    assert experiments.end(begun, now=12.0).ended == 9.0


def test_splits_count_up_and_all_are_kept(experiments: Experiments) -> None:
    begun = experiments.begin("ours", "a", DESIGN, now=1.0)
    new = experiments.resplit(begun, Split(0, (0.5, 0.5), {"film": (0.2, 0.8)}), now=2.0)
    assert new.version == 2
    assert experiments.split(begun) == new
    assert [split.version for split in experiments.splits(begun)] == [1, 2]
    assert new.shares("film") == (0.2, 0.8)
    assert new.shares("other") == (0.5, 0.5)
    with pytest.raises(ValueError, match="add up to 1"):
        experiments.resplit(begun, Split(0, (0.5, 0.6)))


def test_splits_made_at_once_are_all_kept(experiments: Experiments) -> None:
    begun = experiments.begin("ours", "a", DESIGN)
    with ThreadPoolExecutor(4) as pool:
        made = pool.map(
            lambda _: experiments.resplit(begun, Split(0, (0.5, 0.5))).version, range(8)
        )
    assert sorted(made) == list(range(2, 10))


def test_variants_are_kept_once(experiments: Experiments) -> None:
    begun = experiments.begin("ours", "a", DESIGN)
    shots = (Segment(1.0, 2.5), Segment(8.0, 9.0))
    variants = (
        Variant("film", "still", "poster.jpg"),
        Variant("film", "gif", "c.gif", shots, 60.0),
    )
    assert experiments.show(begun, variants) == 2
    assert experiments.show(begun, (Variant("film", "gif", "other.gif"),)) == 0
    assert experiments.variants(begun) == variants
    with pytest.raises(ValueError, match="'webp' is no arm"):
        experiments.show(begun, (Variant("film", "webp"),))


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ({"arms": ("one",)}, "2 to 20 arms"),
        ({"arms": ("a", "a")}, "different names"),
        ({"arms": ("a", "")}, "different names"),
        ({"arms": ("a", "b\n")}, "one line"),
        ({"arms": ("a", "b"), "shares": (0.5, 0.6)}, "add up to 1"),
        ({"arms": ("a", "b"), "shares": (1.0, 0.0)}, "above 0"),
        ({"arms": ("a", "b"), "by": "video"}, "by must be"),
        ({"arms": ("a", "b"), "mode": "greedy"}, "mode must be"),
        ({"arms": ("a", "b"), "mode": "thompson", "floor": 0.6}, "floor"),
        ({"arms": ("a", "b"), "planned": 5}, "planned"),
    ],
)
def test_designs_that_make_no_sense(arguments: dict[str, object], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        Design(**arguments)  # type: ignore[arg-type]


def test_names_are_one_line(experiments: Experiments) -> None:
    for name in ("", "a\nb", "x" * 201):
        with pytest.raises(ValueError, match="one line"):
            experiments.begin("ours", name, DESIGN)
