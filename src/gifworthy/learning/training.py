"""From labels to a folder that makes covers: part, read, learn, write.

labels -> train and validation -> inputs of every segment -> Recipe.learn -> config + weights + ONNX
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from gifworthy.backbones import BACKBONES
from gifworthy.backbones.published import Published
from gifworthy.errors import GifworthyError, LabelsUnreadable, OutputError, OutputExists
from gifworthy.learning.datasets import DATASETS
from gifworthy.learning.examples import Examples
from gifworthy.learning.fields import check_numbers
from gifworthy.learning.gathering import examples_of
from gifworthy.learning.judging import Judge, Metric
from gifworthy.learning.manifest import Anomaly, Manifest
from gifworthy.learning.metrics.pairs import nacc
from gifworthy.learning.parting import parted
from gifworthy.learning.recipe import Learned
from gifworthy.learning.resuming import folder_for, make_room
from gifworthy.learning.run import Run
from gifworthy.learning.sources import Material, Source, open_source
from gifworthy.learning.task import SILENCE, Task, Telling
from gifworthy.learning.telling import PME, figures_of
from gifworthy.learning.writing import write_model
from gifworthy.protocols import TrainedScorer
from gifworthy.readers import VectorReader, open_reader
from gifworthy.reading import Reading
from gifworthy.settings import Settings
from gifworthy.trained import open_trained
from gifworthy.types import Floats


@dataclass(frozen=True)
class Trained:
    """What came of it. figures: each validation metric of the model as it was written, read back.

    counts: videos learned from, segments in them, videos watched. skipped: what was left out, and why.
    is_first: whether it is this process that tells, where there are several. sums: the names of those
        figures that are no shares and have no per cent, such as PS.
    """

    folder: Path
    figures: Mapping[str, float]
    counts: tuple[int, int, int]
    skipped: tuple[Anomaly, ...] = field(repr=False)
    is_first: bool = True
    sums: frozenset[str] = frozenset()


def train(
    task: Task,
    out: Path,
    settings: Settings,
    telling: Telling = SILENCE,
    *,
    overwrite: bool = False,
) -> Trained:
    """Learn, and write a folder that is a scorer and a plan.

    While it runs, `OUT.run` beside it holds what was read and how far it came; the same call goes on
    from there after a fall, with the same numbers, and removes it in the end.

    Raises: LabelsError when there is nothing to learn; TrainingDiverged; OutputError, OutputExists;
        WeightsError, DeviceAbsent, MissingExtra, UnknownName; ValueError for a number out of bounds.
    """
    check_numbers(task.recipe)
    if task.steps is not None and task.steps < 1:
        raise ValueError(f"steps must be at least 1, not {task.steps}")
    _check_place(out, overwrite)
    judge = DATASETS[task.labels.name]().judge()
    reading = _known_reading(task.recipe.reading(), task.material, settings)
    labels = _labels(task, judge)
    source = open_source(reading, labels, task.material, settings)
    run = Run(
        task.seed,
        folder_for(out),
        judge.metrics,
        settings,
        task.steps,
        task.precision,
        task.save_seconds,
        telling.learning,
    )
    with run.devices.in_turn():
        make_room(run.folder, task, reading, overwrite)
        examples, skipped = _examples(task, labels, judge, source, run.folder, telling)
    reading = _said_reading(reading, task.material, examples)
    learned = task.recipe.learn(examples, run)
    counts = (len(examples.train), sum(map(len, examples.train)), len(examples.validation))
    if run.devices.is_first:
        write_model(task, learned, reading, examples, run, out)
    run.devices.wait()
    figures = _figures(out, learned, examples, judge.metrics, settings)
    if run.devices.is_first:
        shutil.rmtree(run.folder, ignore_errors=True)
    sums = frozenset(metric.name for metric in judge.metrics if not metric.per_cent)
    return Trained(out, figures, counts, labels.anomalies + skipped, run.devices.is_first, sums)


def _examples(
    task: Task, labels: Manifest, judge: Judge, source: Source, folder: Path, telling: Telling
) -> tuple[Examples, tuple[Anomaly, ...]]:
    """What is learned from; where there is nothing, nothing is left lying about."""
    where = task.where or labels.name
    try:
        return examples_of(labels, judge, source, folder, telling.reading, where)
    except GifworthyError:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _check_place(out: Path, overwrite: bool) -> None:
    if out.exists() and not out.is_dir():
        raise OutputError(f"{out} is a file; give a folder for the model")
    if out.is_dir() and any(out.iterdir()) and not overwrite:
        raise OutputExists(f"{out} exists already; give another name, or --overwrite to replace it")


def _labels(task: Task, judge: Judge) -> Manifest:
    """Everything that is learned from or watched, each label in its split."""
    if task.validation is None:
        return parted(task.labels, judge, task.seed)
    if task.validation.name != task.labels.name:
        raise LabelsUnreadable(
            f"the validation labels are of {task.validation.name}, the others of {task.labels.name}; "
            f"give labels of one kind"
        )
    known = {label.video for label in task.validation.labels}
    ours = [x for x in task.labels.labels if x.split in ("", "train") and x.video not in known]
    theirs = [replace(label, split="validation") for label in task.validation.labels]
    return replace(
        task.labels, labels=tuple(replace(label, split="train") for label in ours) + tuple(theirs)
    )


def _known_reading(reading: Reading, material: Material, settings: Settings) -> Reading:
    """With the fingerprint of the backbone, where it is this machine that reads."""
    if reading.what != "vectors" or material.vectors is not None:
        return reading
    reader = open_reader(reading, settings)
    assert isinstance(reader, VectorReader)
    return replace(reading, fingerprint=reader.features.fingerprint)


def _said_reading(reading: Reading, material: Material, examples: Examples) -> Reading:
    """Imported vectors are a backbone's only when they are as long as its."""
    if reading.what != "vectors" or material.vectors is None:
        return reading
    known = reading.backbone in BACKBONES
    part = BACKBONES[reading.backbone] if known else None
    size = part.feature_size if isinstance(part, Published) else getattr(part, "size", None)
    return reading if examples.inputs.shape[1] == size else replace(reading, backbone="")


def _figures(
    folder: Path,
    learned: Learned,
    examples: Examples,
    metrics: tuple[Metric, ...],
    settings: Settings,
) -> dict[str, float]:
    """What the written model is worth on the validation videos."""
    names = [metric.name for metric in metrics]
    if learned.selector:
        names, rows = [*names, PME.name], figures_of(folder, examples, metrics, settings)
    else:
        names = ["nACC", *names]
        rows = _rated(open_trained(folder, settings), examples)
    if not rows:
        return {}
    table = np.array(rows)
    known = np.isfinite(table).sum(axis=0)
    means = np.where(np.isfinite(table), table, 0.0).sum(axis=0) / np.maximum(known, 1)
    return {name: float(m) for name, m, n in zip(names, means, known, strict=True) if n}


def _rated(scorer: TrainedScorer, examples: Examples) -> list[Floats]:
    """(M,) of each validation video: nACC, then the data set's metrics."""
    rows = []
    for example in examples.validation:
        scores = scorer.rate(examples.pieces(example))
        rows.append(np.append(nacc(example.values, scores), example.trial.judge(scores)))
    return rows
