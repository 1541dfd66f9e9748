"""How far a training came: written whole every few seconds, so that nothing is lost by a fall.

Reading never runs code: the file is read with `weights_only`.
"""

from __future__ import annotations

import io
import math
import pickle
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gifworthy.errors import WeightsBroken
from gifworthy.files import write_whole

if TYPE_CHECKING:
    from torch import Tensor

SUFFIX = ".state"
Weights = dict[str, "Tensor"]


@dataclass(frozen=True)
class Point:
    """One point of a learning curve: after `step` steps, `name` was `value`."""

    step: int
    name: str
    value: float


@dataclass
class State:
    """Everything a training needs to go on as if it had not stopped.

    step: steps that are done. network, optimizer, schedule: as their `state_dict` says. best: weights
    of the best validation, None before the first. best_step, best_value: when and how good. worse:
    validations since then. points: the curves so far. losses: sum and count since the last point.
    finished: nothing is left to do. No random state is here: each step seeds its own.
    """

    step: int = 0
    network: Weights = field(default_factory=dict)
    optimizer: dict[str, Any] = field(default_factory=dict)
    schedule: dict[str, Any] = field(default_factory=dict)
    best: Weights | None = None
    best_step: int = 0
    best_value: float = math.nan
    worse: int = 0
    points: list[Point] = field(default_factory=list)
    losses: tuple[float, int] = (0.0, 0)
    finished: bool = False


def place_of(folder: Path, name: str) -> Path:
    """The file of one net's state."""
    return folder / f"{name.replace(' ', '-')}{SUFFIX}"


def write(state: State, path: Path) -> None:
    """Write it whole or not at all. Raises: OutputError when the disk is full or refuses."""
    import torch

    fields = {**vars(state), "points": [tuple(asdict(point).values()) for point in state.points]}
    buffer = io.BytesIO()
    torch.save(fields, buffer)
    write_whole(path, buffer.getvalue(), overwrite=True)


def read(path: Path) -> State | None:
    """What was written, on the CPU; None when nothing was. Raises: WeightsBroken when it is damaged."""
    import torch

    if not path.exists():
        return None
    try:
        fields = torch.load(path, map_location="cpu", weights_only=True)
        points = [Point(*point) for point in fields.pop("points")]
        return State(**fields, points=points)
    except (OSError, RuntimeError, EOFError, TypeError, KeyError, pickle.UnpicklingError) as error:
        raise WeightsBroken(
            f"{path} is damaged ({type(error).__name__}); remove {path.parent} and train again"
        ) from error


def read_all(folder: Path) -> dict[str, State]:
    """The state of every net of a training, by name."""
    found = {path.stem: read(path) for path in sorted(folder.glob(f"*{SUFFIX}"))}
    return {name: state for name, state in found.items() if state is not None}
