"""What comes of a training: the net, how it is used, how it came about, and its learning curves."""

from __future__ import annotations

import json
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from gifworthy.checkpoints import Card, Use, save
from gifworthy.learning.curves import curves
from gifworthy.learning.examples import Example, Examples
from gifworthy.learning.fields import values_of
from gifworthy.learning.recipe import Learned
from gifworthy.learning.resuming import BOARD, digest
from gifworthy.learning.run import Run
from gifworthy.learning.states import read_all
from gifworthy.learning.task import Task
from gifworthy.reading import Reading

STORY, CURVES = "training.json", "curves.png"


def write_model(
    task: Task, learned: Learned, reading: Reading, examples: Examples, run: Run, out: Path
) -> None:
    """The folder, whole or not at all."""
    segmenter = learned.segmenter or task.material.segmenter
    card = Card(
        learned.model,
        learned.arguments,
        f"trained by gifworthy {version('gifworthy')} on {task.labels.name}",
        learned.names,
        use=Use(learned.scorer, segmenter, reading, task.name, learned.selector),
    )
    states = read_all(run.folder)
    beside = {STORY: _story(task, examples, run)}
    if states:
        beside[CURVES] = curves(f"{task.name} on {task.labels.name}", states)
    for path in sorted((run.folder / BOARD).rglob("events*")):
        beside[str(path.relative_to(run.folder))] = path.read_bytes()
    network, inputs = learned.network.cpu().eval(), learned.inputs
    save(network, card, inputs, out, beside=beside, axes=learned.axes)


def _story(task: Task, examples: Examples, run: Run) -> bytes:
    """How it came about: what a person, and `gifworthy evaluate`, must know of a model."""
    states = read_all(run.folder)
    return json.dumps(
        {
            "recipe": task.name,
            "fields": values_of(task.recipe),
            "seed": task.seed,
            "labels": task.labels.name,
            "digest": digest(task.labels),
            "train": _videos(examples.train),
            "validation": _videos(examples.validation),
            "nets": {
                name: {
                    "steps": state.step,
                    "kept": state.best_step or state.step,
                    "points": [asdict(point) for point in state.points],
                }
                for name, state in states.items()
            },
        },
        indent=1,
    ).encode()


def _videos(examples: tuple[Example, ...]) -> list[str]:
    return list(dict.fromkeys(example.case.video for example in examples))
