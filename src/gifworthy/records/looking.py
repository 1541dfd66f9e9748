"""How a viewer's picks look to a backbone: read once, and kept with the picks.

Shape letters: H picks, D numbers of a vector.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from gifworthy.errors import VideoError
from gifworthy.features import Features
from gifworthy.personal import bound, features_for, passed_over
from gifworthy.protocols import Scorer
from gifworthy.records.histories import Pick, Singles
from gifworthy.settings import Settings
from gifworthy.types import History, Segment
from gifworthy.video import Video, open_video

log = logging.getLogger(__name__)


class Album(Protocol):
    """Where picks are, and how they look: `Histories`, or one that was `Carried` along."""

    def of(self, viewer: str) -> tuple[Pick, ...]:
        """A viewer's picks, the oldest first."""
        ...

    def looks(self, picks: Sequence[Pick], reader: str) -> dict[str, Singles]:
        """What is known of how picks look to a reader."""
        ...

    def keep_looks(self, vectors: Mapping[str, Singles], reader: str) -> None:
        """Remember how picks look."""
        ...


Same = Callable[[Pick, Video], bool]
"""Whether a video is still what it was when something was chosen of it."""


def same_content(pick: Pick, video: Video) -> bool:
    """By its bytes; a place may hold another video by now."""
    return pick.content == video.content_key()


@dataclass(frozen=True)
class Remembered:
    """A history, and the pick that each row of its features is.

    seen: (L,) as the rows of `history.features`; of the other picks the timings alone are known, as their
    video cannot be opened any more or never could.
    """

    history: History
    seen: tuple[Pick, ...]


@dataclass(frozen=True)
class Known:
    """One viewer's history, read once, as a scorer wants it."""

    remembered: Remembered
    features: Features

    @classmethod
    def read(
        cls,
        album: Album,
        viewer: str,
        scorer: Scorer,
        settings: Settings,
        same: Same = same_content,
    ) -> Known:
        """What is remembered now; what is forgotten later changes nothing of it."""
        features, passed = features_for(scorer, settings), passed_over(scorer)
        return cls(remembered(album, viewer, features, settings, passed, same), features)

    def bind(self, scorer: Scorer) -> Scorer:
        """The scorer for this viewer."""
        return bound(scorer, self.remembered.history, self.features)


def remembered(
    album: Album,
    viewer: str,
    features: Features,
    settings: Settings,
    passed: int = 0,
    same: Same = same_content,
) -> Remembered:
    """A viewer's history as a backbone sees it, the oldest pick first.

    Args: passed: how many segments of the same video that the viewer did not choose to see beside each.
    Raises: RecordsUnreadable; WeightsError of the backbone.
    """
    picks = album.of(viewer)
    known = _looks(album, picks, Looking(features, settings, same))
    seen = tuple(pick for pick in picks if pick.id in known)
    history = _timed(picks, _stacked([known[pick.id] for pick in seen]))
    rows: list[Singles] = []
    beside: list[int] = []
    for number in range(passed):
        others = _looks(
            album, picks, Looking(features, settings, same, number + 1, passed, len(picks))
        )
        for row, pick in enumerate(seen):
            if pick.id in others:
                rows.append(others[pick.id])
                beside.append(row)
    history = replace(history, passed=_stacked(rows), beside=np.array(beside, np.intp))
    return Remembered(history, seen)


@dataclass(frozen=True)
class Looking:
    """What is looked at of each pick: itself, or the `number`-th of `count` segments that were passed over.

    known: picks of the viewer; one more may lie where nothing was chosen before.
    """

    features: Features
    settings: Settings
    same: Same
    number: int = 0
    count: int = 0
    known: int = 0

    @property
    def reader(self) -> str:
        """What a vector depends on beside its pick."""
        about = f"{self.features.fingerprint}\n{self.features.sampling!r}"
        if not self.number:
            return about
        return f"{about}\npassed {self.number} of {self.count}, {self.known} picks"

    def segment(self, pick: Pick, picks: Sequence[Pick]) -> Segment | None:
        """As long as the pick, apart from all picks of its video; None where there is no such place."""
        if not self.number:
            return pick.segment
        length = pick.segment.duration
        chosen = [other.segment for other in picks if other.video == pick.video]
        starts = np.arange(0.0, pick.duration - length + 1e-6, length)
        free = [
            span
            for span in (Segment(float(start), float(start) + length) for start in starts)
            if not any(span.shared_with(other) > 0 for other in chosen)
        ]
        if len(free) < self.number:
            return None
        return free[(self.number - 1) * len(free) // min(self.count, len(free))]


def _looks(album: Album, picks: Sequence[Pick], looking: Looking) -> dict[str, Singles]:
    """By the picks' ids; what nobody looked at before is looked at, and kept."""
    known = album.looks(picks, looking.reader)
    fresh = _looked_at([pick for pick in picks if pick.id not in known], picks, looking)
    album.keep_looks(fresh, looking.reader)
    return known | fresh


def _stacked(rows: Sequence[Singles]) -> np.ndarray:
    return np.asarray(np.stack(rows) if rows else np.empty((0, 0)), np.float64)


def _timed(picks: Sequence[Pick], features: np.ndarray) -> History:
    numbers = {video: number for number, video in enumerate(dict.fromkeys(p.video for p in picks))}
    durations = np.array([pick.duration for pick in picks], np.float64)
    middles = np.array([pick.segment.middle for pick in picks], np.float64)
    return History(
        features,
        np.clip(middles / durations, 0.0, 1.0),
        np.array([pick.segment.duration for pick in picks], np.float64),
        durations,
        np.array([numbers[pick.video] for pick in picks], np.intp),
    )


def _looked_at(
    missing: Sequence[Pick], picks: Sequence[Pick], looking: Looking
) -> dict[str, Singles]:
    """Vectors of the picks whose video is still what it was; nothing goes to the shared cache."""
    own = replace(looking.features, store=_Nowhere())
    wanted = [(p, s) for p in missing if p.content and (s := looking.segment(p, picks))]
    found: dict[str, Singles] = {}
    for source in dict.fromkeys(pick.video for pick, _ in wanted):
        mine = [(pick, segment) for pick, segment in wanted if pick.video == source]
        try:
            with open_video(source, settings=looking.settings) as video:
                still = [(p, s) for p, s in mine if looking.same(p, video)]
                rows = own.of(video, [segment for _, segment in still])
        except VideoError:
            log.info("a video of a history cannot be opened; its timings are used alone")
            continue
        found |= {p.id: row.astype(np.float32) for (p, _), row in zip(still, rows, strict=True)}
    return found


class _Nowhere:
    """A store that keeps nothing: what a viewer chose must not lie where it cannot be forgotten."""

    def get(self, key: str) -> bytes | None:
        del key
        return None

    def put(self, key: str, data: bytes) -> None:
        del key, data
