"""TVSum (Song, Vallmitjana, Stent, Jaimes, CVPR 2015): importance of every two seconds, 20 raters."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from gifworthy.learning.datasets.facts import Fact
from gifworthy.learning.datasets.matlab import array, opened, text
from gifworthy.learning.judges.raters import RaterJudge
from gifworthy.learning.judging import Judge
from gifworthy.learning.manifest import Label, Manifest, Oddities
from gifworthy.learning.rows import file_in
from gifworthy.types import Floats

FILES = ("ydata-tvsum50.mat", "matlab/ydata-tvsum50.mat", "ydata-tvsum50-v1_1/ydata-tvsum50.mat")
SHOT = 2.0
RATERS = 20


class TvSum:
    """`ydata-tvsum50.mat` as published. One label is one rater's grade, 1..5, of two seconds.

    `split` is that of UMT and all who compare with it: one validation video a category.
    """

    name = "tvsum"
    folders = ("tvsum",)
    scale = "importance of two seconds, 1 (least) to 5"

    def read(self, folder: Path) -> Manifest:
        """Raises: LabelsNotFound, LabelsUnreadable, MissingExtra."""
        path, oddities = file_in(folder, FILES, self.name), Oddities()
        labels: list[Label] = []
        with opened(path) as file:
            table = file["tvsum50"]
            for index in range(len(table["video"])):
                grades_rt = array(file, table["user_anno"], index)
                if grades_rt.shape[0] != RATERS:
                    grades_rt = grades_rt.T
                labels += _labels(
                    text(file, table["video"], index),
                    text(file, table["category"], index),
                    float(array(file, table["length"], index)[0, 0]),
                    grades_rt,
                    f"{path.name}:{index + 1}",
                    oddities,
                )
        return Manifest(self.name, self.scale, tuple(labels), anomalies=oddities.anomalies())

    def facts(self, manifest: Manifest) -> tuple[Fact, ...]:
        """Published figures (paper, section 3) beside ours."""
        firsts = [case.labels[0] for case in manifest.cases]
        return (
            Fact("videos", 50, len(manifest.videos)),
            Fact("categories", 10, len({label.topic for label in firsts})),
            Fact("raters of each video", 20, len(manifest.people)),
            Fact("hours", None, sum(label.duration for label in firsts) / 3600),
            Fact(
                "validation videos (UMT)", 10, sum(label.split == "validation" for label in firsts)
            ),
        )

    def judge(self) -> Judge:
        """Top-5 AP on UMT's validation videos; F1 and rank correlations on all."""
        return RaterJudge(top5_split="validation")


def _labels(
    video: str, topic: str, seconds: float, grades_rt: Floats, where: str, oddities: Oddities
) -> Iterator[Label]:
    fps = grades_rt.shape[1] / seconds
    # the released curves change up to one frame late, so a shot is read one frame after its start
    starts = np.arange(math.ceil(seconds / SHOT)) * SHOT
    read = np.minimum(starts * fps + 1, grades_rt.shape[1] - 1).astype(int)
    if not np.isin(grades_rt, (1, 2, 3, 4, 5)).all():
        oddities.note("a grade is not one of 1..5", where)
    for rater, grades in enumerate(grades_rt[:, read].tolist(), start=1):
        for start, grade in zip(starts.tolist(), grades, strict=True):
            yield Label(
                video,
                start,
                min(start + SHOT, seconds),
                grade,
                where,
                who=f"rater {rater}",
                split="validation" if video in validation_videos() else "train",
                topic=topic,
                duration=seconds,
                fps=fps,
            )


@cache
def validation_videos() -> frozenset[str]:
    """UMT's validation videos, one a category."""
    listed = files("gifworthy.learning.datasets").joinpath("umt_splits.json").read_text("utf-8")
    return frozenset(json.loads(listed)["tvsum"]["validation"].split())
