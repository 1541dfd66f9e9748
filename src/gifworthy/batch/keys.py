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
NETS = ("scorer", "selector", "map")
"""The parts of a plan that may be nets with weights of their own."""
ANALYSES, COVERS, FEATURES = "analyses", "covers", "features"
MOST_OF_A_PART, MOST_OF_A_NAME = 200, 700
"""Bytes of one folder's or file's name, and of all of it: file systems take 255, buckets 1,024."""


def choice_of(order: Order) -> str:
    """The name of what decides what is shown: plan, weights and bounds, such as `signals-1f3a9c04`."""
    fields = {**asdict(order.plan), "name": "", **_by_part(order.weights)}
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


def file_name(place: str) -> str:
    """A place as files below the output are named by it: short enough, and leading nowhere else.

    What is short and plain already stays as it is, so that a name may be asked for twice.
    """
    text = place.encode(errors="backslashreplace").decode()
    parts = [_short(part) for part in text.split("/") if part not in ("", ".", "..")]
    name = "/".join(parts)
    return name if name and len(name.encode()) <= MOST_OF_A_NAME else _hash(place)


def sign_of(text: str) -> str:
    """Eight hexadecimal digits that tell apart what would have one name."""
    return _hash(text)[:8]


def suffix_of(media_type: str) -> str:
    """The ending of a cover's file, with the dot."""
    return ENDINGS[media_type]


def weights_of(plan: Plan, settings: Settings) -> str:
    """What the answers of a plan's nets depend on; "" for a plan without weights.

    That of a scorer alone is its bare fingerprint, others have the name of their part before them: so the
    choices of scorers kept their names when selectors and maps came to be told apart.

    Raises: WeightsMissing, WeightsBroken.
    """
    cards = {part: _card_named(getattr(plan, part), settings) for part in NETS}
    found = {part: card.fingerprint() for part, card in cards.items() if card}
    if list(found) == ["scorer"]:
        return found["scorer"]
    return " ".join(f"{part}={fingerprint}" for part, fingerprint in found.items())


def card_of(plan: Plan, settings: Settings) -> Card | None:
    """The card of the net that chooses, or that rates; None for a plan without one.

    Raises: as `weights_of`.
    """
    return _card_named(plan.selector, settings) or _card_named(plan.scorer, settings)


def _card_named(name: str, settings: Settings) -> Card | None:
    """The card of a folder, or of a part that has its weights on this machine."""
    from gifworthy.checkpoints import CARD, read_card

    for folder in (Path(name), settings.weights.expanduser() / name):
        if name and (folder / CARD).exists():
            return read_card(folder)
    return None


def _by_part(weights: str) -> dict[str, str]:
    """The weights of each part, as `weights_of` tells them: they stand for its name or folder."""
    if "=" not in weights:
        return {"scorer": weights} if weights else {}
    pairs = (pair.partition("=") for pair in weights.split())
    return {part: fingerprint for part, _, fingerprint in pairs}


def _short(part: str) -> str:
    data = part.encode()
    if len(data) <= MOST_OF_A_PART:
        return part
    return f"{data[: MOST_OF_A_PART - 20].decode(errors='ignore')}-{sign_of(part)}"


def _plain(name: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in name) or "_"


def _hash(*parts: object) -> str:
    text = "\n".join([LAYOUT, *map(repr, parts)])
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=16).hexdigest()
