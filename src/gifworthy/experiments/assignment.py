"""Which arm a unit gets: by hashing, so that every server gives the same answer and none remembers it.

A unit is whoever is to be told apart: a signed-in person, or a browser by a random cookie. First its id
becomes a key that only this experiment's salt can make; the key, never the id, is logged. Then key, version
and video become a number 0..1, evenly spread, and the arm is the one in whose share it falls.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b, sha256
from itertools import accumulate

from gifworthy.records.experiments import Experiment, Split

KEY_BYTES = 16


@dataclass(frozen=True)
class Assignment:
    """What to show, and what each event about it must say again.

    unit: the key. arm: its number. name: its name. propensity: the chance with which it was given.
    """

    unit: str
    arm: int
    name: str
    version: int
    propensity: float


def unit_key(salt: str, unit: str) -> str:
    """32 hexadecimal digits that name a unit in one experiment only. Raises: ValueError when it is empty."""
    if not unit:
        raise ValueError(
            "a unit needs an id; any text that stays the same will do, but not none at all"
        )
    name = unit.encode("utf-8", "surrogatepass")
    return blake2b(name, key=bytes.fromhex(salt), digest_size=KEY_BYTES).hexdigest()


def assign(experiment: Experiment, split: Split, unit: str, video: str) -> Assignment:
    """The arm of a unit, given by its own id, for a video. Raises: ValueError for an empty unit."""
    return given(experiment, split, unit_key(experiment.salt, unit), video)


def given(experiment: Experiment, split: Split, key: str, video: str) -> Assignment:
    """The arm of a unit, given by its key, for a video."""
    shares = split.shares(video) if experiment.design.by == "pair" else split.everywhere
    arm = arm_at(place(experiment, split, key, video), shares)
    return Assignment(key, arm, experiment.design.arms[arm], split.version, shares[arm])


def place(experiment: Experiment, split: Split, key: str, video: str) -> float:
    """Where on 0..1 a unit falls.

    With a fixed split a unit keeps its place when the shares change, so that only those near the borders
    see another arm. A bandit draws anew with each version: what it learned came from the old places, and an
    arm given by them again would not be given by chance.
    """
    parts = [key]
    if experiment.draws_anew:
        parts.append(str(split.version))
    if experiment.design.by == "pair":
        parts.append(f"of {video}")
    digest = sha256("\n".join(parts).encode("utf-8", "surrogatepass")).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / 2**53


def arm_at(place: float, shares: tuple[float, ...]) -> int:
    """The arm in whose share a place on 0..1 falls."""
    for arm, end in enumerate(accumulate(shares)):
        if place < end:
            return arm
    return len(shares) - 1
