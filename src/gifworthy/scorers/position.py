"""Where people pick: how likely each part of a video is to be chosen, with no look at its pixels."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from gifworthy.settings import Settings
from gifworthy.types import Floats, Reason, Scores, Segment
from gifworthy.video import Video

TABLE = "position.json"


@dataclass(frozen=True)
class PositionTable:
    """Log density of where in a video people pick, over an even spread.

    durations: (D,) seconds of the videos each row speaks of, rising. positions: (P,) from 0 (start)
    to 1 (end). log_density: (D, P); 0 where people pick as often as chance would, falling from start
    to end in every row.
    """

    durations: Floats
    positions: Floats
    log_density: Floats

    @classmethod
    def from_json(cls, text: str) -> PositionTable:
        """Read what `scripts/fit_position.py` wrote."""
        table = json.loads(text)
        return cls(*(np.array(table[name]) for name in ("durations", "positions", "log_density")))

    def at(self, moments: Floats, duration: float) -> Floats:
        """Log density at some moments of one video, linear between the table's knots.

        Args: moments: (N,) seconds. duration: of the video, seconds, above 0.
        Returns: (N,) natural logarithms; strictly falling with time.
        """
        logs = np.log(self.durations)
        place = np.interp(np.log(duration), logs, np.arange(len(logs)))
        below = min(int(place), len(logs) - 2)
        share = place - below
        row = (1 - share) * self.log_density[below] + share * self.log_density[below + 1]
        return np.asarray(np.interp(moments / duration, self.positions, row))


@cache
def position_table() -> PositionTable:
    """The table that comes with the package."""
    return PositionTable.from_json(files("gifworthy.data").joinpath(TABLE).read_text("utf-8"))


@dataclass(frozen=True)
class Position:
    """Scores a segment by where its middle lies: the floor that a scorer with eyes must clear.

    Learned from 18,867 selections of 850 people (the histories of PHD-GIFs' test file); the earlier,
    the likelier, and the more so the longer the video. It knows nothing of what is shown.
    """

    table: PositionTable

    @classmethod
    def load(cls, settings: Settings) -> Position:
        """The package's own table; nothing else is needed."""
        del settings
        return cls(position_table())

    def score(self, video: Video, segments: tuple[Segment, ...]) -> Scores:
        """Log density at each segment's middle; larger is likelier."""
        middles = np.array([segment.middle for segment in segments])
        values = self.table.at(middles, video.duration)
        reasons = tuple((Reason("position", float(value)),) for value in values)
        return Scores(segments, values, reasons=reasons)
