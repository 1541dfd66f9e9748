"""The plans that a server offers, by name: those that come with gifworthy, and models its operator names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from gifworthy.checkpoints import CARD, read_card
from gifworthy.errors import UnknownName, WeightsMissing
from gifworthy.plans import PLANS, Plan
from gifworthy.registry import unknown
from gifworthy.service.requests import Asked
from gifworthy.trained import chosen_plan, use_of

NAME = re.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
BASELINES = ("first", "middle", "even", "random")
"""Plans for comparison, that nobody wants a cover of."""
ABOUT = {
    "signals": "the piece that what can be measured speaks for: movement, tones, colour, sound",
    "storyline": "three moments that are good each and tell something together",
    "position": "where people pick in videos of this length, whatever is shown",
    "hecate": "the stretch that Hecate takes: sharp, calm, like much of the video",
    "pldvhd": "where eyes would rest, and for how long (PLD-VHD); plain saliency without a trained model",
    "middle": "the middle of the video",
    "first": "the start of the video",
    "even": "moments at even steps",
    "random": "moments drawn by lot",
}


@dataclass(frozen=True)
class Offer:
    """A plan that can be asked for. fingerprint: what its covers depend on beside its name, or ""."""

    name: str
    kind: Literal["built-in", "trained"]
    about: str
    plan: Plan
    scorer: str
    selector: str
    fingerprint: str = ""

    @property
    def baseline(self) -> bool:
        """Whether it is for comparison only."""
        return self.name in BASELINES


@dataclass(frozen=True)
class Offers:
    """Every plan of one server."""

    by_name: Mapping[str, Offer]

    @classmethod
    def read(cls, models: Path | None = None) -> Offers:
        """The plans that come with gifworthy, and one for each folder of a folder of trained models.

        Raises: WeightsMissing when there is no such folder or no model in it, WeightsBroken; ValueError
            for a model whose name is a plan's, or cannot stand in an address.
        """
        offers = [_built_in(plan) for plan in PLANS.values()]
        if models is not None:
            offers += _trained(models.expanduser())
        return cls({offer.name: offer for offer in offers})

    @property
    def plans(self) -> tuple[Offer, ...]:
        """In the order in which they are shown."""
        return tuple(self.by_name.values())

    def named(self, name: str) -> Offer:
        """One of them. Raises: UnknownName; a folder of this machine is no name."""
        if name not in self.by_name:
            raise UnknownName(unknown("plan", name, list(self.by_name)))
        return self.by_name[name]

    def plan_for(self, asked: Asked) -> Plan:
        """The plan by which a cover is made. Raises: UnknownName; ValueError."""
        return asked.plan.changing(self.named(asked.plan.name).plan)

    def key(self, asked: Asked, content: str, viewer: str = "") -> str:
        """The name of a cover, see `Asked.key`; another model under the same name makes other covers."""
        return asked.key(content, viewer, self.named(asked.plan.name).fingerprint)


def _built_in(plan: Plan) -> Offer:
    about = ABOUT.get(plan.name, "")
    return Offer(plan.name, "built-in", about, plan, plan.scorer, plan.selector)


def _trained(models: Path) -> Iterator[Offer]:
    folders = sorted(card.parent for card in models.glob(f"*/{CARD}"))
    if not folders:
        raise WeightsMissing(f"{models} holds no trained model: no folder in it has a {CARD}")
    for folder in folders:
        if not NAME.fullmatch(folder.name) or folder.name in PLANS:
            raise ValueError(
                f"{folder} cannot be offered as {folder.name!r}: give it a name of letters, digits, - and _ "
                f"that is no plan's"
            )
        card = read_card(folder)
        use = use_of(folder, card)
        plan = replace(chosen_plan(str(folder.resolve())), name=folder.name)
        about = card.source or f"trained: {use.recipe or card.network}"
        scorer = use.scorer or plan.scorer
        selector = use.selector or plan.selector
        yield Offer(folder.name, "trained", about, plan, scorer, selector, card.fingerprint())
