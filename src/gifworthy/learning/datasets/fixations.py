"""Where people looked: eye movements over videos, as maps of each frame or as points (DHF1K's layout)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from gifworthy.errors import LabelsNotFound, LabelsUnreadable
from gifworthy.learning.datasets.facts import Fact
from gifworthy.learning.judges.raters import RaterJudge
from gifworthy.learning.judging import Judge
from gifworthy.learning.manifest import Label, Manifest
from gifworthy.learning.rows import csv_rows
from gifworthy.types import Floats

POINTS = "points.csv"
FIELDS = ("video", "second", "x", "y")
MAPS_FPS = 30.0
SPAN = 1.0
SIDE = (54, 96)
BLUR = 0.03
"""Of the width: an eye sees sharply about one degree, and a screen is some thirty wide."""
CLOSE = 0.05
"""Share of the frame in which looks must fall to agree."""


class Looks(Protocol):
    """Where people looked in one video."""

    @property
    def seconds(self) -> float:
        """How long they were watched."""
        ...

    def at(self, start: float, end: float) -> Floats | None:
        """(54, 96), sum 1, of all looks in a span of seconds; None where nobody looked."""
        ...


@dataclass(frozen=True)
class MapLooks:
    """Pictures `NUMBER.png`, one a frame, counted from 1, 30 a second."""

    files: tuple[Path, ...]

    @property
    def seconds(self) -> float:
        """By the number of pictures."""
        return len(self.files) / MAPS_FPS

    def at(self, start: float, end: float) -> Floats | None:
        """The mean of the span's pictures, of its middle one alone when it is short."""
        first = min(int(start * MAPS_FPS + 1e-6), len(self.files) - 1)
        last = min(max(first + 1, int(end * MAPS_FPS + 1e-6)), len(self.files))
        return _summing_to_one(sum(self._picture(path) for path in self.files[first:last]))

    def _picture(self, path: Path) -> Floats:
        found = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        if found is None:
            raise LabelsUnreadable(f"{path} is no picture, or a damaged one; put it there again")
        return np.asarray(cv2.resize(found.astype(float), SIDE[::-1], interpolation=cv2.INTER_AREA))


@dataclass(frozen=True)
class PointLooks:
    """Points: (P, 3) seconds and place, across and down as fractions of the frame."""

    points: Floats

    @property
    def seconds(self) -> float:
        """Until the last look."""
        return float(self.points[:, 0].max())

    def at(self, start: float, end: float) -> Floats | None:
        """The span's points, blurred; those within an eighth of a second around it when it is short."""
        around = max(0.0, 1 / 8 - (end - start)) / 2
        moments = self.points[:, 0]
        inside = self.points[(moments >= start - around) & (moments < end + around)]
        seen = np.zeros(SIDE)
        rows, columns = (inside[:, 2] * SIDE[0]).astype(int), (inside[:, 1] * SIDE[1]).astype(int)
        np.add.at(seen, (np.clip(rows, 0, SIDE[0] - 1), np.clip(columns, 0, SIDE[1] - 1)), 1.0)
        blurred = np.asarray(cv2.GaussianBlur(seen, (0, 0), BLUR * SIDE[1]), np.float64)
        return _summing_to_one(blurred)


@dataclass(frozen=True)
class Watched:
    """A folder of eye movements: `annotation/VIDEO/maps/0001.png`, the same without `annotation`, or
    `points.csv` with video, second, x, y (fractions of the frame)."""

    folder: Path

    @cached_property
    def videos(self) -> dict[str, Looks]:
        """By the names of the videos. Raises: LabelsNotFound, LabelsUnreadable."""
        found: dict[str, Looks] = {}
        if (self.folder / POINTS).is_file():
            found |= self._points()
        for place in sorted(self.folder.glob("**/maps")):
            files = tuple(sorted(place.glob("*.png")))
            if files:
                found.setdefault(place.parent.name, MapLooks(files))
        if not found:
            raise LabelsNotFound(
                f"{self.folder} holds neither {POINTS} nor VIDEO/maps/0001.png; give a folder of eye "
                f"movements"
            )
        return found

    def _points(self) -> dict[str, Looks]:
        said: dict[str, list[tuple[float, float, float]]] = {}
        for row in csv_rows(self.folder / POINTS, FIELDS):
            second, x, y = row.number("second"), row.number("x"), row.number("y")
            for name, value, high in (("second", second, np.inf), ("x", x, 1.0), ("y", y, 1.0)):
                if not 0 <= value <= high:
                    raise row.broken(name, f"must lie in 0..{high:g}")
            said.setdefault(row.text("video"), []).append((second, x, y))
        return {video: PointLooks(np.array(points)) for video, points in said.items()}


class Fixations:
    """Eye movements. One label says how far people agree in a second: which share of their looks falls
    into the most looked-at twentieth of the frame."""

    name = "fixations"
    folders = ("fixations", "DHF1K")
    scale = "0..1, the share of looks in the most looked-at twentieth of the frame"

    def read(self, folder: Path) -> Manifest:
        """Raises: LabelsNotFound, LabelsUnreadable."""
        watched = Watched(folder)
        labels = [x for name, looks in watched.videos.items() for x in _labels(name, looks)]
        if not labels:
            raise LabelsNotFound(f"{folder} holds less than a second of looks; give more")
        return Manifest(self.name, self.scale, tuple(labels))

    def facts(self, manifest: Manifest) -> tuple[Fact, ...]:
        """DHF1K's published size beside ours."""
        seconds = sum(label.end - label.start for label in manifest.labels)
        return (
            Fact("videos (DHF1K, with public maps)", 700, len(manifest.videos)),
            Fact("seconds", None, seconds),
        )

    def judge(self) -> Judge:
        """Rank correlations with how far people agree."""
        return RaterJudge(has_top5=False)


def _labels(video: str, looks: Looks) -> Iterator[Label]:
    for start in np.arange(0, max(looks.seconds - SPAN / 2, 0), SPAN).tolist():
        seen = looks.at(start, start + SPAN)
        if seen is not None:
            yield Label(
                video,
                start,
                start + SPAN,
                agreement(seen),
                video,
                who="eyes",
                duration=looks.seconds,
            )


def agreement(seen: Floats) -> float:
    """The share of looks in the most looked-at twentieth of the frame: 0.05 where nobody agrees, 1."""
    highest = np.sort(seen.ravel())[::-1]
    return float(highest[: round(CLOSE * highest.size)].sum() / highest.sum())


def _summing_to_one(seen: Floats | float) -> Floats | None:
    total = float(np.sum(seen))
    return np.asarray(seen / total) if total > 0 else None
