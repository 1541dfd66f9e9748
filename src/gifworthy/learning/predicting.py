"""What models and scorers say of the videos of a data set, ready to be judged."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gifworthy.checkpoints import CARD, read_card
from gifworthy.errors import LabelsNotFound, LabelsUnreadable, VideoError
from gifworthy.learning.binding import for_viewers
from gifworthy.learning.examples import Inputs
from gifworthy.learning.judging import Judge, Skipped, Trial
from gifworthy.learning.manifest import Case, Manifest, Oddities
from gifworthy.learning.predictions import Key, Prediction, Predictions, read_predictions
from gifworthy.learning.presence import find_videos
from gifworthy.learning.sources import Material, Source, open_source, segments_of
from gifworthy.learning.writing import STORY
from gifworthy.personal import PersonalScorer
from gifworthy.protocols import Pieces, Scorer
from gifworthy.reading import Reading
from gifworthy.settings import Settings
from gifworthy.trained import load_scorer, open_trained, use_of
from gifworthy.types import Floats, Segment
from gifworthy.video import open_video


@dataclass(frozen=True)
class Bench:
    """What is judged, how, and where its videos or vectors lie. oddities: what could not be scored."""

    labels: Manifest
    judge: Judge
    material: Material
    settings: Settings
    oddities: Oddities

    def cases(self) -> Iterator[tuple[Case, Trial]]:
        """The cases that can be judged."""
        for case in self.labels.only(self.judge.takes).cases:
            trial = self.judge.trial(case)
            if not isinstance(trial, Skipped):
                yield case, trial

    def every(self) -> Iterator[tuple[Case, Trial]]:
        """Every video once, judged or learned from, where it can be cut as it is judged."""
        seen: set[str] = set()
        for case in self.labels.cases:
            trial = self.judge.trial(case)
            if case.video not in seen and not isinstance(trial, Skipped):
                seen.add(case.video)
                yield case, trial


def predict(name: str, bench: Bench) -> Predictions:
    """The scores of a trained model (its folder), of a scorer by name, or of a file of predictions.

    Raises: UnknownName; LabelsNotFound when not one video could be scored; WeightsError, DeviceAbsent.
    """
    path = Path(name)
    if path.suffix == ".jsonl" and path.is_file():
        return read_predictions(path)
    if (path / CARD).exists() or path.is_dir():
        found = dict(_by_model(path, bench))
        name = path.name or name
    else:
        found = dict(_by_scorer(load_scorer(name, bench.settings), bench))
    if not found:
        why = "; ".join(f"{entry.what}: {entry.count}" for entry in bench.oddities.anomalies())
        raise LabelsNotFound(f"{name} could score none of the judged videos ({why}); see --videos")
    return Predictions(name, found)


def unseen(labels: Manifest, judge: Judge, models: Sequence[str]) -> tuple[Manifest, int]:
    """The labels of videos that no model learned from, and how many judged videos were left out.

    Raises: LabelsNotFound when none is left.
    """
    seen = {video for model in models for video in _seen_by(Path(model))}
    judged = set(labels.only(judge.takes).videos)
    if not judged & seen:
        return labels, 0
    if judged <= seen:
        raise LabelsNotFound(
            f"every judged video of {labels.name} was learned from; give other labels, or --seen to judge "
            f"what was learned by heart"
        )
    return labels.only(lambda label: label.video not in seen), len(judged & seen)


def untold(models: Sequence[str]) -> list[str]:
    """The trained models among some that do not say which videos they learned from."""
    return [
        name
        for name in models
        if (Path(name) / CARD).is_file() and not (Path(name) / STORY).is_file()
    ]


def _seen_by(folder: Path) -> list[str]:
    """Videos that a model learned from or was chosen by."""
    path = folder / STORY
    if not path.is_file():
        return []
    try:
        story = json.loads(path.read_text(encoding="utf-8"))
        return [*story["train"], *story["validation"]]
    except (ValueError, KeyError, OSError) as error:
        raise LabelsUnreadable(f"{path} is damaged ({error}); train the model again") from error


def _by_model(folder: Path, bench: Bench) -> Iterator[tuple[Key, Prediction]]:
    use = use_of(folder, read_card(folder))
    scorer = open_trained(folder, bench.settings)
    source = open_source(use.reading, bench.labels, bench.material, bench.settings)

    def look(case: Case, trial: Trial) -> tuple[tuple[Segment, ...], Inputs] | None:
        return read_or_note(source, case, trial, Oddities())

    bound = for_viewers(scorer, bench.labels, bench.judge, look)
    for case, trial in bench.cases():
        read = read_or_note(source, case, trial, bench.oddities)
        if read is None:
            continue
        segments, inputs = read
        duration = case.duration if case.duration > 0 else segments[-1].end
        pieces = Pieces(segments, duration, inputs, case.topic, case.tags)
        yield _key(case), _prediction(segments, bound(case.who).rate(pieces), folder.name)


def read_or_note(
    source: Source, case: Case, trial: Trial, oddities: Oddities
) -> tuple[tuple[Segment, ...], Inputs] | None:
    """What a source reads of a case; None, and noted, when it cannot."""
    try:
        read = source.read(case, trial)
    except VideoError as error:
        oddities.note(f"not scored: {type(error).__name__}", f"{case.name}: {error}")
        return None
    if read is None:
        oddities.note("not scored: the video is not here", case.name)
    return read


def _by_scorer(scorer: Scorer, bench: Bench) -> Iterator[tuple[Key, Prediction]]:
    """A scorer that was never trained looks at the videos themselves."""
    if bench.material.videos is None:
        raise LabelsNotFound("a scorer looks at videos; give their folder with --videos")
    presence = find_videos(bench.labels, bench.material.videos)
    bound = _bound_by_looking(scorer, bench)
    for case, trial in bench.cases():
        if case.video not in presence.found:
            bench.oddities.note("not scored: the video is not here", case.name)
            continue
        try:
            with open_video(presence.found[case.video], settings=bench.settings) as video:
                segments = segments_of(trial.spans)
                values = bound(case.who).score(video, segments).values
        except VideoError as error:
            bench.oddities.note(f"not scored: {type(error).__name__}", f"{case.name}: {error}")
            continue
        yield _key(case), _prediction(segments, values, case.name)


def _bound_by_looking(scorer: Scorer, bench: Bench) -> Callable[[str], Scorer]:
    """Makes it a viewer's, where it can be one; histories are seen through the backbone it wants."""
    if not isinstance(scorer, PersonalScorer):
        return lambda _: scorer
    reading = getattr(scorer, "reading", Reading.vectors("pixels"))
    source = open_source(reading, bench.labels, bench.material, bench.settings)
    return for_viewers(
        scorer,
        bench.labels,
        bench.judge,
        lambda case, trial: read_or_note(source, case, trial, Oddities()),
    )


def _key(case: Case) -> Key:
    return case.name, case.who


def _prediction(segments: tuple[Segment, ...], scores: Floats, where: str) -> Prediction:
    spans = np.array([(segment.start, segment.end) for segment in segments])
    return Prediction(np.asarray(scores, np.float64), spans, where)
