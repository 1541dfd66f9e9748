"""How outputs are named: by what is in the video and by what was asked, never by when or where.

Two runs that are asked the same give the same names, and two videos with the same bytes share theirs.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from gifworthy.batch.orders import Order
from gifworthy.plans import Plan
from gifworthy.settings import Settings
from gifworthy.types import ENDINGS, Segment

if TYPE_CHECKING:
    from gifworthy.checkpoints import Card

LAYOUT = "batch 1"
"""Changed whenever the same order would be carried out otherwise."""


def choice_of(order: Order) -> str:
    """The name of what decides what is shown: plan, weights and bounds, such as `signals-1f3a9c04`."""
    fields = {**asdict(order.plan), "name": "", "scorer": order.weights or order.plan.scorer}
    return f"{_plain(order.plan.name)}-{_hash(fields, order.bounds)[:8]}"


def look_of(order: Order) -> str:
    """The name of what decides how it looks, such as `gif-480-5b07e1d2`."""
    style = order.style
    return f"{_plain(style.format)}-{style.width}-{_hash(asdict(style))[:8]}"


def analysis_key(order: Order, content: str, avoid: tuple[Segment, ...] = ()) -> str:
    """32 hexadecimal digits: what is kept of one content under one choice."""
    spans = [(span.start, span.end) for span in avoid]
    return _hash(content, choice_of(order), spans)


def cover_key(order: Order, analysis: str) -> str:
    """32 hexadecimal digits: one cover of one analysis."""
    return _hash(analysis, look_of(order))


def place_of(folder: str, key: str, ending: str) -> str:
    """Where something of that key lies: a folder holds one in 256."""
    return f"{folder}/{key[:2]}/{key}{ending}"


def suffix_of(media_type: str) -> str:
    """The ending of a cover's file, with the dot."""
    return ENDINGS[media_type]


def weights_of(plan: Plan, settings: Settings) -> str:
    """What the answers of a plan's net depend on; "" for a plan without weights.

    Raises: WeightsMissing, WeightsBroken.
    """
    card = card_of(plan, settings)
    return "" if card is None else card.fingerprint()


def card_of(plan: Plan, settings: Settings) -> Card | None:
    """The card of a plan's net; None for a plan without one. Raises: as `weights_of`."""
    from gifworthy.checkpoints import CARD, read_card

    for folder in (Path(plan.scorer), settings.weights.expanduser() / plan.scorer):
        if (folder / CARD).exists():
            return read_card(folder)
    return None


def _plain(name: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in name) or "_"


def _hash(*parts: object) -> str:
    text = "\n".join([LAYOUT, *map(repr, parts)])
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=16).hexdigest()
