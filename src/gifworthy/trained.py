"""What was trained is used at once: a folder that `gifworthy train` wrote rates or chooses, and is a plan."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from gifworthy.assignment import SHOTS
from gifworthy.checkpoints import CARD, Card, Use, read_card
from gifworthy.errors import WeightsBroken
from gifworthy.plans import PLANS, Plan, plan_named
from gifworthy.protocols import (
    Ingredients,
    Scorer,
    Selector,
    TrainableScorer,
    TrainableSelector,
    TrainedScorer,
    TrainedSelector,
)
from gifworthy.scorers import SCORERS
from gifworthy.selectors import SELECTORS
from gifworthy.settings import Settings


def load_scorer(name: str, settings: Settings) -> Scorer:
    """A scorer by its name on the shelf, or by the folder of a trained model.

    Raises: UnknownName; WeightsMissing, WeightsBroken; DeviceAbsent, MissingExtra.
    """
    if name in SCORERS or not _is_place(name):
        return SCORERS[name].load(settings)
    return open_trained(Path(name), settings)


def open_trained(folder: Path, settings: Settings) -> TrainedScorer:
    """The scorer of a trained model's folder. Raises: as `load_scorer`."""
    card = read_card(folder)
    use = use_of(folder, card)
    if use.selector:
        raise WeightsBroken(
            f"{folder} holds {card.network}, which chooses and does not rate; give it with --plan"
        )
    part = SCORERS[use.scorer]
    if not hasattr(part, "open"):
        raise WeightsBroken(
            f"{folder} wants the scorer {use.scorer!r}, which opens no folder; update gifworthy or the "
            f"package it is from"
        )
    return cast(TrainableScorer, part).open(folder, settings)


def load_selector(name: str, ingredients: Ingredients) -> Selector:
    """A selector by its name on the shelf, or by the folder of a trained model.

    Raises: UnknownName; WeightsMissing, WeightsBroken; DeviceAbsent, MissingExtra.
    """
    if name in SELECTORS or not _is_place(name):
        return SELECTORS[name].load(ingredients)
    return open_selector(Path(name), ingredients)


def open_selector(folder: Path, ingredients: Ingredients) -> TrainedSelector:
    """The selector of a trained model's folder. Raises: as `load_selector`."""
    card = read_card(folder)
    use = use_of(folder, card)
    if not use.selector:
        raise WeightsBroken(
            f"{folder} holds {card.network}, which rates and does not choose; give it with --scorer, "
            f"or with --plan"
        )
    part = SELECTORS[use.selector]
    if not hasattr(part, "open"):
        raise WeightsBroken(
            f"{folder} wants the selector {use.selector!r}, which opens no folder; update gifworthy or "
            f"the package it is from"
        )
    return cast(TrainableSelector, part).open(folder, ingredients)


def use_of(folder: Path, card: Card) -> Use:
    """How covers are made with a model. Raises: WeightsBroken when it was not trained to rate."""
    if card.use is None:
        raise WeightsBroken(
            f"{folder} holds {card.network}, which rates nothing; give a folder that `gifworthy train` wrote"
        )
    return card.use


def chosen_plan(name: str) -> Plan:
    """The plan of that name, or the one that a trained model's folder is.

    Raises: UnknownName, with the nearest names; WeightsMissing, WeightsBroken for a folder.
    """
    if name in PLANS or not _is_place(name):
        return plan_named(name)
    folder = Path(name)
    use = use_of(folder, read_card(folder))
    if use.selector:
        return Plan(
            name=folder.name or str(folder),
            segmenter=use.segmenter or Plan.segmenter,
            selector=str(folder),
            shots=SHOTS,
        )
    return Plan(
        name=folder.name or str(folder),
        segmenter=use.segmenter or Plan.segmenter,
        scorer=str(folder),
    )


def _is_place(name: str) -> bool:
    """Whether somebody means a folder: it is there, or it is written like one."""
    return "/" in name or "\\" in name or (Path(name) / CARD).exists()
