"""Where a training that runs keeps what it read and how far it came, so that it can go on after a fall."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from gifworthy.errors import OutputError, OutputExists
from gifworthy.files import write_whole
from gifworthy.learning.fields import values_of
from gifworthy.learning.manifest import Manifest
from gifworthy.learning.states import SUFFIX
from gifworthy.learning.task import Task
from gifworthy.reading import Reading

RUN, BOARD = "run.json", "tensorboard"
READ = ("labels", "validation", "reading", "segmenter", "videos", "features", "parted by")


def folder_for(out: Path) -> Path:
    """Where a training that is to write a model at `out` keeps its state."""
    return out.with_name(f"{out.name}.run")


def make_room(folder: Path, task: Task, reading: Reading, overwrite: bool) -> None:
    """Make the folder, or find the same training in it; another one's state is never gone on from.

    Where another one stopped before its first state, and read the same, nothing is lost by beginning.

    Raises: OutputExists when something would be lost and `overwrite` is False, OutputError when the folder
        cannot be made.
    """
    ours: dict[str, object] = {
        "recipe": task.name,
        **values_of(task.recipe),
        "seed": task.seed,
        "steps": task.steps,
        "precision": task.precision,
        **_what_is_read(task, reading),
    }
    path = folder / RUN
    if path.exists():
        there = json.loads(path.read_text(encoding="utf-8"))
        if all(there.get(name) == ours.get(name) for name in {**there, **ours}):
            return
        _clear(folder, there, ours, overwrite)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be made: {error.strerror or error}; give another place"
        ) from error
    write_whole(path, json.dumps(ours, indent=2).encode(), overwrite=True)


def _what_is_read(task: Task, reading: Reading) -> dict[str, object]:
    """All that the inputs of a training depend on."""
    return {
        "labels": digest(task.labels),
        "validation": task.validation and digest(task.validation),
        "reading": repr(reading),
        "segmenter": task.material.segmenter,
        "videos": str(task.material.videos),
        "features": str(task.material.vectors),
        "parted by": task.seed,
    }


def _clear(
    folder: Path, there: Mapping[str, object], ours: Mapping[str, object], overwrite: bool
) -> None:
    """Make room for another training; what was read is kept where it would be read again."""
    name = next(name for name in {**there, **ours} if there.get(name) != ours.get(name))
    is_read_anew = any(there.get(name) != ours.get(name) for name in READ)
    states = list(folder.glob(f"*{SUFFIX}"))
    if (is_read_anew or states) and not overwrite:
        raise OutputExists(
            f"{folder} holds a training that stopped, with other {name} ({there.get(name)}, now "
            f"{ours.get(name)}); repeat its command to go on, or give --overwrite to begin anew"
        )
    if is_read_anew:
        shutil.rmtree(folder)
        return
    for path in states:
        path.unlink()
    shutil.rmtree(folder / BOARD, ignore_errors=True)


def digest(manifest: Manifest) -> str:
    """What the labels are, in a few letters."""
    return hashlib.sha256(repr(manifest.labels).encode()).hexdigest()[:16]
