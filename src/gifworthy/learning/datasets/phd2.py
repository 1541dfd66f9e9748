"""PHD-GIFs' data (Garcia del Molino, Gygli, ACM MM 2018): GIFs that people made of YouTube videos."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from gifworthy.learning.datasets.facts import Fact
from gifworthy.learning.judges.gifs import GifJudge
from gifworthy.learning.judging import Judge
from gifworthy.learning.manifest import Label, Manifest, Oddities
from gifworthy.learning.rows import Row, csv_rows, file_in

FILES = {"training.csv": "train", "testing.csv": "test"}
FIELDS = ("youtubeId", "start", "duration", "user_id", "video_duration", "is_last")


class Phd2:
    """`training.csv` and `testing.csv` as published; either one will do.

    A user's last video is the target, the videos before it the history. One row is one GIF, so what
    no row covers was not chosen.
    """

    name = "phd2"
    folders = ("phd2",)
    scale = "1 = the viewer made a GIF of it; what no row covers was not chosen"

    def read(self, folder: Path) -> Manifest:
        """Raises: LabelsNotFound, LabelsUnreadable."""
        file_in(folder, tuple(FILES), self.name)
        oddities = Oddities()
        labels = tuple(
            _label(row, split, oddities)
            for file, split in FILES.items()
            if (folder / file).exists()
            for row in csv_rows(folder / file, FIELDS)
        )
        for video in _in_both(labels):
            oddities.note("a video is in training.csv and in testing.csv", video)
        return Manifest(
            self.name, self.scale, labels, personal=True, anomalies=oddities.anomalies()
        )

    def facts(self, manifest: Manifest) -> tuple[Fact, ...]:
        """Published figures (README of the data set) beside ours."""
        test = manifest.only(lambda label: label.split == "test")
        target = test.only(lambda label: label.role == "target")
        train = manifest.only(lambda label: label.split == "train")
        return (
            Fact("users, test", 850, len(test.people)),
            Fact("users, training", 12_972, len(train.people)),
            Fact("users, both", 13_822, len(manifest.people)),
            Fact("GIFs, both", 222_015, len(manifest)),
            Fact("videos, both", 119_938, len(manifest.videos)),
            Fact("target cases, test", 850, len(target.cases)),
            Fact("GIFs, test", None, len(test)),
            Fact("GIFs on targets, test", None, len(target)),
            Fact("videos, test", None, len(test.videos)),
        )

    def judge(self) -> Judge:
        """The paper's protocol: 5-second segments; targets of the test users."""
        return GifJudge(only=_is_target)


def _is_target(label: Label) -> bool:
    return label.split == "test" and label.role == "target"


def _label(row: Row, split: str, oddities: Oddities) -> Label:
    start, length = row.number("start"), row.number("duration")
    duration = row.number("video_duration")
    if start < 0 or length <= 0:
        raise row.broken("start" if start < 0 else "duration", "must not lie below 0")
    if duration <= 0:
        oddities.note("the video's duration is not known (-1)", row.where)
        duration = math.nan
    elif start + length > duration:
        oddities.note("a GIF ends after its video", row.where)
    return Label(
        row.text("youtubeId"),
        start,
        start + length,
        1.0,
        row.where,
        who=row.text("user_id"),
        item=row.where,
        split=split,
        role="target" if row.flag("is_last") else "history",
        duration=duration,
    )


def _in_both(labels: tuple[Label, ...]) -> Iterator[str]:
    train = {label.video for label in labels if label.split == "train"}
    test = {label.video for label in labels if label.split == "test"}
    yield from sorted(train & test)
