"""People's own GIFs and the videos that they were cut from, once they are aligned."""

from __future__ import annotations

from pathlib import Path

from gifworthy.learning.datasets.facts import Fact
from gifworthy.learning.datasets.own import duration_of, own_rows, span_of
from gifworthy.learning.judges.gifs import GifJudge
from gifworthy.learning.judging import Judge
from gifworthy.learning.manifest import Label, Manifest, Oddities
from gifworthy.learning.rows import Row

FIELDS = ("gif", "video", "start", "end", "duration")


class Pairs:
    """`pairs.csv` or `pairs.jsonl`: gif, video, start, end, duration; optional sure, split, topic.

    `start` and `end` are where the GIF lies in the video, as an alignment found them. A GIF that
    comes from no given video has an empty `video`; it is counted and left out.
    """

    name = "pairs"
    folders = ("pairs",)
    scale = "1 = somebody made a GIF of it; what no row covers was not chosen"

    def read(self, folder: Path) -> Manifest:
        """`folder` may be the file itself. Raises: LabelsNotFound, LabelsUnreadable."""
        oddities = Oddities()
        labels = tuple(
            label
            for row in own_rows(folder, self.name, FIELDS)
            if (label := _label(row, oddities)) is not None
        )
        return Manifest(self.name, self.scale, labels, anomalies=oddities.anomalies())

    def facts(self, manifest: Manifest) -> tuple[Fact, ...]:
        """How many GIFs found their video."""
        return (Fact("GIFs with a video", None, len(manifest)),)

    def judge(self) -> Judge:
        """Video2GIF's metrics on 5-second segments."""
        return GifJudge()


def _label(row: Row, oddities: Oddities) -> Label | None:
    if not row.text_or("video"):
        oddities.note("a GIF comes from no given video; it is left out", row.where)
        return None
    start, end = span_of(row)
    duration = duration_of(row)
    if end > duration:
        oddities.note("a GIF ends after its video", row.where)
    return Label(
        row.text("video"),
        start,
        end,
        1.0,
        row.where,
        item=row.text("gif"),
        sure=row.number_or("sure", 1.0),
        split=row.text_or("split"),
        topic=row.text_or("topic"),
        duration=duration,
    )
