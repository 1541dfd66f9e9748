from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from gifworthy import registry
from gifworthy.errors import UnknownName
from gifworthy.plans import PLANS, Plan, plan_named, telling
from gifworthy.registry import Registry

SHELF: Registry[type] = Registry(
    "scorer", {"fraction": "fractions:Fraction", "broken": "nowhere:X"}
)


def test_a_part_is_imported_only_when_chosen() -> None:
    assert SHELF["fraction"].__name__ == "Fraction"
    assert list(SHELF)[:2] == ["fraction", "broken"]
    with pytest.raises(ModuleNotFoundError):
        SHELF["broken"]


def test_an_unknown_name_offers_the_nearest() -> None:
    with pytest.raises(UnknownName, match="no scorer named 'fracton'; did you mean 'fraction'"):
        SHELF["fracton"]
    with pytest.raises(UnknownName, match="there are: fraction, broken"):
        SHELF["zzz"]


def test_other_packages_add_but_never_replace(monkeypatch: pytest.MonkeyPatch) -> None:
    group = "gifworthy.scorers"
    theirs = [
        EntryPoint("theirs", "decimal:Decimal", group),
        EntryPoint("fraction", "decimal:Decimal", group),
    ]
    monkeypatch.setattr(registry, "entry_points", lambda group: theirs)
    assert SHELF["theirs"].__name__ == "Decimal"
    assert SHELF["fraction"].__name__ == "Fraction"
    assert len(SHELF) == 3


def test_plans_are_found_by_name() -> None:
    assert plan_named("signals") == Plan()
    assert all(name == plan.name for name, plan in PLANS.items())
    with pytest.raises(UnknownName, match="did you mean 'signals'"):
        plan_named("signal")


def test_several_shots_are_chosen_jointly() -> None:
    assert telling(Plan(), 3).selector == "storyline"
    assert telling(Plan(), 1).selector == "top"
    assert telling(PLANS["hecate"], 3).selector == "hecate"
    with pytest.raises(ValueError, match=r"1\.\.10"):
        telling(Plan(), 0)
