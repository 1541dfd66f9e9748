"""Judge models that choose and order: what their three seconds are worth, and how near they imagined them.

Shape letters: L samples, K shots of a GIF (3), N seconds of a video, D feature size, M metrics.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from gifworthy.assignment import SHOTS
from gifworthy.checkpoints import CARD, read_card
from gifworthy.errors import LabelsNotFound
from gifworthy.learning.examples import Examples
from gifworthy.learning.gathering import Regridded
from gifworthy.learning.judges.seconds import SecondJudge, SecondTrial
from gifworthy.learning.judging import Judge, Metric, Trial
from gifworthy.learning.manifest import Case
from gifworthy.learning.metrics.sampled import MOST, expected_pme
from gifworthy.learning.predicting import Bench, read_or_note
from gifworthy.learning.sources import open_source
from gifworthy.learning.stories import gifs_of
from gifworthy.protocols import Ingredients, Pieces, Scorer, TrainedSelector
from gifworthy.settings import Settings
from gifworthy.trained import open_selector
from gifworthy.types import Floats

PME = Metric("PME", larger_is_better=False)
AT_ONCE = 1000


@dataclass(frozen=True)
class Told:
    """A trained selector, by the name of its folder, and what it is worth on each case that it could read."""

    name: str
    worth: Mapping[tuple[str, str], Floats]

    def judged(self, case: Case, trial: Trial) -> Floats | None:
        """(M,) its metrics on a case."""
        del trial
        return self.worth.get((case.name, case.who))


def chooses(name: str) -> bool:
    """Whether that is the folder of a model that chooses instead of rating."""
    if not (Path(name) / CARD).is_file():
        return False
    use = read_card(Path(name)).use
    return use is not None and bool(use.selector)


def with_pme(judge: Judge) -> Judge:
    """The judge of stories, with a column for the perceptual matching error.

    Raises: LabelsNotFound when the data set's GIFs are not of several shots.
    """
    if not isinstance(judge, SecondJudge):
        raise LabelsNotFound(
            f"a model that tells {SHOTS} shots is judged by GIFs of {SHOTS} shots; give labels of "
            f"gif-thumbnails or stories"
        )
    return replace(judge, metrics=(*judge.metrics, PME))


def told_by(name: str, bench: Bench, seed: int = 0) -> Told:
    """What a trained selector tells of every judged video.

    Raises: LabelsNotFound when not one could be read; WeightsError, DeviceAbsent.
    """
    selector = open_selector(Path(name), ingredients(bench.settings))
    reading = read_card(Path(name)).use
    assert reading is not None
    source = open_source(reading.reading, bench.labels, bench.material, bench.settings)
    worth = {}
    for case, trial in bench.cases():
        read = read_or_note(source, case, trial, bench.oddities)
        if read is None or not isinstance(trial, SecondTrial):
            continue
        duration = case.duration if case.duration > 0 else read[0][-1].end
        pieces = Pieces(*read[:1], duration, read[1], case.topic, case.tags)
        worth[case.name, case.who] = worth_of(selector, pieces, case, trial, seed)
    if not worth:
        raise LabelsNotFound(f"{name} could tell none of the judged videos; see --videos")
    return Told(Path(name).name or name, worth)


def worth_of(
    selector: TrainedSelector,
    pieces: Pieces,
    case: Case,
    trial: SecondTrial,
    seed: int,
    most: int = MOST,
) -> Floats:
    """(M,) what it shows, by the judge's metrics, and PME of what it imagines, to 0.001 or by `most`."""
    picks = selector.tell(pieces)
    seconds = [int(pieces.segments[pick].start + 1e-6) for pick in picks]
    return np.append(trial.told(seconds), pme_of(selector, pieces, case, seed, most))


def pme_of(
    selector: TrainedSelector, pieces: Pieces, case: Case, seed: int, most: int = MOST
) -> float:
    """The perceptual matching error of samples of the prior; nan where no GIF is known."""
    gifs = gifs_of(case, pieces.segments)
    if not len(gifs):
        return float("nan")
    random = np.random.default_rng([seed, len(pieces.segments)])
    alone = len(selector.imagined(pieces, 2, np.random.default_rng(seed))) == 1
    return expected_pme(
        lambda count: selector.imagined(pieces, count, random),
        np.asarray(pieces.inputs, np.float64),
        gifs,
        most=1 if alone else most,
        batch=AT_ONCE,
    ).mean


def ingredients(settings: Settings) -> Ingredients:
    """What a trained selector is opened with."""

    def none() -> Scorer:
        raise AssertionError("a trained selector asks for no scorer")

    return Ingredients(settings, none, SHOTS)


def figures_of(
    folder: Path, examples: Examples, metrics: Sequence[Metric], settings: Settings
) -> list[Floats]:
    """(M,) of each validation video: the data set's metrics, then PME."""
    selector, rows = open_selector(folder, ingredients(settings)), []
    for example in examples.validation:
        pieces, trial = examples.pieces(example), example.trial
        if isinstance(trial, Regridded):
            trial = trial.trial
        if isinstance(trial, SecondTrial):
            rows.append(worth_of(selector, pieces, example.case, trial, 0, AT_ONCE))
        else:
            own = pme_of(selector, pieces, example.case, 0, AT_ONCE)
            rows.append(np.append(np.full(len(metrics), np.nan), own))
    return rows
