"""`gifworthy evaluate`: what scores are worth on people's labels."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

from typer import Argument, Option

from gifworthy.cli.speech import say

if TYPE_CHECKING:
    from gifworthy.learning.evaluate import Table
    from gifworthy.learning.judging import Judge
    from gifworthy.learning.manifest import Manifest
    from gifworthy.learning.predictions import Predictions
    from gifworthy.learning.sources import Material
    from gifworthy.learning.telling import Told

DATA = "GIFWORTHY_DATA"
BASELINES = ("random", "position", "oracle", "human", "habits")


Models = Annotated[
    list[str] | None,
    Argument(
        metavar="MODEL",
        help="Folders that `train` wrote, scorers by name, or predictions (.jsonl).",
        show_default=False,
    ),
]
Data = Annotated[Path | None, Option("--data", metavar="MANIFEST", help="What `data read` wrote.")]
DatasetName = Annotated[
    str | None, Option("--dataset", metavar="NAME", help=f"A data set below ${DATA}.")
]
Scored = Annotated[
    list[Path] | None,
    Option("--scores", metavar="FILE", help="Predictions, JSON Lines; may be given again."),
]
VideoFolder = Annotated[
    Path | None, Option("--videos", metavar="FOLDER", help="Where the videos lie.")
]
FeatureFiles = Annotated[
    Path | None, Option("--features", metavar="FOLDER|H5", help="Vectors that were read before.")
]
Segmenting = Annotated[
    str,
    Option("--segmenter", metavar="NAME", help="Who cuts the videos; else as the benchmark does."),
]
Seen = Annotated[bool, Option("--seen", help="Judge videos that a model learned from, too.")]
ByTopic = Annotated[bool, Option("--by-topic", help="The first metric in each topic.")]
Seed = Annotated[int, Option("--seed", help="Of the random scores and the intervals.")]
AsJson = Annotated[bool, Option("--json", help="One JSON object on standard output.")]


def evaluate(
    models: Models = None,
    data: Data = None,
    dataset: DatasetName = None,
    scores: Scored = None,
    videos: VideoFolder = None,
    features: FeatureFiles = None,
    segmenter: Segmenting = "",
    seen: Seen = False,
    by_topic: ByTopic = False,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Judge models and scores by people's labels, beside chance, position, the labels and people."""
    from gifworthy.learning.sources import Material
    from gifworthy.learning.tables import as_json as written
    from gifworthy.learning.tables import as_text

    named = [*(models or ()), *map(str, scores or ())]
    manifest = labels_of(data, dataset)
    table = judged(named, manifest, Material(videos, features, segmenter), seen=seen, seed=seed)
    print(written(table) if as_json else as_text(table, by_topic=by_topic))


def judged(
    models: list[str], labels: Manifest, material: Material, *, seen: bool, seed: int
) -> Table:
    """The table of some models; what could not be judged is said."""
    from gifworthy.learning.datasets import DATASETS
    from gifworthy.learning.evaluate import evaluate as judge_all
    from gifworthy.learning.manifest import Oddities
    from gifworthy.learning.predicting import Bench, predict, unseen, untold
    from gifworthy.learning.telling import chooses, told_by, with_pme
    from gifworthy.moments import counted
    from gifworthy.settings import Settings

    judge = DATASETS[labels.name]().judge()
    tellers = [name for name in models if chooses(name)]
    judge = with_pme(judge) if tellers else judge
    left_out = 0
    if not seen:
        labels, left_out = unseen(labels, judge, models)
    oddities = Oddities()
    bench = Bench(labels, judge, material, Settings.from_environ(os.environ), oddities)
    given = [predict(name, bench) for name in models if name not in tellers]
    told = [told_by(name, bench, seed) for name in tellers]
    if left_out:
        videos = counted(left_out, "video")
        say(f"left out: {videos} that a model learned from; --seen judges them too")
    for name in untold(models) if not seen else ():
        say(
            f"{name} lacks training.json, so it is not known which videos the model learned from; "
            f"it may be judged on these"
        )
    for odd in oddities.anomalies():
        say(f"{odd.what}: {odd.count} (first {odd.first})")
    given = _distinct(given, _taken(judge))
    told = _distinct(told, (*_taken(judge), *(each.name for each in given)))
    return judge_all(labels, judge, given, seed, [(each.name, each.judged) for each in told])


def _taken(judge: Judge) -> tuple[str, ...]:
    """Names of the rows that are there before any model's."""
    from gifworthy.learning.judging import RivalledJudge

    rivals = judge.rivals() if isinstance(judge, RivalledJudge) else ()
    return (*BASELINES, *(name for name, _ in rivals))


Row = TypeVar("Row", "Predictions", "Told")


def _distinct(given: list[Row], taken: tuple[str, ...]) -> list[Row]:
    """Two of one name get a number."""
    from dataclasses import replace

    names = [*taken, *(each.name for each in given)]
    return [
        replace(each, name=f"{each.name} {names[: len(taken) + place].count(each.name) + 1}")
        if each.name in names[: len(taken) + place]
        else each
        for place, each in enumerate(given)
    ]


def labels_of(data: Path | None, dataset: str | None) -> Manifest:
    """The labels that are judged. Raises: ValueError, LabelsNotFound, LabelsUnreadable."""
    from gifworthy.errors import LabelsNotFound
    from gifworthy.learning.datasets import DATASETS
    from gifworthy.learning.storage import load

    if (data is None) == (dataset is None):
        raise ValueError("give either --data MANIFEST or --dataset NAME")
    if data is not None:
        return load(data)
    assert dataset is not None
    reader, root = DATASETS[dataset](), os.environ.get(DATA)
    if not root:
        raise LabelsNotFound(
            f"{DATA} is not set; set it to the folder that holds {reader.folders[0]}/"
        )
    places = [Path(root) / folder for folder in reader.folders]
    return reader.read(next((place for place in places if place.is_dir()), places[0]))
