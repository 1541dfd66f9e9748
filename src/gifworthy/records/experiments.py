"""Experiments as they are kept: what is compared, how arms were split, and what each arm shows."""

from __future__ import annotations

import json
import math
import secrets
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Literal, get_args

from sqlalchemy import (
    Column,
    Float,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    and_,
    insert,
    select,
    update,
)

from gifworthy.errors import ExperimentNotFound
from gifworthy.records.database import Database
from gifworthy.records.tables import METADATA
from gifworthy.types import Segment

By = Literal["unit", "pair"]
Mode = Literal["fixed", "thompson"]
Counted = Literal["viewable", "impression"]
DAY = 86_400.0
MOST_ARMS, LONGEST_NAME = 20, 200
MOST_PLANNED = 10**12
"""Views, far above what anybody has; a report computes with them as floats."""

EXPERIMENTS = Table(
    "experiments",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("tenant", String(36), nullable=False),
    Column("name", String(LONGEST_NAME), nullable=False),
    Column("design", Text, nullable=False),
    Column("salt", String(64), nullable=False),
    Column("created", Float, nullable=False),
    Column("ended", Float),
    Index("experiments_of_tenant", "tenant", "created"),
)
"""design: JSON. salt: a secret of the experiment, so that its hashes of units fit no other's."""

