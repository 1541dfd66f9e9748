"""Read what a trained model wants of the pieces of a video: vectors of a backbone, frames, or nothing."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from gifworthy.checkpoints import Card
from gifworthy.errors import WeightsBroken, WeightsMissing
from gifworthy.features import Features, Sampling
from gifworthy.reading import Reading
from gifworthy.sampling import spread
from gifworthy.settings import Settings
from gifworthy.sliding import Around, strip_length, targets_in
from gifworthy.types import Floats, Frames, Segment
from gifworthy.video import Video

Inputs = NDArray[np.float32] | NDArray[np.uint8]
GROUP_BYTES = 64 << 20

log = logging.getLogger(__name__)


class Reader(Protocol):
    """Reads segments of a video as a `Reading` says."""

    def of(self, video: Video, segments: Sequence[Segment]) -> Inputs:
        """One row per segment, in the order given: (N, ...). Raises: VideoError, WeightsError."""
        ...


def open_reader(reading: Reading, settings: Settings) -> Reader:
    """What reads so on this machine.

    Raises: UnknownName, WeightsMissing, WeightsBroken; DeviceAbsent, MissingExtra.
    """
    if reading.what == "nothing":
        return Nothing()
    if reading.rate:
        return StripReader(targets_in(reading.frames), reading.side, reading.wide, reading.rate)
    if reading.what == "frames":
        return FrameReader(reading.frames, reading.side, reading.step)
    if not reading.backbone:
        raise WeightsMissing(
            "the vectors this model was trained on were imported, and nobody said whose they are; "
            "name their backbone when you train (backbone=...), or give vectors with --features"
        )
    sampling = (
        Sampling(reading.frames, reading.stride, reading.mirrored) if reading.frames else None
    )
    return VectorReader(Features.load(reading.backbone, settings, sampling))


def reader_of(folder: Path, card: Card, settings: Settings) -> Reader:
    """What reads as the model in a folder was trained; opened when it is first asked.

    Raises: WeightsBroken when the folder holds a net that was not trained to rate.
    """
    if card.use is None:
        raise WeightsBroken(
            f"{folder} holds {card.network}, which rates nothing; give a folder that `gifworthy train` wrote"
        )
    return _Later(folder, card.use.reading, settings)


class Nothing:
    """Where a segment lies is all that is known."""

    def of(self, video: Video, segments: Sequence[Segment]) -> Inputs:
        """(N, 0)."""
        del video
        return np.zeros((len(segments), 0), np.float32)


@dataclass(frozen=True)
class VectorReader:
    """Vectors of a backbone, remembered between calls."""

    features: Features

    def of(self, video: Video, segments: Sequence[Segment]) -> Inputs:
        """(N, D) float32."""
        return self.features.of(video, segments).astype(np.float32)


@dataclass(frozen=True)
class FrameReader:
    """Frames spread evenly over a segment, their middle square.

    frames: T. side: S, pixels. step: above 0, each frame is followed by the one `step` seconds later.
    """

    frames: int
    side: int
    step: float = 0.0

    def of(self, video: Video, segments: Sequence[Segment]) -> Inputs:
        """(N, T, S, S, 3) uint8 RGB; 2 T with a step."""
        count = self.frames * (2 if self.step else 1)
        found = np.empty((len(segments), count, self.side, self.side, 3), np.uint8)
        width = _width_for(video, self.side)
        frame_bytes = 3 * width * max(1, video.height * width // video.width)
        together = max(1, GROUP_BYTES // (count * frame_bytes))
        order = sorted(range(len(segments)), key=lambda place: segments[place])
        for first in range(0, len(order), together):
            places = order[first : first + together]
            moments = np.concatenate([self._moments(video, segments[place]) for place in places])
            shown = video.frames_at(moments, width).frames
            small = np.stack([middle_square(frame, self.side) for frame in shown])
            found[places] = small.reshape(len(places), count, *small.shape[1:])
        return found

    def _moments(self, video: Video, segment: Segment) -> Floats:
        """(T,) seconds, or (2 T,): each moment and the one after it."""
        moments = spread(segment, self.frames)
        if not self.step:
            return moments
        return np.column_stack([moments, moments + max(self.step, 1 / video.fps)]).ravel()


@dataclass(frozen=True)
class StripReader:
    """Frames that follow one another around the middle of each segment, whole, squeezed to one size.

    targets: how many frames of a strip get a map. height, width: pixels. rate: frames a second.
    """

    targets: int
    height: int
    width: int
    rate: float

    def of(self, video: Video, segments: Sequence[Segment]) -> Inputs:
        """(N, T, height, width, 3) uint8 RGB."""
        moments = [Around.of(s, self.targets, self.rate).moments for s in segments]
        found = np.empty(
            (len(segments), strip_length(self.targets), self.height, self.width, 3), np.uint8
        )
        together = max(1, GROUP_BYTES // found[:1].nbytes)
        order = sorted(range(len(segments)), key=lambda place: segments[place])
        for first in range(0, len(order), together):
            places = order[first : first + together]
            shown = self.at(video, np.concatenate([moments[place] for place in places]))
            found[places] = shown.reshape(len(places), *found.shape[1:])
        return found

    def at(self, video: Video, moments: Floats) -> Frames:
        """The frames shown at some moments, whole: (T, height, width, 3)."""
        narrow = self.height * video.width // video.height
        shown = video.frames_at(moments, max(1, self.width, narrow)).frames
        return np.stack([squeezed(frame, self.height, self.width) for frame in shown])


def squeezed(frame: Frames, height: int, width: int) -> Frames:
    """A whole frame at another size, whatever its shape: (height, width, 3)."""
    if frame.shape[:2] == (height, width):
        return frame
    smaller = frame.shape[0] >= height and frame.shape[1] >= width
    method = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(frame, (width, height), interpolation=method), np.uint8)


def middle_square(frame: Frames, side: int) -> Frames:
    """The middle of a frame whose shorter side became `side` pixels: (side, side, 3)."""
    height, width = frame.shape[:2]
    scale = side / min(height, width)
    size = max(side, round(width * scale)), max(side, round(height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    resized = cv2.resize(frame, size, interpolation=method)
    top, left = (size[1] - side) // 2, (size[0] - side) // 2
    return np.asarray(resized[top : top + side, left : left + side], np.uint8)


def _width_for(video: Video, side: int) -> int:
    """A width at which the shorter side is at least `side`, and not much more."""
    return min(video.width, max(side, -(-side * video.width // min(video.width, video.height))))


class _Later:
    """A reader that is opened when it is first asked: who has vectors already needs no backbone."""

    def __init__(self, folder: Path, reading: Reading, settings: Settings) -> None:
        self._folder, self._reading, self._settings = folder, reading, settings

    def of(self, video: Video, segments: Sequence[Segment]) -> Inputs:
        """As the model was trained."""
        return self._reader.of(video, segments)

    @cached_property
    def _reader(self) -> Reader:
        reader = open_reader(self._reading, self._settings)
        if isinstance(reader, VectorReader):
            _check_same(self._folder, self._reading, reader.features.fingerprint)
        return reader


def _check_same(folder: Path, reading: Reading, fingerprint: str) -> None:
    """A backbone with other weights gives other vectors; one without weights changes with versions."""
    if reading.fingerprint in ("", fingerprint):
        return
    if " " in reading.fingerprint:
        log.warning("%s was trained on %s; this is %s", folder, reading.fingerprint, fingerprint)
        return
    raise WeightsBroken(
        f"{folder} was trained on vectors of {reading.backbone} with other weights than those on this "
        f"machine; fetch those, or train it again"
    )
