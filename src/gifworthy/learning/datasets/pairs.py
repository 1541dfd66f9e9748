"""People's own GIFs and the videos that they were cut from."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from gifworthy.errors import VideoError
from gifworthy.learning.alignment import Aligner, Alignment
from gifworthy.learning.datasets.facts import Fact
from gifworthy.learning.datasets.own import duration_of, own_rows, span_of
from gifworthy.learning.judges.gifs import GifJudge
from gifworthy.learning.judging import Judge
from gifworthy.learning.manifest import Label, Manifest, Oddities
from gifworthy.learning.montages import find_all
from gifworthy.learning.presence import SUFFIXES
from gifworthy.learning.rows import Row
from gifworthy.settings import Settings
from gifworthy.stores import open_store

FIELDS = ("gif", "video", "start", "end", "duration")
COLUMNS = (*FIELDS, "sure", "distance", "doubt")
GIFS, VIDEOS = "gifs", "videos"
PLAIN = Settings()
CACHE_BYTES = 1 << 30


@dataclass(frozen=True)
class Pairs:
    """`pairs.csv` or `pairs.jsonl`: gif, video, start, end, duration; optional sure, split, topic.

    `start` and `end` are where the GIF lies in the video, as an alignment found them; `gifworthy
    align` writes such a file. A folder that holds `gifs/` and `videos/` instead is aligned on the spot.
    A GIF that comes from no given video has an empty `video`; it is counted and left out.

    settings: where hashes of videos are remembered. tell: hears the name of each file before it is
    looked at.
    """

    settings: Settings = PLAIN
    tell: Callable[[str], object] = lambda _: None

    name = "pairs"
    folders = ("pairs",)
    scale = "1 = somebody made a GIF of it; what no row covers was not chosen"

    def telling(self, settings: Settings, tell: Callable[[str], object]) -> Pairs:
        """The same on this machine, saying what it does."""
        return replace(self, settings=settings, tell=tell)

    def read(self, folder: Path) -> Manifest:
        """`folder` may be the file itself. Raises: LabelsNotFound, LabelsUnreadable, VideoError."""
        oddities = Oddities()
        if (folder / GIFS).is_dir() and (folder / VIDEOS).is_dir():
            found = self._aligned(folder, oddities)
        else:
            found = [_label(row, oddities) for row in own_rows(folder, self.name, FIELDS)]
        labels = tuple(label for label in found if label is not None)
        return Manifest(self.name, self.scale, labels, anomalies=oddities.anomalies())

    def facts(self, manifest: Manifest) -> tuple[Fact, ...]:
        """How many GIFs found their video."""
        return (Fact("GIFs with a video", None, len(manifest)),)

    def judge(self) -> Judge:
        """Video2GIF's metrics on 5-second segments."""
        return GifJudge()

    def _aligned(self, folder: Path, oddities: Oddities) -> list[Label | None]:
        names = {path: name for name, path in films_in(folder / VIDEOS).items()}
        store = open_store(self.settings.cache.expanduser() / "hashes", CACHE_BYTES)
        aligner = Aligner.of(tuple(names), self.settings, store, self.tell)
        labels: list[Label | None] = []
        for gif, path in films_in(folder / GIFS).items():
            self.tell(gif)
            try:
                shots = find_all(aligner, path)
                labels += [_aligned_label(shot, gif, names, oddities) for shot in shots]
            except VideoError:
                oddities.note("a GIF cannot be read; it is left out", gif)
        return labels


def films_in(place: Path) -> dict[str, Path]:
    """GIFs and videos by name: the file itself, or all below a folder, named by their way from it."""
    if not place.is_dir():
        return {place.name: place}
    files = sorted(path for path in place.rglob("*") if path.suffix.lower() in SUFFIXES)
    return {path.relative_to(place).as_posix(): path for path in files}


def as_csv(alignments: Iterable[Alignment], names: Mapping[Path, str]) -> str:
    """Alignments as `Pairs` reads them; a GIF that comes from no given video has empty fields.

    Args: names: how GIFs and videos are to be called, by their paths.
    """
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for found in alignments:
        span: tuple[object, ...] = ("", "", "", "", "")
        if found.video is not None:
            start, end = f"{found.segment.start:.3f}", f"{found.segment.end:.3f}"
            span = names[found.video], start, end, f"{found.duration:.3f}", f"{found.sure:.3f}"
        table.writerow([names[found.gif], *span, f"{found.distance:.1f}", f"{found.doubt:.2f}"])
    return text.getvalue()


def _aligned_label(
    found: Alignment, gif: str, names: Mapping[Path, str], oddities: Oddities
) -> Label | None:
    where = f"{gif} ({found.distance:.1f} of 64 bits)"
    if found.video is None:
        oddities.note("a GIF comes from no given video; it is left out", where)
        return None
    if found.is_guess:
        oddities.note("a GIF fits as well elsewhere in its video: too little moves", where)
    return Label(
        names[found.video],
        found.segment.start,
        found.segment.end,
        1.0,
        f"{GIFS}/{gif}",
        item=gif,
        sure=found.sure,
        duration=found.duration,
    )


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
