"""CoSum (Chu, Song, Jaimes, CVPR 2015): shots of 51 videos that three judges found fit for a query."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from gifworthy.errors import LabelsNotFound, LabelsUnreadable
from gifworthy.learning.datasets.facts import Fact
from gifworthy.learning.datasets.matlab import old_fields
from gifworthy.learning.judges.raters import RaterJudge
from gifworthy.learning.judging import Judge
from gifworthy.learning.manifest import Label, Manifest, Oddities
from gifworthy.learning.rows import file_in, text_lines

NOMINAL_FPS = 30.0
SHOTS_NAME = re.compile(r"\D*(\d+)_shots")


class CoSum:
    """The published folders `shots/TOPIC/NAMEn_shots.txt` and `annotation/TOPIC/n__JUDGE.mat`.

    A shots file has the first frame of each shot (from 1) and the end; an annotation has the numbers
    of the shots that a judge picked. What a judge did not pick has value 0.
    """

    name = "cosum"
    folders = ("cosum",)
    scale = "1 = a judge found the shot fit for the topic, 0 = not"

    def read(self, folder: Path) -> Manifest:
        """Raises: LabelsNotFound, LabelsUnreadable."""
        shots, oddities = file_in(folder, ("shots",), self.name), Oddities()
        annotations = file_in(folder, ("annotation",), self.name)
        labels: list[Label] = []
        for path in sorted(shots.glob("*/*_shots.txt")):
            labels += _labels(path, annotations / path.parent.name, oddities)
        if not labels:
            raise LabelsNotFound(
                f"{shots} holds no TOPIC/NAMEn_shots.txt; give the folder as published"
            )
        return Manifest(self.name, self.scale, tuple(labels), anomalies=oddities.anomalies())

    def facts(self, manifest: Manifest) -> tuple[Fact, ...]:
        """Published figures (README of the data set) beside ours."""
        return (
            Fact("videos", 51, len(manifest.videos)),
            Fact("topics", 10, len({label.topic for label in manifest.labels})),
            Fact("judges of each video", 3, len(manifest.people)),
        )

    def judge(self) -> Judge:
        """Top-5 AP as later papers use it, F1 and rank correlations."""
        return RaterJudge(are_summaries=True)


def _labels(path: Path, annotations: Path, oddities: Oddities) -> Iterator[Label]:
    number = SHOTS_NAME.fullmatch(path.stem)
    if number is None:
        raise LabelsUnreadable(f"{path.name}: the name must end in a number and _shots; rename it")
    edges = _edges(path)
    where = f"{path.parent.name}/{path.name}"
    oddities.note(f"no frame rate is published; frames are counted at {NOMINAL_FPS:g} fps", where)
    for judged in sorted(annotations.glob(f"{number[1]}__*.mat")):
        picked = _picked(judged)
        for shot in picked - set(range(1, len(edges))):
            oddities.note("a judge picked a shot that is not there", f"{judged.name}: shot {shot}")
        for shot in range(1, len(edges)):
            yield Label(
                f"{path.parent.name}/{path.stem.removesuffix('_shots')}",
                edges[shot - 1],
                edges[shot],
                float(shot in picked),
                where,
                who=judged.stem.partition("__")[2],
                topic=path.parent.name,
                duration=edges[-1],
                fps=NOMINAL_FPS,
            )


def _edges(path: Path) -> list[float]:
    """First moment of each shot and the end, seconds."""
    edges: list[float] = []
    for where, line in text_lines(path):
        if not line.strip().isdigit():
            raise LabelsUnreadable(f"{where}: must be a frame number, not {line!r}; mend this row")
        edges.append((int(line) - 1) / NOMINAL_FPS)
        if len(edges) > 1 and edges[-1] <= edges[-2]:
            raise LabelsUnreadable(f"{where}: frame numbers must rise; mend this row")
    return edges


def _picked(path: Path) -> set[int]:
    """Numbers of the shots that a judge picked: the first column of the file's one matrix."""
    from scipy.io import whosmat

    try:
        names = [name for name, shape, _ in whosmat(str(path)) if len(shape) == 2]
    except Exception as error:  # SciPy raises many kinds for a file that is none
        raise LabelsUnreadable(f"{path} is no MATLAB 5 file: {error}") from error
    if not names:
        raise LabelsUnreadable(f"{path.name} holds no matrix; give it as published")
    matrix = old_fields(path, (names[0],))[names[0]]
    return {int(shot) for shot in matrix.reshape(len(matrix), -1)[:, 0]}
