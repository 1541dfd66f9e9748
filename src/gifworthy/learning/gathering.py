"""Before a training: read every segment once, row after row, into one file that is then mapped.

Shape letters: N segments of a video, M segments of all videos.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from gifworthy.errors import LabelsNotFound, LabelsUnreadable, OutputError, VideoError
from gifworthy.files import write_whole
from gifworthy.learning.examples import Example, Examples, Inputs
from gifworthy.learning.judges.gifs import GifTrial
from gifworthy.learning.judging import Judge, Skipped, Trial
from gifworthy.learning.manifest import Anomaly, Case, Manifest, Oddities
from gifworthy.learning.predictions import averaged
from gifworthy.learning.sources import Source
from gifworthy.types import Floats, Segment

INPUTS, INDEX = "inputs.bin", "inputs.json"
ONE = "left out: it has one segment, so nothing to rank"
MISSING = "left out: the video is not here"
Told = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Regridded:
    """A trial whose scores are of other segments than the benchmark's: spread over its spans."""

    trial: Trial
    spans: Floats
    takes_any_length: bool = False

    def judge(self, scores_n: Floats) -> Floats:
        """The benchmark's metrics; a span that no segment covers ranks behind all others."""
        return self.trial.judge(averaged(self.spans, scores_n, self.trial.spans))

    def oracle(self) -> Floats:
        """(N,) how good each segment is by the labels."""
        return values_of(self.trial, self.spans)

    def human(self) -> Floats | None:
        """As the benchmark says."""
        return self.trial.human()


@dataclass(frozen=True)
class Found:
    """One video that was read. place: of its case. first: row of its first segment."""

    place: int
    first: int
    segments: tuple[Segment, ...]


@dataclass(frozen=True)
class Gathered:
    """All that was read. inputs: (M, ...), mapped. skipped: why videos are not among them."""

    inputs: Inputs
    found: tuple[Found, ...]
    skipped: tuple[Anomaly, ...]


def examples_of(
    manifest: Manifest, judge: Judge, source: Source, folder: Path, told: Told, where: str
) -> tuple[Examples, tuple[Anomaly, ...]]:
    """Read everything that a manifest with the splits `train` and `validation` names.

    Args: folder: where what is read is kept. where: how messages call the labels.
    Returns: the examples, and what was left out.
    Raises: LabelsNotFound when nothing is left, or nothing is better than anything else; LabelsUnreadable
        when an input is not finite; OutputError when the disk is too small.
    """
    tried = [(case, judge.trial(case)) for case in manifest.cases]
    oddities = Oddities()
    pairs = []
    for case, trial in tried:
        if isinstance(trial, Skipped):
            oddities.note(f"left out: {trial.reason}", case.name)
        elif len(trial.spans) < 2:
            oddities.note(ONE, case.name)
        else:
            pairs.append((case, trial))
    gathered = _gathered(pairs, source, folder, told)
    skipped = oddities.anomalies() + gathered.skipped
    train, watched = (_in_split(name, pairs, gathered) for name in ("train", "validation"))
    examples = Examples(train, watched, gathered.inputs)
    _check_worth_learning(where, examples.train, skipped)
    return examples, skipped


def values_of(trial: Trial, spans: Floats) -> Floats:
    """How good other segments are by the labels of a trial: (N,); nan where nobody said."""
    if spans.shape == trial.spans.shape and np.allclose(spans, trial.spans):
        return trial.oracle()
    if isinstance(trial, GifTrial):
        union = np.concatenate([[0.0], np.cumsum(trial.truths_gt.any(axis=0))])
        fps = (len(union) - 1) / float(trial.spans[-1, 1])
        first = np.clip((spans[:, 0] * fps + 1e-6).astype(int), 0, len(union) - 2)
        last = np.clip((spans[:, 1] * fps + 1e-6).astype(int), first + 1, len(union) - 1)
        return np.asarray((union[last] - union[first]) / (last - first))
    grades = trial.oracle()
    behind = grades.min() - 1.0
    found = averaged(trial.spans, grades, spans)
    return np.where(found <= behind, np.nan, found)


def _in_split(
    name: str, pairs: Sequence[tuple[Case, Trial]], gathered: Gathered
) -> tuple[Example, ...]:
    return tuple(
        _example(*pairs[found.place], found)
        for found in gathered.found
        if pairs[found.place][0].labels[0].split == name
    )


def _example(case: Case, trial: Trial, found: Found) -> Example:
    spans = np.array([(segment.start, segment.end) for segment in found.segments])
    same = spans.shape == trial.spans.shape and np.allclose(spans, trial.spans)
    return Example(
        case,
        found.segments,
        values_of(trial, spans),
        found.first,
        trial if same else Regridded(trial, spans),
    )