SPLITS = Table(
    "splits",
    METADATA,
    Column("experiment", String(36), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("made", Float, nullable=False),
    Column("shares", Text, nullable=False),
)

VARIANTS = Table(
    "variants",
    METADATA,
    Column("experiment", String(36), primary_key=True),
    Column("video", String(255), primary_key=True),
    Column("arm", Integer, primary_key=True, autoincrement=False),
    Column("cover", Text, nullable=False),
    Column("spans", Text, nullable=False),
    Column("duration", Float),
)
"""spans: JSON, seconds of the video that the cover shows."""


@dataclass(frozen=True)
class Design:
    """What is compared, and how.

    arms: names; the first is the control. shares: what each arm gets at first, adding up to 1; alike when
    empty. by: whether a unit sees one arm everywhere, or each pair of unit and video is drawn for itself.
    mode: `fixed`, or `thompson`: the split follows the clicks. floor: what each arm keeps in any case, of 1.
    counted: what makes a view: the cover was on screen long enough, or was merely put on the page.
    planned: views of two arms after which the answer should be there; the intervals are narrowest there.
    tolerated: the share of dwell that a winner may cost. window: seconds after its view in which a click,
    dwell or conversion counts, so that old views have no more time than young ones.
    """

    arms: tuple[str, ...]
    shares: tuple[float, ...] = ()
    by: By = "unit"
    mode: Mode = "fixed"
    floor: float = 0.1
    counted: Counted = "viewable"
    planned: int = 20_000
    tolerated: float = 0.05
    window: float = 7 * DAY

    def __post_init__(self) -> None:
        arms = self.arms
        if not 2 <= len(arms) <= MOST_ARMS or len(set(arms)) < len(arms) or not all(arms):
            raise ValueError(
                f"an experiment needs 2 to {MOST_ARMS} arms of different names, not {arms}"
            )
        if any(len(arm) > LONGEST_NAME or not arm.isprintable() for arm in arms):
            raise ValueError(f"an arm's name is one line of at most {LONGEST_NAME} characters")
        if not self.shares:
            object.__setattr__(self, "shares", (1 / len(arms),) * len(arms))
        if (
            len(self.shares) != len(arms)
            or not min(self.shares) > 0
            or not abs(sum(self.shares) - 1) <= 1e-9
        ):
            raise ValueError(
                f"the shares must be above 0, one for each arm, and add up to 1: {self.shares}"
            )
        for name, word, words in (
            ("by", self.by, get_args(By)),
            ("mode", self.mode, get_args(Mode)),
            ("counted", self.counted, get_args(Counted)),
        ):
            if word not in words:
                raise ValueError(f"{name} must be {' or '.join(words)}, not {word!r}")
        self._check_numbers()

    def _check_numbers(self) -> None:
        """Each is asked for what it must be, not for what it must not: nan passes no comparison."""
        arms = self.arms
        if self.mode == "thompson" and not 0 < self.floor <= 1 / len(arms):
            raise ValueError(
                f"the floor must be above 0 and at most 1/{len(arms)}, not {self.floor:g}"
            )
        if not 0 <= self.floor <= 1 or not 0 <= self.tolerated < 1:
            raise ValueError(
                f"floor and tolerated are shares of 1, not {self.floor:g} and {self.tolerated:g}"
            )
        if not 100 <= self.planned <= MOST_PLANNED:
            raise ValueError(
                f"planned must be 100 to {MOST_PLANNED:,} views, not {self.planned!s:.30}"
            )
        if not 0 < self.window < math.inf:
            raise ValueError(f"window must be seconds above 0, not {self.window:g}")


@dataclass(frozen=True)
class Split:
    """The shares by which arms are given from some time on.

    version: counts up. everywhere: the arms' shares. of_video: those of videos that have their own.
    """

    version: int
    everywhere: tuple[float, ...]
    of_video: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    made: float = 0.0

    def shares(self, video: str) -> tuple[float, ...]:
        """The arms' shares for a video."""
        return self.of_video.get(video, self.everywhere)


@dataclass(frozen=True)
class Variant:
    """What an arm shows of a video.

    cover: its address or id, for whoever serves it. spans: the seconds it shows; empty for a still that
    somebody chose otherwise. duration: of the video, seconds, None when unknown.
    """

    video: str
    arm: str
    cover: str = ""
    spans: tuple[Segment, ...] = ()
    duration: float | None = None


@dataclass(frozen=True)
class Experiment:
    """One experiment of a tenant. salt: a secret; see `experiments.assignment`."""

    id: str
    tenant: str
    name: str
    design: Design
    salt: str
    created: float
    ended: float | None = None

    @property
    def draws_anew(self) -> bool:
        """Whether every version of the split draws a unit's arm anew, as a bandit's inference needs."""
        return self.design.mode == "thompson"


@dataclass(frozen=True)
class Experiments:
    """All experiments of one database."""

    database: Database

    def begin(self, tenant: str, name: str, design: Design, now: float | None = None) -> Experiment:
        """Keep a new experiment, with the first version of its split. Raises: ValueError for its name."""
        now = time.time() if now is None else now
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise ValueError(f"an experiment's name is one line of 1 to {LONGEST_NAME} characters")
        made = Experiment(
            f"exp_{uuid.uuid4().hex}", tenant, name, design, secrets.token_hex(32), now
        )
        row = {**asdict(made), "design": json.dumps(asdict(design))}
        with self.database.writing() as connection:
            connection.execute(insert(EXPERIMENTS), [row])
            connection.execute(insert(SPLITS), [_split_row(made, Split(1, design.shares, {}, now))])
        return made

    def find(self, tenant: str, experiment_id: str) -> Experiment:
        """One experiment of a tenant. Raises: ExperimentNotFound."""
        mine = and_(EXPERIMENTS.c.tenant == tenant, EXPERIMENTS.c.id == experiment_id)
        with self.database.reading() as connection:
            row = connection.execute(select(EXPERIMENTS).where(mine)).one_or_none()
        if row is None:
            raise ExperimentNotFound(
                f"there is no experiment {experiment_id[:80]!r}; `gifworthy experiment list` names those "
                f"that there are"
            )
        return _experiment(row)

    def of(self, tenant: str) -> tuple[Experiment, ...]:
        """A tenant's experiments, the newest first."""
        wanted = select(EXPERIMENTS).where(EXPERIMENTS.c.tenant == tenant)
        with self.database.reading() as connection:
            rows = connection.execute(wanted.order_by(EXPERIMENTS.c.created.desc())).all()
        return tuple(map(_experiment, rows))

    def end(self, experiment: Experiment, now: float | None = None) -> Experiment:
        """Views from now on count no more; ending it again changes nothing."""
        now = time.time() if now is None else now
        mine = and_(EXPERIMENTS.c.id == experiment.id, EXPERIMENTS.c.ended.is_(None))
        with self.database.writing() as connection:
            connection.execute(update(EXPERIMENTS).where(mine).values(ended=now))
        return self.find(experiment.tenant, experiment.id)

    def splits(self, experiment: Experiment) -> tuple[Split, ...]:
        """All versions of its split, the oldest first; there is at least one."""
        wanted = select(SPLITS).where(SPLITS.c.experiment == experiment.id)
        with self.database.reading() as connection:
            rows = connection.execute(wanted.order_by(SPLITS.c.version)).all()
        return tuple(map(_split, rows))

    def split(self, experiment: Experiment) -> Split:
        """The newest version of its split."""
        wanted = select(SPLITS).where(SPLITS.c.experiment == experiment.id)
        with self.database.reading() as connection:
            return _split(
                connection.execute(wanted.order_by(SPLITS.c.version.desc()).limit(1)).one()
            )

    def resplit(self, experiment: Experiment, split: Split, now: float | None = None) -> Split:
        """Give arms by other shares from now on. Of two that do so at once, both count, one after the other.

        Raises: ValueError when shares do not fit the arms.
        """
        now = time.time() if now is None else now
        for shares in (split.everywhere, *split.of_video.values()):
            replace(experiment.design, shares=tuple(shares))
        with self.database.writing() as connection:
            connection.execute(
                select(EXPERIMENTS.c.id).where(EXPERIMENTS.c.id == experiment.id).with_for_update()
            )
            mine = select(SPLITS.c.version).where(SPLITS.c.experiment == experiment.id)
            last = connection.execute(mine.order_by(SPLITS.c.version.desc()).limit(1)).scalar_one()
            new = replace(split, version=last + 1, made=now)
            connection.execute(insert(SPLITS), [_split_row(experiment, new)])
        return new

    def show(self, experiment: Experiment, variants: Sequence[Variant]) -> int:
        """Keep what arms show; those known already stay as they are. Returns: how many were new.

        Raises: ValueError for an arm that the experiment has not.
        """
        arms = experiment.design.arms
        rows = [_variant_row(experiment.id, variant, arms) for variant in variants]
        with self.database.writing() as connection:
            insertion = self.database.insert_new(VARIANTS).returning(VARIANTS.c.video)
            return len(connection.execute(insertion, rows).all()) if rows else 0

    def variants(
        self,
        experiment: Experiment,
        videos: Sequence[str] | None = None,
        most: int | None = None,
    ) -> tuple[Variant, ...]:
        """What its arms show, by video and arm. Args: videos: only of these. most: only so many."""
        wanted = select(VARIANTS).where(VARIANTS.c.experiment == experiment.id)
        if videos is not None:
            wanted = wanted.where(VARIANTS.c.video.in_(videos))
        ordered = wanted.order_by(VARIANTS.c.video, VARIANTS.c.arm).limit(most)
        with self.database.reading() as connection:
            rows = connection.execute(ordered).all()
        return tuple(_variant(row, experiment.design.arms) for row in rows)


def _experiment(row: Row[tuple[object, ...]]) -> Experiment:
    fields = json.loads(row.design)
    fields |= {name: tuple(fields[name]) for name in ("arms", "shares")}
    return Experiment(
        row.id, row.tenant, row.name, Design(**fields), row.salt, row.created, row.ended
    )


def _split_row(experiment: Experiment, split: Split) -> dict[str, object]:
    shares = {"everywhere": split.everywhere, "of_video": dict(split.of_video)}
    return {
        "experiment": experiment.id,
        "version": split.version,
        "made": split.made,
        "shares": json.dumps(shares),
    }


def _split(row: Row[tuple[object, ...]]) -> Split:
    kept = json.loads(row.shares)
    of_video = {video: tuple(shares) for video, shares in kept["of_video"].items()}
    return Split(row.version, tuple(kept["everywhere"]), of_video, row.made)


def _variant_row(experiment: str, variant: Variant, arms: tuple[str, ...]) -> dict[str, object]:
    if variant.arm not in arms:
        raise ValueError(
            f"{variant.arm!r} is no arm of this experiment; its arms: {', '.join(arms)}"
        )
    if not 0 < len(variant.video) <= 255:
        raise ValueError(f"a video's name has 1 to 255 characters, not {len(variant.video)}")
    return {
        "experiment": experiment,
        "video": variant.video,
        "arm": arms.index(variant.arm),
        "cover": variant.cover,
        "spans": json.dumps([[span.start, span.end] for span in variant.spans]),
        "duration": variant.duration,
    }


def _variant(row: Row[tuple[object, ...]], arms: tuple[str, ...]) -> Variant:
    spans = tuple(Segment(*span) for span in json.loads(row.spans))
    return Variant(row.video, arms[row.arm], row.cover, spans, row.duration)
