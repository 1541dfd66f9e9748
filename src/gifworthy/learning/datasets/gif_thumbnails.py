"""GIF-Thumbnails (Xu et al., 2021): three one-second shots a GIF, in showing order, for 1,070 videos."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from gifworthy.errors import LabelsUnreadable
from gifworthy.learning.datasets.facts import Fact
from gifworthy.learning.judges.seconds import SHOTS, SecondJudge
from gifworthy.learning.judging import Judge
from gifworthy.learning.manifest import Label, Manifest, Oddities
from gifworthy.learning.rows import Row, file_in, json_file, json_table, numbers
from gifworthy.types import Floats

GIFS, COMMENTS = "annotated_data.json", "annotated_dm_count.json"
SLACK = 5
SPLIT = {"train": 857, "validation": 106, "test": 107}


class GifThumbnails:
    """`annotated_data.json`, with viewers' comments a second (`annotated_dm_count.json`) beside it.

    One label is one second of one GIF; `order` is its place in showing order. GIFs were proposed
    from peaks of the comments, so a scorer that reads comments is judged partly on itself. `split` is
    ours, of the published sizes: which videos lay in which part was not published.
    """

    name = "gif-thumbnails"
    folders = ("gif-thumbnails",)
    scale = "1 = a second of a GIF that all its annotators approved; `order` is showing order"

    def read(self, folder: Path) -> Manifest:
        """Raises: LabelsNotFound, LabelsUnreadable."""
        path, oddities = file_in(folder, (GIFS,), self.name), Oddities()
        comments = comment_counts(folder) if (folder / COMMENTS).exists() else {}
        labels: list[Label] = []
        for video, row in json_table(path):
            labels += _labels(video, row, comments.get(video), oddities)
        return Manifest(
            self.name,
            self.scale,
            tuple(labels),
            anomalies=oddities.anomalies(),
            curves={video: comments[video] for video in comments if len(comments[video])},
        )

    def facts(self, manifest: Manifest) -> tuple[Fact, ...]:
        """Published figures (paper, section 4) beside ours."""
        gifs = {(label.video, label.item) for label in manifest.labels}
        hours = sum(case.duration for case in manifest.cases) / 3600
        parts = [label.split for label in {x.video: x for x in manifest.labels}.values()]
        return (
            Fact("videos", 1070, len(manifest.videos)),
            Fact("GIFs", 5394, len(gifs)),
            Fact("hours", 69.25, hours),
            *(Fact(f"videos, {part}", SPLIT[part], parts.count(part)) for part in SPLIT),
        )

    def judge(self) -> Judge:
        """Which seconds were chosen, how many comments they drew, and in which order they are shown."""
        return SecondJudge()


def comment_counts(folder: Path) -> dict[str, Floats]:
    """Comments in each second of each annotated video. Raises: LabelsNotFound, LabelsUnreadable."""
    path = file_in(folder, (COMMENTS,), GifThumbnails.name)
    table = json_file(path)
    if not isinstance(table, dict):
        raise LabelsUnreadable(f"{path} must hold one JSON object; give it as published")
    return {
        str(video): np.array(numbers(counts, f"{path.name}:{video}", "counts"))
        for video, counts in table.items()
    }


@cache
def gif_thumbnails_split() -> dict[str, str]:
    """Video -> `train`, `validation` or `test`: drawn once, and kept."""
    path = files("gifworthy.learning.datasets").joinpath("gif_thumbnails_split.json")
    lists = json.loads(path.read_text("utf-8"))
    return {video: part for part in SPLIT for video in lists[part].split()}


def _labels(video: str, row: Row, counts: Floats | None, oddities: Oddities) -> Iterator[Label]:
    fps, duration = row.number("fps"), row.number("frames") / row.number("fps")
    if counts is not None and len(counts) < duration - SLACK:
        oddities.note("the list of comments is shorter than its video", row.where)
    if counts is not None and not counts.any():
        oddities.note("there is no comment, so no posterior score", row.where)
    gifs = row.fields.get("gifs")
    if not isinstance(gifs, dict):
        raise row.broken("gifs", "must be an object of GIFs")
    for gif, value in gifs.items():
        seconds = numbers(value, row.where, f"gifs.{gif}")
        if len(seconds) != SHOTS:
            raise LabelsUnreadable(f"{row.where}: field 'gifs.{gif}' must have {SHOTS} seconds")
        if len(set(seconds)) < SHOTS:
            oddities.note("a GIF repeats a second", f"{row.where}:{gif}")
        for order, second in enumerate(seconds):
            if counts is not None and second >= len(counts):
                oddities.note("a second lies past the list of comments", f"{row.where}:{gif}")
            if second > duration:
                oddities.note("a second lies past the end of its video", f"{row.where}:{gif}")
            yield Label(
                video,
                second,
                second + 1,
                1.0,
                row.where,
                item=gif,
                order=order,
                split=gif_thumbnails_split().get(video, ""),
                duration=duration,
                fps=fps,
            )
