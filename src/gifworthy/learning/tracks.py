"""A video as a row of hashes: made once, remembered by the video's content.

Shape letters: T pictures, V ticks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from gifworthy.decoding import Source, open_source
from gifworthy.learning.hashes import Hashes, hashes
from gifworthy.learning.strips import strips
from gifworthy.protocols import Store
from gifworthy.settings import Settings
from gifworthy.types import Floats

LAYOUT = "hashes 1"
RATE = 8.0


@dataclass(frozen=True)
class Track:
    """A video's hashes. times: (T,) seconds at which each picture is first shown. hashes: (T,)."""

    duration: float
    times: Floats
    hashes: Hashes

    @cached_property
    def ticks(self) -> Hashes:
        """The hash of what is shown at every 1 / `RATE` seconds: (V,)."""
        moments = np.arange(max(1, int(self.duration * RATE))) / RATE
        shown = np.searchsorted(self.times, moments + 1e-3, side="right") - 1
        return self.hashes[np.maximum(shown, 0)]

    def as_bytes(self) -> bytes:
        """For a store."""
        file = BytesIO()
        np.savez(file, duration=self.duration, times=self.times, hashes=self.hashes)
        return file.getvalue()

    @classmethod
    def read(cls, data: bytes | None) -> Track | None:
        """What a store kept; None when it kept nothing, or something that is damaged."""
        if data is None:
            return None
        try:
            with np.load(BytesIO(data)) as kept:
                return cls(float(kept["duration"]), kept["times"], kept["hashes"])
        except (ValueError, KeyError, OSError, EOFError, BadZipFile):
            return None


def track_of(path: Path, settings: Settings, store: Store | None) -> Track:
    """The track of a video, as remembered or made now and remembered. Raises: VideoError, OutputError."""
    with open_source(path, settings) as source:
        try:
            key = f"{LAYOUT} {RATE} {source.place.content_key()}"
            track = Track.read(store.get(key)) if store else None
            if track is None:
                track = _hashed(source)
                if store:
                    store.put(key, track.as_bytes())
            return track
        finally:
            source.place.close()


def _hashed(source: Source) -> Track:
    parts = [(part.times, hashes(part.greys)) for part in strips(source, rate=RATE)]
    times, found = zip(*parts, strict=True)
    return Track(source.duration, np.concatenate(times), np.concatenate(found))
