"""Fields of a recipe as people write them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pytest

from gifworthy.errors import UnknownName
from gifworthy.learning.examples import Examples
from gifworthy.learning.fields import describe, recipe_with, values_of
from gifworthy.learning.recipe import Learned
from gifworthy.learning.recipes import RECIPES
from gifworthy.learning.run import Run
from gifworthy.reading import NOTHING, Reading


@dataclass(frozen=True)
class Every:
    """One field of each kind."""

    rate: float = 0.1
    count: int = 3
    mirrored: bool = True
    loss: Literal["l1", "huber"] = "l1"
    name: str = "c3d"
    stride: int | None = 8

    def reading(self) -> Reading:
        return NOTHING

    def learn(self, examples: Examples, run: Run) -> Learned:
        raise AssertionError("it is only read")


def test_each_kind_of_value_is_read() -> None:
    given = ["rate=1e-3", "count=5", "mirrored=no", "loss=huber", "name=i3d", "stride=none"]
    assert recipe_with(Every, given) == Every(1e-3, 5, False, "huber", "i3d", None)
    assert recipe_with(Every, []) == Every()
    assert recipe_with(Every, ["stride=4", "name="]) == Every(stride=4, name="")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("count=2.5", "count must be a whole number, not '2.5'"),
        ("rate=fast", "rate must be a number, not 'fast'"),
        ("rate=nan", "rate must be a number"),
        ("rate=inf", "rate must be a number"),
        ("mirrored=maybe", "mirrored must be true or false"),
        ("loss=l3", "loss must be l1 or huber, not 'l3'"),
        ("stride=x", "stride must be a whole number or none"),
        ("count", "write field=value"),
    ],
)
def test_a_value_of_another_kind_is_refused(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        recipe_with(Every, [text])


def test_a_field_that_does_not_exist_or_is_given_twice_is_refused() -> None:
    with pytest.raises(UnknownName, match="did you mean 'count'"):
        recipe_with(Every, ["cuont=3"])
    with pytest.raises(ValueError, match="count was given twice"):
        recipe_with(Every, ["count=3", "count=4"])


@dataclass(frozen=True)
class Usual(Every):
    """Fields with the names that many recipes have."""

    epochs: int = 3
    learning_rate: float | None = 0.1
    overlap: float = 0.5
    dropout: float = 0.2
    patience: int = 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("epochs=-3", "epochs must be at least 1, not -3"),
        ("learning_rate=0", "learning_rate must be above 0, not 0"),
        ("overlap=1.5", "overlap must be from 0 to 1, not 1.5"),
        ("dropout=1", "dropout must be at least 0 and below 1, not 1"),
        ("patience=-1", "patience must be at least 0"),
        ("stride=0", "stride must be at least 1"),
    ],
)
def test_a_number_that_no_training_can_run_with_is_refused(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        recipe_with(Usual, [text])


def test_bounds_themselves_and_numbers_of_other_names_are_taken() -> None:
    fine = ["epochs=1", "learning_rate=none", "overlap=1", "dropout=0", "count=-3"]
    assert recipe_with(Usual, fine) == Usual(
        count=-3, epochs=1, learning_rate=None, overlap=1.0, dropout=0.0
    )


@pytest.mark.parametrize("name", list(RECIPES))
def test_the_own_numbers_of_every_recipe_are_in_bounds(name: str) -> None:
    assert recipe_with(RECIPES[name], []) == RECIPES[name]()


def test_fields_are_described_and_kept() -> None:
    assert ("loss", "l1 or huber", "l1") in describe(Every)
    assert ("stride", "a whole number or none", "8") in describe(Every)
    assert values_of(Every(count=9))["count"] == 9
