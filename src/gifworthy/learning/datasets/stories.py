"""Three-shot covers that people of one's own have accepted, kept as GIF-Thumbnails keeps its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gifworthy.errors import LabelsNotFound
from gifworthy.learning.datasets.facts import Fact
from gifworthy.learning.datasets.gif_thumbnails import GifThumbnails
from gifworthy.learning.datasets.own import duration_of, own_rows
from gifworthy.learning.judging import Judge
from gifworthy.learning.manifest import Label, Manifest, Oddities
from gifworthy.learning.rating.questions import remembered
from gifworthy.learning.rating.schemes import STORIES
from gifworthy.learning.rows import NO, YES, Row
from gifworthy.types import Floats

SHOTS = ("first", "second", "third")
FIELDS = ("video", *SHOTS, "accept")
RATERS = 2

Key = tuple[str, tuple[float, ...]]


@dataclass(frozen=True)
class Stories:
    """`stories.csv` or `stories.jsonl`: video, first, second, third, accept; optional rater, duration, split,
    topic.

    A row is one person's word on one proposal: the seconds at which its three shots begin, in showing
    order, and 1 or 0. What at least two people accepted and nobody rejected becomes labels (GEVADEN,
    "Annotation"): one a shot, as in GIF-Thumbnails.

    raters: how many people must have seen a proposal.
    """

    raters: int = RATERS

    name = "stories"
    folders = ("stories", "proposals")
    scale = "1 = a second of a story that all its raters accepted; `order` is showing order"

    def read(self, folder: Path) -> Manifest:
        """`folder` may be the file itself. Raises: LabelsNotFound, LabelsUnreadable."""
        return self.together([folder])

    def together(self, places: Sequence[Path]) -> Manifest:
        """What the raters of several folders or files say together. Raises: as `read`."""
        oddities = Oddities()
        rows = [row for place in places for row in own_rows(place, self.name, FIELDS)]
        labels = tuple(self._accepted(rows, oddities))
        if not labels:
            raise LabelsNotFound(
                f"no proposal of {', '.join(str(place) for place in places)} was accepted by all of at "
                f"least {self.raters} people; have more of them rated"
            )
        curves = {name: curve for place in places for name, curve in _curves(place).items()}
        return Manifest(
            self.name, self.scale, labels, anomalies=oddities.anomalies(), curves=curves
        )

    def facts(self, manifest: Manifest) -> tuple[Fact, ...]:
        """How many stories were accepted."""
        stories = {(label.video, label.item) for label in manifest.labels}
        return (
            Fact("videos", None, len(manifest.videos)),
            Fact("accepted stories", None, len(stories)),
        )

    def judge(self) -> Judge:
        """As GIF-Thumbnails."""
        return GifThumbnails().judge()

    def _accepted(self, rows: Iterable[Row], oddities: Oddities) -> Iterator[Label]:
        for (video, shots), (row, words) in _gathered(rows).items():
            if len(words) < self.raters:
                oddities.note(f"seen by fewer than {self.raters} people; left out", row.where)
            elif not any(words.values()):
                oddities.note("rejected by everybody; left out", row.where)
            elif not all(words.values()):
                oddities.note("accepted by some and rejected by others; left out", row.where)
            else:
                yield from _labels(video, shots, row, oddities)


def _curves(place: Path) -> dict[str, Floats]:
    """The comments that stories were drawn from, in each second, where they were kept beside the answers."""
    folder = place if place.is_dir() else place.parent
    drawn = remembered(folder, STORIES).values()
    return {one.name: np.array(one.comments) for one in drawn if one.comments}


def _gathered(rows: Iterable[Row]) -> dict[Key, tuple[Row, dict[str, bool]]]:
    """Who said what of each proposal; the last word of a rater counts."""
    found: dict[Key, tuple[Row, dict[str, bool]]] = {}
    for row in rows:
        key = row.text("video"), tuple(row.number(name) for name in SHOTS)
        first, words = found.setdefault(key, (row, {}))
        words[row.text_or("rater", "rater 1")] = _word(row)
        _check(first, key[1])
    return found


def _word(row: Row) -> bool:
    word = row.text("accept").lower()
    if word not in YES | NO:
        raise row.broken("accept", "must be 1 or 0")
    return word in YES


def _check(row: Row, shots: tuple[float, ...]) -> None:
    for name, second in zip(SHOTS, shots, strict=True):
        if second < 0:
            raise row.broken(name, "must be 0 or more")


def _labels(video: str, shots: tuple[float, ...], row: Row, oddities: Oddities) -> Iterator[Label]:
    duration, item = duration_of(row), "-".join(f"{second:g}" for second in shots)
    if len(set(shots)) < len(SHOTS):
        oddities.note("a story repeats a second", row.where)
    if max(shots) >= duration:
        oddities.note("a second lies past the end of its video", row.where)
    for order, second in enumerate(shots):
        yield Label(
            video,
            second,
            second + 1,
            1.0,
            row.where,
            item=item,
            order=order,
            split=row.text_or("split"),
            topic=row.text_or("topic"),
            duration=duration,
        )
