"""What may be asked of a cover, and the key that names the answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cached_property
from typing import Annotated, ClassVar

from pydantic import BeforeValidator, ConfigDict, TypeAdapter

from gifworthy import __version__
from gifworthy.encoders import ENCODERS
from gifworthy.moments import Bounds, Moment
from gifworthy.plans import Plan, telling
from gifworthy.types import Effort, Segment, Style

MOST_SECONDS = 60.0
MOST_WIDTH = 3840
MOST_FPS = 60.0
MOST_SPANS = 100
MOST_SHOTS = 10


def only_fields_of(kind: type) -> BeforeValidator:
    """Refuses what is no field of a kind: a misspelt field that is passed over in silence helps nobody."""
    known = {one.name for one in fields(kind)}

    def check(given: object) -> object:
        strange = sorted(given.keys() - known) if isinstance(given, dict) else []
        if strange:
            raise ValueError(
                f"there is no field {strange[0]!r}; there are {', '.join(sorted(known))}"
            )
        return given

    return BeforeValidator(check)


@dataclass(frozen=True)
class PlanAsked:
    """A plan by its name, and what shall be different from it."""

    name: str = "signals"
    shots: int | None = None
    effort: Effort | None = None
    seed: int | None = None
    allow_refused: bool | None = None

    def changing(self, base: Plan) -> Plan:
        """The plan of that name with what shall be different. Raises: ValueError."""
        fields = {
            "effort": self.effort,
            "seed": self.seed,
            "allow_refused": self.allow_refused,
        }
        changed = {name: value for name, value in fields.items() if value is not None}
        return replace(telling(base, self.shots), **changed)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Asked:
    """One cover, as it is asked for: the same fields over HTTP, in the queue and in the key.

    windows: what to show, in showing order, when a person has chosen; then the plan chooses nothing.
    exclude: what must not be shown.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    plan: Annotated[PlanAsked, only_fields_of(PlanAsked)] = field(default_factory=PlanAsked)
    style: Annotated[Style, only_fields_of(Style)] = field(default_factory=Style)
    windows: tuple[Segment, ...] = ()
    exclude: tuple[Segment, ...] = ()

    def __post_init__(self) -> None:
        _ = self.plan.changing(Plan())
        style = self.style
        if style.format not in ENCODERS:
            raise ValueError(f"format is one of {', '.join(ENCODERS)}, not {style.format!r}")
        longest = style.up_to if style.up_to is not None else style.seconds
        for name, value, most in (
            ("seconds", longest, MOST_SECONDS),
            ("width", style.width, MOST_WIDTH),
            ("fps", style.fps, MOST_FPS),
            ("exclude", len(self.exclude), MOST_SPANS),
            ("windows", len(self.windows), MOST_SHOTS),
        ):
            if value > most:
                raise ValueError(f"{name} may be at most {most:g} here, not {value:g}")

    @property
    def bounds(self) -> Bounds:
        """What may be shown."""
        return Bounds(exclude=tuple((Moment(s.start), Moment(s.end)) for s in self.exclude))

    @cached_property
    def as_json(self) -> Mapping[str, object]:
        """Every field, as it is kept in the queue."""
        return dict(json.loads(json.dumps(asdict(self))))

    def key(self, content: str, viewer: str = "", plan: str = "") -> str:
        """64 hexadecimal digits that name this cover of a video.

        Args: content: the video's. viewer: for whom, and for which history, an opaque key. plan: what the
        plan's name does not tell, the fingerprint of a trained model. Another version of gifworthy may
        make another cover, and so has other keys.
        """
        what = json.dumps(self.as_json, sort_keys=True)
        parts = [__version__, content, viewer, plan, what]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@dataclass(frozen=True)
class Ordered(Asked):
    """A cover as an order asks for it. viewer: for whom: a name, an id or a token; "" for everybody."""

    viewer: str = ""

    @property
    def asked(self) -> Asked:
        """What is asked, whoever it is for."""
        return Asked(self.plan, self.style, self.windows, self.exclude)


def asked_from(record: Mapping[str, object]) -> Asked:
    """What stands in the queue. Raises: ValueError when an older gifworthy wrote it in another way."""
    return TypeAdapter(Asked).validate_python(record)
