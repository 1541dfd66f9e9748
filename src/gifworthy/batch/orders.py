"""What is made of every video of a batch, one item of work, and what came of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from gifworthy.errors import BatchUnreadable
from gifworthy.moments import EVERYTHING, Bounds, Moment
from gifworthy.plans import Plan
from gifworthy.settings import Settings
from gifworthy.types import Box, Segment, Style


@dataclass(frozen=True)
class Order:
    """What is made of every video.

    place: the folder or address that everything is written below. weights: what the plan's nets answer
    by, as a hash; "" where it has none. only_renders: never look for what to show; take the analysis that
    is there. analysed_at: another place whose analyses may be taken.
    """

    plan: Plan
    style: Style
    settings: Settings
    place: str
    bounds: Bounds = EVERYTHING
    weights: str = ""
    only_renders: bool = False
    analysed_at: str = ""

    def as_json(self) -> str:
        """What was ordered, for who finds the covers later. Folders of this machine are left out."""
        told = {
            "plan": asdict(self.plan),
            "style": asdict(self.style),
            "bounds": asdict(self.bounds),
            "weights": self.weights,
        }
        return json.dumps(told, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str, settings: Settings, place: str) -> Order:
        """The order that was written down. Raises: BatchUnreadable."""
        try:
            told = json.loads(text)
            return cls(
                Plan(**told["plan"]),
                _style(told["style"]),
                settings,
                place,
                _bounds(told["bounds"]),
                told["weights"],
            )
        except (ValueError, KeyError, TypeError) as error:
            raise BatchUnreadable(f"what was ordered at {place} cannot be read: {error}") from error


def _style(told: dict[str, Any]) -> Style:
    boxes = {name: tuple(Box(**box) for box in told.get(name, ())) for name in ("keep", "avoid")}
    return Style(**{**told, **boxes})


def _bounds(told: dict[str, Any]) -> Bounds:
    start, end = (told[name] and Moment(**told[name]) for name in ("start", "end"))
    spans = tuple((Moment(**first), Moment(**last)) for first, last in told["exclude"])
    return Bounds(start, end, spans)


@dataclass(frozen=True)
class Spent:
    """What one video cost: seconds of the clock by stage, of the processor, and bytes.

    opening, choosing, rendering, saving: seconds of the clock. processor: seconds. read, written: bytes.
    """

    opening: float = 0.0
    choosing: float = 0.0
    rendering: float = 0.0
    saving: float = 0.0
    processor: float = 0.0
    read: int = 0
    written: int = 0

    @property
    def clock(self) -> float:
        """Seconds of the clock, all stages."""
        return self.opening + self.choosing + self.rendering + self.saving

    def __add__(self, other: Spent) -> Spent:
        """What both cost."""
        return Spent(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


@dataclass(frozen=True)
class Item:
    """One video of a batch.

    source: as it was named. stamp: 32 hexadecimal digits that change when the file does. group: whose
    intros it shares. avoid: spans that must not be shown, since others of the group show them too.
    shown: what its cover showed when nothing had to be avoided. tries: how often it was begun before, and
    spent: what that cost. name: of its files for training; no other video has the same.
    """

    source: str
    stamp: str
    group: str = ""
    avoid: tuple[Segment, ...] = ()
    shown: tuple[Segment, ...] = ()
    tries: int = 0
    name: str = ""
    spent: Spent = field(default_factory=Spent)


@dataclass(frozen=True)
class Ready:
    """What who works says when it has loaded everything."""


@dataclass(frozen=True)
class Opened:
    """What who works says when a video is open. duration: its seconds."""

    duration: float


@dataclass(frozen=True)
class Failure:
    """Why there is no cover.

    kind: the error's class. retryable: whether it may be otherwise next time. is_ours: the place that is
    written to refuses, or the plan cannot be loaded; then no other video fares better.
    """

    kind: str
    message: str
    retryable: bool = False
    is_ours: bool = False


@dataclass(frozen=True)
class Row:
    """What came of one video: one line of the table.

    content: the video's content key. analysis: the key of what was kept of it. story: the JSON of
    `docs/schemas/make.schema.json`, None with a failure. scanned: whether the video was looked over.
    features: where what the plan's net read of it lies. ends: hashes of what its first and last minute
    show, see `ends.py`. finished: seconds since 1970.
    """

    item: Item
    content: str | None = None
    analysis: str | None = None
    story: str | None = None
    failure: Failure | None = None
    spent: Spent = field(default_factory=Spent)
    scanned: bool = False
    features: str | None = None
    ends: bytes = b""
    finished: float = 0.0