def _check_worth_learning(where: str, train: Sequence[Example], skipped: Sequence[Anomaly]) -> None:
    """Raises: LabelsNotFound."""
    why = "; ".join(f"{entry.what}: {entry.count}" for entry in skipped)
    if not train:
        raise LabelsNotFound(
            f"{where}: no video is left to learn from ({why or 'no label is in train'}); "
            f"give more labels"
        )
    values = np.concatenate([example.values for example in train])
    known = values[np.isfinite(values)]
    if not len(known) or (known == known[0]).all():
        value = f"{known[0]:g}" if len(known) else "unknown"
        raise LabelsNotFound(
            f"{where}: there is no positive to learn from, every segment of {len(train)} videos has "
            f"the value {value}; give labels that say what is better"
        )


def _gathered(
    pairs: Sequence[tuple[Case, Trial]], source: Source, folder: Path, told: Told
) -> Gathered:
    if not (folder / INDEX).exists():
        try:
            with (folder / INPUTS).open("wb") as file:
                index = _read_all(pairs, source, file, told)
            write_whole(folder / INDEX, json.dumps(index).encode(), overwrite=True)
        except OSError as error:
            raise OutputError(
                f"{folder / INPUTS} cannot be written: {error.strerror or error}; give another place"
            ) from error
    return _mapped(folder)


def _read_all(
    pairs: Sequence[tuple[Case, Trial]], source: Source, file: IO[bytes], told: Told
) -> dict[str, object]:
    """Write rows as they come; one broken video does not stop a long reading, but is counted."""
    oddities, rows = Oddities(), 0
    found: list[dict[str, object]] = []
    shape: tuple[int, ...] = (0,)
    dtype = "float32"
    for place, (case, trial) in enumerate(pairs):
        told(place, len(pairs), case.name)
        try:
            read = source.read(case, trial)
        except VideoError as error:
            oddities.note(f"left out: {type(error).__name__}", f"{case.name}: {error}")
            continue
        if read is None:
            oddities.note(MISSING, case.name)
            continue
        segments, inputs = _known(trial, *read)
        if len(segments) < 2:
            oddities.note(ONE, case.name)
            continue
        _check_finite(case, segments, inputs)
        if found and inputs.shape[1:] != shape:
            raise LabelsUnreadable(
                f"{case.name}: its inputs have the shape {inputs.shape[1:]}, those before {shape}; "
                f"make them again with one backbone"
            )
        shape, dtype = inputs.shape[1:], str(inputs.dtype)
        _check_room(Path(file.name), inputs, len(pairs) - place)
        file.write(np.ascontiguousarray(inputs).tobytes())
        spans = [(segment.start, segment.end) for segment in segments]
        found.append({"place": place, "first": rows, "segments": spans})
        rows += len(segments)
    skipped = [[entry.what, entry.count, entry.first] for entry in oddities.anomalies()]
    return {"shape": [rows, *shape], "dtype": dtype, "found": found, "skipped": skipped}


def _known(
    trial: Trial, segments: tuple[Segment, ...], inputs: Inputs
) -> tuple[tuple[Segment, ...], Inputs]:
    """Those of which the labels say something."""
    spans = np.array([(segment.start, segment.end) for segment in segments])
    known = np.isfinite(values_of(trial, spans))
    return tuple(s for s, is_known in zip(segments, known, strict=True) if is_known), inputs[known]


def _mapped(folder: Path) -> Gathered:
    index = json.loads((folder / INDEX).read_text())
    shape, dtype = tuple(index["shape"]), np.dtype(index["dtype"])
    inputs = np.zeros(shape, dtype)
    if inputs.size:
        inputs = np.memmap(folder / INPUTS, dtype, "c", shape=shape)
    found = tuple(
        Found(x["place"], x["first"], tuple(Segment(*span) for span in x["segments"]))
        for x in index["found"]
    )
    return Gathered(inputs, found, tuple(Anomaly(*entry) for entry in index["skipped"]))


def _check_finite(case: Case, segments: Sequence[Segment], inputs: Inputs) -> None:
    if inputs.dtype == np.uint8 or np.isfinite(inputs).all():
        return
    broken = int(np.flatnonzero(~np.isfinite(inputs.reshape(len(inputs), -1)).all(axis=1))[0])
    start, end = segments[broken].start, segments[broken].end
    raise LabelsUnreadable(
        f"{case.name}: the vector of segment {broken} ({start:.1f}-{end:.1f} s) holds nan or inf; "
        f"make it again"
    )


def _check_room(path: Path, inputs: Inputs, videos_left: int) -> None:
    """Say early that a disk is too small, by the videos that are left being like this one."""
    needed, free = inputs.nbytes * videos_left, shutil.disk_usage(path.parent).free
    if needed > free and needed > 1 << 30:
        raise OutputError(
            f"{path.parent} has room for {free / 1e9:.1f} GB, but what is read of {videos_left} more videos "
            f"takes about {needed / 1e9:.1f} GB; give a place with more room, or read fewer frames"
        )
