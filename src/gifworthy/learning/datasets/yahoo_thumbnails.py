"""Yahoo thumbnails (Song, Redi, Vallmitjana, Jaimes, CIKM 2016): the cover an editor chose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from gifworthy.errors import LabelsNotFound, LabelsUnreadable
from gifworthy.learning.datasets.facts import Fact
from gifworthy.learning.judges.covers import CoverJudge
from gifworthy.learning.judging import Judge
from gifworthy.learning.manifest import Label, Manifest, Oddities, runs
from gifworthy.learning.rows import Row, file_in, json_file, text_lines
from gifworthy.types import Floats

VIDEOS = ("yahoo_thumbnail_cikm2016.json", "videos/yahoo_thumbnail_cikm2016.json")
DISTANCES = ("yahoo_thumbnail_siftflow_dist.npz", "labels")
NEAR = 0.005
SLOWEST_FPS = 10.0
COVER, ALIKE = "cover", "alike"


class YahooThumbnails:
    """`yahoo_thumbnail_cikm2016.json` with every frame's SIFT-flow distance to the cover: one `.npz`,
    or the published folder `labels/VIDEO.txt`.

    A label is a run of frames that look like the cover (distance at most 0.005, as published).
    """

    name = "yahoo-thumbnails"
    folders = ("yahoo-thumbnails",)
    scale = "1 = looks like the cover that the editor chose; what no row covers does not"

    def read(self, folder: Path) -> Manifest:
        """Raises: LabelsNotFound, LabelsUnreadable."""
        table, oddities = json_file(file_in(folder, VIDEOS, self.name)), Oddities()
        if not isinstance(table, list):
            raise LabelsUnreadable(f"{folder / VIDEOS[0]} must hold a list; give it as published")
        labels: list[Label] = []
        distances = _distances(file_in(folder, DISTANCES, self.name))
        for index, fields in enumerate(table):
            row = Row(fields if isinstance(fields, dict) else {}, f"{VIDEOS[0]}:[{index}]")
            labels += _labels(row, distances, oddities)
        return Manifest(self.name, self.scale, tuple(labels), anomalies=oddities.anomalies())

    def facts(self, manifest: Manifest) -> tuple[Fact, ...]:
        """Published figures (paper, section 4) beside ours."""
        covers = [label for label in manifest.labels if label.role == COVER]
        early = sum(label.start < label.duration / 5 for label in covers)
        return (
            Fact("videos", 1118, len(manifest.videos)),
            Fact("categories", 18, len({label.topic for label in covers})),
            Fact("covers in the first fifth, %", None, 100 * early / max(1, len(covers))),
        )

    def judge(self) -> Judge:
        """Precision at 1, 3 and 5, as the paper calls it."""
        return CoverJudge()


class _Folder(Mapping[str, Floats]):
    """`labels/VIDEO.txt`, one distance a line, read when asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __getitem__(self, video: str) -> Floats:
        path = self._folder / f"{video}.txt"
        if not path.exists():
            raise KeyError(video)
        try:
            return np.array([float(line) for _, line in text_lines(path)])
        except ValueError as error:
            raise LabelsUnreadable(f"{path}: {error}; give it as published") from error

    def __iter__(self) -> Iterator[str]:
        return (path.stem for path in sorted(self._folder.glob("*.txt")))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _distances(path: Path) -> Mapping[str, Floats]:
    if path.is_dir():
        return _Folder(path)
    try:
        archive: Mapping[str, Floats] = np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise LabelsUnreadable(f"{path} is no archive of arrays: {error}; give it whole") from error
    return archive


def _labels(row: Row, distances: Mapping[str, Floats], oddities: Oddities) -> Iterator[Label]:
    video, seconds = row.text("uuid"), row.number("duration")
    if video not in distances:
        raise LabelsNotFound(
            f"{row.where}: video {video} has no distances; give the data set whole"
        )
    if seconds <= 0:
        raise row.broken("duration", "must be above 0")
    distance_t = np.asarray(distances[video], dtype=np.float64)
    cover, fps = int(row.number("thumbnail_frame_index")), len(distance_t) / seconds
    if not 0 <= cover < len(distance_t):
        raise row.broken("thumbnail_frame_index", f"must lie below {len(distance_t)}")
    if fps < SLOWEST_FPS:
        oddities.note(
            f"fewer than {SLOWEST_FPS:g} frames a second for the duration given", row.where
        )
    if distance_t[cover] > NEAR:
        oddities.note("the cover itself is not near the cover", row.where)
    spans = [(COVER, (cover, cover + 1))] + [(ALIKE, run) for run in runs(distance_t <= NEAR)]
    for role, (first, last) in spans:
        yield Label(
            video,
            first / fps,
            last / fps,
            1.0,
            row.where,
            who="editor",
            role=role,
            topic=row.text_or("category"),
            duration=seconds,
            fps=fps,
        )


def published_picks(folder: Path) -> dict[str, dict[str, list[int]]]:
    """What the paper's methods picked, where the published `results/METHOD/VIDEO.txt` are.

    Returns: method -> video -> frame numbers from 0, best first; the files count from 1.
    """
    methods: dict[str, dict[str, list[int]]] = {}
    for path in sorted((folder / "results").glob("*/*.txt")):
        picks: list[int] = []
        for where, line in text_lines(path):
            word = line.split(",")[0].strip()
            if not word.isdigit():
                raise LabelsUnreadable(
                    f"{where}: must be a frame number, not {line!r}; mend this row"
                )
            picks.append(int(word) - 1)
        methods.setdefault(path.parent.name, {})[path.stem] = picks
    return methods
