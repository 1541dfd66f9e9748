"""SumMe (Gygli, Grabner, Riemenschneider, Van Gool, ECCV 2014): people's summaries of 25 videos."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from gifworthy.learning.datasets.facts import Fact
from gifworthy.learning.datasets.matlab import array, old_fields, opened, text
from gifworthy.learning.judges.raters import RaterJudge
from gifworthy.learning.judging import Judge
from gifworthy.learning.manifest import Label, Manifest, Oddities
from gifworthy.learning.rows import file_in
from gifworthy.types import Floats

SHOT = 2.0
NOMINAL_FPS = 30.0
MEAN = "mean of all raters"
FIELDS = ("user_score", "FPS")


class SumMe:
    """The published folder `GT/*.mat`, or `SumMe_data.mat`, which has the mean of all raters alone.

    From `GT` a label is one rater's word on two seconds: 1 when at least half of them are in that
    one's summary. From the means it is the mean share of raters, who cannot be told apart any more.
    """

    name = "summe"
    folders = ("summe", "tvsum")
    scale = "1 = in a rater's summary, 0 = not; of the means: share of raters"

    def read(self, folder: Path) -> Manifest:
        """Raises: LabelsNotFound, LabelsUnreadable, MissingExtra."""
        path, oddities = file_in(folder, ("GT", "SumMe_data.mat"), self.name), Oddities()
        rows = _from_means(path, oddities) if path.suffix else _from_folder(path)
        return Manifest(self.name, self.scale, tuple(rows), anomalies=oddities.anomalies())

    def facts(self, manifest: Manifest) -> tuple[Fact, ...]:
        """Published figures (paper, section 4) beside ours."""
        raters = [len(case.raters) for case in manifest.cases if case.raters != (MEAN,)]
        return (
            Fact("videos", 25, len(manifest.videos)),
            Fact("raters of a video, least", 15, min(raters, default=0)),
            Fact("raters of a video, most", 18, max(raters, default=0)),
        )

    def judge(self) -> Judge:
        """F1 with the rater who agrees most, and rank correlations."""
        return RaterJudge(has_top5=False, are_summaries=True, nearest=True)


def _from_folder(folder: Path) -> Iterator[Label]:
    for path in sorted(folder.glob("*.mat")):
        fields = old_fields(path, FIELDS)
        chosen_rt = (fields["user_score"] > 0).astype(np.float64)
        if chosen_rt.shape[0] > chosen_rt.shape[1]:
            chosen_rt = chosen_rt.T
        fps = float(fields["FPS"].ravel()[0])
        for rater, chosen_t in enumerate(chosen_rt, start=1):
            shares = np.round(_two_second_means(chosen_t, fps) + 1e-9)
            yield from _labels(
                path.stem, shares, chosen_t.size / fps, fps, f"rater {rater}", path.name
            )


def _from_means(path: Path, oddities: Oddities) -> Iterator[Label]:
    with opened(path) as file:
        for index in range(len(file["nameVid"])):
            video = text(file, file["nameVid"], index)
            shares = array(file, file["gtSet"], index).ravel()
            where = f"{path.name}:{index + 1}"
            oddities.note("raters cannot be told apart: only their mean is here", where)
            oddities.note(
                f"no frame rate is here; frames are counted at {NOMINAL_FPS:g} fps", where
            )
            means = _two_second_means(shares, NOMINAL_FPS)
            yield from _labels(video, means, shares.size / NOMINAL_FPS, NOMINAL_FPS, MEAN, where)


def _two_second_means(values_t: Floats, fps: float) -> Floats:
    edges = np.arange(0, len(values_t), SHOT * fps).astype(int)
    lengths = np.diff(np.append(edges, len(values_t)))
    return np.asarray(np.add.reduceat(values_t, edges) / lengths)


def _labels(
    video: str, values: Floats, duration: float, fps: float, who: str, where: str
) -> Iterator[Label]:
    for shot, value in enumerate(values.tolist()):
        yield Label(
            video,
            shot * SHOT,
            min((shot + 1) * SHOT, duration),
            value,
            where,
            who=who,
            duration=duration,
            fps=fps,
        )
