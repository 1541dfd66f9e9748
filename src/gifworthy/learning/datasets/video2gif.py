"""Video2GIF's data (Gygli, Song, Cao, CVPR 2016): GIFs found on the web, aligned with their videos."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from gifworthy.learning.datasets.facts import Fact
from gifworthy.learning.judges.gifs import GifJudge
from gifworthy.learning.judging import Judge
from gifworthy.learning.manifest import Label, Manifest, Oddities
from gifworthy.learning.rows import Row, file_in, separated_rows, text_lines

SEPARATOR = ";\t"
FIELDS = (
    "youtube_id",
    "gif_id",
    "gif_start_frame",
    "gif_end_frame",
    "video_duration",
    "video_frame_count",
)


class Video2Gif:
    """`metadata.txt` (the alignments) as published, with `testset.txt` and `video_tags.txt` beside it.

    One row is one GIF, so what no row covers was not chosen.
    """

    name = "video2gif"
    folders = ("video2gif",)
    scale = "1 = somebody made a GIF of it; what no row covers was not chosen"

    def read(self, folder: Path) -> Manifest:
        """Raises: LabelsNotFound, LabelsUnreadable."""
        path = file_in(folder, ("metadata.txt",), self.name)
        tested, oddities = _tested(folder), Oddities()
        tags = video_tags(folder) if (folder / "video_tags.txt").exists() else {}
        labels = tuple(
            replace(label, tags=";".join(tags.get(label.video, ())))
            for row in separated_rows(path, FIELDS, SEPARATOR)
            if (label := _label(row, tested, oddities))
        )
        for video in sorted(tested - {label.video for label in labels}):
            oddities.note("a test video has no GIF in metadata.txt", video)
        return Manifest(self.name, self.scale, labels, anomalies=oddities.anomalies())

    def facts(self, manifest: Manifest) -> tuple[Fact, ...]:
        """Published figures (paper, section 3) beside ours."""
        test = manifest.only(lambda label: label.split == "test")
        return (
            Fact("GIFs (more than)", 100_000, len(manifest)),
            Fact("test videos", 357, len(test.videos)),
            Fact("mean length of a GIF, seconds", 5.8, _mean_length(manifest)),
        )

    def judge(self) -> Judge:
        """The paper's metrics over the 357 test videos, on 5-second segments."""
        return GifJudge(only=_is_test, by_several=True)


def video_tags(folder: Path) -> dict[str, tuple[str, ...]]:
    """Tags of each video, from `video_tags.txt`. Raises: LabelsNotFound, LabelsUnreadable."""
    path = file_in(folder, ("video_tags.txt",), Video2Gif.name)
    rows = separated_rows(path, ("youtube_id", "tags"), SEPARATOR)
    return {row.text("youtube_id"): _words(row.text_or("tags")) for row in rows}


def _words(tags: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in tags.split(";") if word.strip())


def _tested(folder: Path) -> frozenset[str]:
    path = folder / "testset.txt"
    return frozenset(line.strip() for _, line in text_lines(path)) if path.exists() else frozenset()


def _is_test(label: Label) -> bool:
    return label.split == "test"


def _mean_length(manifest: Manifest) -> float:
    lengths = [label.end - label.start for label in manifest.labels]
    return sum(lengths) / max(1, len(lengths))


def _label(row: Row, tested: frozenset[str], oddities: Oddities) -> Label | None:
    first, last = int(row.number("gif_start_frame")), int(row.number("gif_end_frame"))
    frames, seconds = int(row.number("video_frame_count")), row.number("video_duration")
    if frames <= 0 or seconds <= 0:
        raise row.broken(
            "video_frame_count" if frames <= 0 else "video_duration", "must be above 0"
        )
    if last <= first:
        oddities.note("a GIF covers no frame", row.where)
        return None
    if last > frames:
        oddities.note("a GIF ends after its video", row.where)
    video, fps = row.text("youtube_id"), frames / seconds
    return Label(
        video,
        max(0, first) / fps,
        last / fps,
        1.0,
        row.where,
        item=row.text("gif_id"),
        split="test" if video in tested else "train",
        topic=row.text_or("video_category"),
        duration=seconds,
        fps=fps,
        views=row.number_or("gif_views"),
        days=row.number_or("gif_age"),
    )
