"""`gifworthy train`: from labels to a model that makes covers."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from typer import Argument, Option

from gifworthy.cli.evaluate import Data, FeatureFiles, Segmenting, VideoFolder
from gifworthy.cli.speech import say

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from gifworthy.learning.manifest import Manifest
    from gifworthy.learning.recipe import Recipe
    from gifworthy.learning.run import Progress
    from gifworthy.learning.sources import Material
    from gifworthy.learning.task import Telling
    from gifworthy.learning.training import Trained

MOST_NAMED, MOST_LINES = 8, 20


Name = Annotated[
    str, Argument(metavar="RECIPE", help="How it learns; `gifworthy recipes` lists them.")
]
Fields = Annotated[
    list[str] | None,
    Argument(metavar="[FIELD=VALUE]...", help="Other numbers than the recipe's own."),
]
Output = Annotated[
    Path | None, Option("-o", "--output", metavar="FOLDER", help="The model; ./RECIPE.")
]
Watched = Annotated[
    Path | None, Option("--validation", metavar="MANIFEST", help="Labels to watch on.")
]
Steps = Annotated[int | None, Option(min=1, help="At most so many, of each net.")]
Saving = Annotated[
    float, Option("--save-every", min=0.0, metavar="SECONDS", help="How much a fall may cost.")
]
EachValue = Annotated[
    str | None,
    Option(metavar="FIELD=A,B", help="One model for each value, FOLDER/A, FOLDER/B; compared."),
]


def train(
    recipe: Name,
    fields: Fields = None,
    data: Data = None,
    output: Output = None,
    videos: VideoFolder = None,
    features: FeatureFiles = None,
    segmenter: Segmenting = "",
    validation: Watched = None,
    seed: Annotated[int, Option(help="Same seed, same model.")] = 0,
    steps: Steps = None,
    precision: Annotated[str, Option(help="32, or bf16 (mixed precision).")] = "32",
    save_every: Saving = 30.0,
    each: EachValue = None,
    overwrite: Annotated[bool, Option("--overwrite", help="Replace what is there.")] = False,
    quiet: Annotated[bool, Option("-q", "--quiet", help="Say nothing but errors.")] = False,
) -> None:
    """Train a model; the same command goes on where it was stopped.

    The folder it writes is used at once: gifworthy make talk.mp4 --plan ./my-model/
    """
    from gifworthy.learning.sources import Material
    from gifworthy.learning.task import Task
    from gifworthy.learning.training import train as learn
    from gifworthy.settings import Settings

    wanted = _each(recipe, fields or [], each, output or Path(recipe))
    labels, material = _labels(data), Material(videos, features, segmenter)
    settings = Settings.from_environ(os.environ)
    for place, chosen in wanted:
        task = Task(
            recipe,
            chosen,
            labels,
            material,
            None if validation is None else _labels(validation),
            seed,
            steps,
            _precision(precision),
            str(data),
            save_every,
        )
        with _telling(quiet) as telling:
            trained = learn(task, place, settings, telling, overwrite=overwrite)
        if trained.is_first and not quiet:
            _report(trained)
    if each is not None and not quiet:
        _compare([str(place) for place, _ in wanted], labels, material)


def _each(
    recipe: str, fields: list[str], each: str | None, output: Path
) -> list[tuple[Path, Recipe]]:
    """Where each model goes, and how it is trained. Raises: UnknownName, ValueError."""
    from gifworthy.learning.fields import recipe_with
    from gifworthy.learning.recipes import RECIPES

    part = RECIPES[recipe]
    if each is None:
        return [(output, recipe_with(part, fields))]
    name, equals, values = each.partition("=")
    if not equals:
        raise ValueError(f"--each {each} names no values; write --each field=a,b")
    return [
        (output / value, recipe_with(part, [*fields, f"{name}={value}"]))
        for value in values.split(",")
    ]


def _compare(models: list[str], labels: Manifest, material: Material) -> None:
    from gifworthy.cli.evaluate import judged
    from gifworthy.learning.tables import as_text

    print(as_text(judged(models, labels, material, seen=False, seed=0)))


def recipes(
    name: Annotated[
        str | None, Argument(metavar="RECIPE", help="Only this one, with its fields.")
    ] = None,
) -> None:
    """Which recipes there are, and what their fields are."""
    from gifworthy.learning.fields import describe
    from gifworthy.learning.recipes import RECIPES

    if name is None:
        for each in RECIPES:
            print(f"{each:<20}{_first_line(each)}")
        return
    print(f"{name:<20}{_first_line(name)}")
    for field, kind, default in describe(RECIPES[name]):
        print(f"  {field:<22}{default:<14}{kind}")


def _first_line(recipe: str) -> str:
    """What it says of itself, or what it lacks on this machine."""
    from gifworthy.errors import MissingExtra
    from gifworthy.learning.recipes import RECIPES

    try:
        return (RECIPES[recipe].__doc__ or "").strip().partition("\n")[0]
    except MissingExtra as error:
        return str(error)


def _labels(path: Path | None) -> Manifest:
    from gifworthy.learning.storage import load

    if path is None:
        raise ValueError("no labels were named; give --data MANIFEST")
    return load(path)


def _precision(word: str) -> Literal["32", "bf16"]:
    if word == "32":
        return "32"
    if word == "bf16":
        return "bf16"
    raise ValueError(f"precision must be 32 or bf16, not {word!r}")


def _report(trained: Trained) -> None:
    from gifworthy.moments import counted

    for odd in trained.skipped[:MOST_NAMED]:
        say(f"{odd.what}: {odd.count} (first {odd.first})")
    videos, segments, watched = trained.counts
    of = f"{counted(segments, 'segment')} of {counted(videos, 'video')}"
    print(f"{trained.folder}: learned from {of}")
    figures = "  ".join(
        f"{name} {value:.2f}" if name in trained.sums else f"{name} {100 * value:.1f} %"
        for name, value in trained.figures.items()
    )
    on = counted(watched, "validation video")
    print(f"on {on}: {figures}" if watched else "no video was left to watch")


@contextmanager
def _telling(quiet: bool) -> Iterator[Telling]:
    """A bar with the time left on a terminal; lines for some validations in a pipe."""
    from gifworthy.learning.task import Telling

    if quiet:
        yield Telling()
    elif not sys.stderr.isatty():
        lines = _Lines()
        yield Telling(learning=lines.hear)
        lines.end()
    else:
        with _bar() as bar:
            task = bar.add_task("", total=None, verdict="")

            def reading(done: int, of: int, video: str) -> None:
                bar.update(task, completed=done, total=of, description=f"reading {video[-40:]}")

            def learning(now: Progress) -> None:
                text = f"{now.name}: epoch {now.epoch} of {now.epochs}, loss {now.loss:.4f}"
                bar.update(task, completed=now.step, total=now.steps, description=text)
                if now.judged:
                    bar.update(task, verdict=now.verdict)

            yield Telling(reading, learning)


class _Lines:
    """Lines for validations: all of a net's when they are few, else the first, the last, some between."""

    def __init__(self) -> None:
        self.name: str | None = None
        self.held: Progress | None = None

    def hear(self, now: Progress) -> None:
        if not now.judged:
            return
        is_new = now.name != self.name
        if is_new:
            self.end()
        self.name, self.held = now.name, now
        if is_new or _turn(now.epoch, now.epochs) > _turn(now.epoch - 1, now.epochs):
            self.end()

    def end(self) -> None:
        """Say what was heard last, unless it was said."""
        if self.held is not None:
            now, self.held = self.held, None
            say(f"{now.name}: step {now.step} of {now.steps}, loss {now.loss:.4f}, {now.verdict}")


def _turn(epoch: int, epochs: int) -> int:
    """How many lines are due by then, beside the first."""
    return epoch if epochs <= MOST_LINES else epoch * (MOST_LINES - 1) // epochs


def _bar() -> Bar:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[verdict]}", markup=False),
        console=Console(stderr=True),
        transient=True,
    )
