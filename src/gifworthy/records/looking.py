"""How a viewer's picks look to a backbone: read once, and kept with the picks.

Shape letters: H picks, D numbers of a vector.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gifworthy.errors import VideoError
from gifworthy.features import Features
from gifworthy.records.histories import Histories, Pick, Singles
from gifworthy.settings import Settings
from gifworthy.types import History
from gifworthy.video import open_video

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Remembered:
    """A history, and the pick that each row of its features is.

    seen: (L,) as the rows of `history.features`; of the other picks the timings alone are known, as their
    video cannot be opened any more or never could.
    """

    history: History
    seen: tuple[Pick, ...]


def remembered(
    histories: Histories, viewer: str, features: Features, settings: Settings
) -> Remembered:
    """A viewer's history as a backbone sees it, the oldest pick first.

    Raises: RecordsUnreadable; WeightsError of the backbone.
    """
    picks = histories.of(viewer)
    reader = f"{features.fingerprint}\n{features.sampling!r}"
    known = histories.looks(picks, reader)
    fresh = _looked_at([pick for pick in picks if pick.id not in known], features, settings)
    histories.keep_looks(fresh, reader)
    known |= fresh
    seen = tuple(pick for pick in picks if pick.id in known)
    vectors = np.stack([known[pick.id] for pick in seen]) if seen else np.empty((0, 0))
    return Remembered(_timed(picks, np.asarray(vectors, np.float64)), seen)


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


def _looked_at(picks: Sequence[Pick], features: Features, settings: Settings) -> dict[str, Singles]:
    """Vectors of the picks whose video is still what it was; nothing goes to the shared cache."""
    own = replace(features, store=_Nowhere())
    found: dict[str, Singles] = {}
    for source in dict.fromkeys(pick.video for pick in picks if pick.content):
        mine = [pick for pick in picks if pick.video == source and pick.content]
        try:
            with open_video(source, settings=settings) as video:
                same = [pick for pick in mine if pick.content == video.content_key()]
                rows = own.of(video, [pick.segment for pick in same])
        except VideoError:
            log.info("a video of a history cannot be opened; its timings are used alone")
            continue
        found |= {pick.id: row.astype(np.float32) for pick, row in zip(same, rows, strict=True)}
    return found


class _Nowhere:
    """A store that keeps nothing: what a viewer chose must not lie where it cannot be forgotten."""

    def get(self, key: str) -> bytes | None:
        del key
        return None

    def put(self, key: str, data: bytes) -> None:
        del key, data
