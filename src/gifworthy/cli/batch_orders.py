"""Flags of `gifworthy batch` -> what is made of every video; a name that does not exist is told at once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gifworthy.cli.choices import ScoringFlags, SelectingFlags
from gifworthy.cli.flags import PartFlags
from gifworthy.cli.looks import LookFlags
from gifworthy.cli.speech import say

if TYPE_CHECKING:
    from gifworthy.batch.orders import Order
    from gifworthy.moments import Bounds
    from gifworthy.plans import Plan
    from gifworthy.settings import Settings
    from gifworthy.types import Style

DEVICE = "GIFWORTHY_DEVICE"


def order_of(
    place: str,
    selecting: SelectingFlags,
    scoring: ScoringFlags,
    part: PartFlags,
    looks: LookFlags,
    gpus: float = 0.0,
) -> Order:
    """What is made of every video; gpus: share of one that each worker gets.

    Raises: ValueError, UnknownName, WeightsError.
    """
    from gifworthy.batch.keys import weights_of
    from gifworthy.batch.orders import Order

    plan, bounds = selecting.changed(scoring.changed()), part.bounds()
    _check_parts(plan)
    _check_bounds(bounds, part)
    style, settings = _style(looks, plan), _settings(gpus)
    return Order(plan, style, settings, place, bounds, weights_of(plan, settings))


def refuse_choosing(instead: str, *groups: SelectingFlags | ScoringFlags | PartFlags) -> None:
    """Instead of covers of videos, what was chosen before: no flag that chooses. Raises: ValueError."""
    given = [
        f"--{one.name.replace('_', '-')}"
        for group in groups
        for one in fields(group)
        if getattr(group, one.name) not in (one.default, [])
    ]
    if given:
        raise ValueError(
            f"{instead} is of what was chosen before, and {', '.join(given)} would choose anew; say "
            f"which choice with --choice, or run `gifworthy batch` on the videos again"
        )


def render_order(place: str, choice: str | None, looks: LookFlags, gpus: float = 0.0) -> Order:
    """What was made there, in another style. Raises: as `order_of`; BatchError, BatchUnreadable."""
    from gifworthy.batch.earlier import earlier_order, to_render
    from gifworthy.batch.storage import open_storage

    order = earlier_order(open_storage(place), _settings(gpus), choice)
    return to_render(order, _style(looks, order.plan))


def _settings(gpus: float) -> Settings:
    """The machine's. Whoever gives a share of a GPU to each worker means it to be used."""
    from gifworthy.settings import Settings

    settings = Settings.from_environ(os.environ)
    device = "cuda" if gpus and DEVICE not in os.environ else settings.device
    return replace(settings, threads=settings.threads or 1, device=device)


def _style(looks: LookFlags, plan: Plan) -> Style:
    from gifworthy.encoders import ENCODERS

    style, lowered = looks.style(None, plan.shots)
    _check("encoder", ENCODERS, style.format)
    for note in lowered:
        say(note)
    return style


def _check_parts(plan: Plan) -> None:
    """Names only: a net is loaded where the work is done. Raises: UnknownName, WeightsError."""
    from gifworthy.scorers import SCORERS
    from gifworthy.segmenters import SEGMENTERS
    from gifworthy.selectors import SELECTORS

    _check("segmenter", SEGMENTERS, plan.segmenter)
    _check_part("scorer", SCORERS, plan.scorer)
    _check_part("selector", SELECTORS, plan.selector)
    if plan.map:
        _check_part("scorer", SCORERS, plan.map)


def _check_part(kind: str, shelf: Mapping[str, object], name: str) -> None:
    """A part may be the folder of a trained model too. Raises: UnknownName, WeightsError."""
    from gifworthy.checkpoints import CARD, read_card
    from gifworthy.trained import use_of

    folder = Path(name)
    is_folder = "/" in name or "\\" in name or (folder / CARD).exists()
    if is_folder and name not in shelf:
        use_of(folder, read_card(folder))
    else:
        _check(kind, shelf, name)


def _check(kind: str, shelf: Mapping[str, object], name: str) -> None:
    from gifworthy.errors import UnknownName
    from gifworthy.registry import unknown

    if name not in shelf:
        raise UnknownName(unknown(kind, name, list(shelf)))


def _check_bounds(bounds: Bounds, part: PartFlags) -> None:
    """What no video's length can set right. Raises: ValueError."""
    start, end = bounds.start, bounds.end
    if start is None or end is None or start.is_share != end.is_share:
        return
    if start.amount >= end.amount:
        raise ValueError(
            f"--start {part.start} is not before --end {part.end}: nothing lies between them"
        )
