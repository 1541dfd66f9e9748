"""Where the inputs of a video come from: nowhere, a file that others wrote, or the video itself.

Shape letters: N segments of a video.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from gifworthy.errors import LabelsNotFound, VideoTooShort
from gifworthy.learning.examples import Inputs
from gifworthy.learning.judging import Trial
from gifworthy.learning.manifest import Case, Manifest
from gifworthy.learning.presence import file_of, find_videos
from gifworthy.learning.vectors import VectorFile, VectorFolder, open_vectors
from gifworthy.moments import counted
from gifworthy.protocols import Segmenter
from gifworthy.readers import Reader, open_reader
from gifworthy.reading import Reading
from gifworthy.segmenters import SEGMENTERS
from gifworthy.settings import Settings
from gifworthy.types import Floats, Segment
from gifworthy.video import Video, open_video


@dataclass(frozen=True)
class Material:
    """Where videos or their vectors lie, and how videos are cut.

    segmenter: a name; "" for the segments that the data set's benchmark judges.
    """

    videos: Path | None = None
    vectors: Path | None = None
    segmenter: str = ""


class Source(Protocol):
    """Reads what is learned from."""

    def read(self, case: Case, trial: Trial) -> tuple[tuple[Segment, ...], Inputs] | None:
        """The segments of a video and one row for each: (N, ...); None when the video is not here.

        Raises: VideoError, LabelsError, WeightsError.
        """
        ...


def open_source(
    reading: Reading, manifest: Manifest, material: Material, settings: Settings
) -> Source:
    """What reads so, from what there is.

    Raises: LabelsNotFound, which says what is needed; UnknownName, WeightsError, DeviceAbsent.
    """
    if material.segmenter and material.videos is None:
        raise LabelsNotFound(
            f"the segmenter {material.segmenter} needs videos; give their folder with --videos"
        )
    if reading.what == "vectors" and material.vectors is not None:
        return FromVectors(open_vectors(material.vectors))
    if reading.what == "nothing" and not material.segmenter:
        return FromLabels()
    if material.videos is None:
        kind = "vectors" if reading.what == "vectors" else "frames"
        more = ", or vectors with --features" if kind == "vectors" else ""
        raise LabelsNotFound(
            f"this needs {kind} of the videos; give their folder with --videos{more}"
        )
    if not manifest.videos:
        raise LabelsNotFound(f"{manifest.name}: no label is left to learn from; give more labels")
    presence = find_videos(manifest, material.videos)
    if not presence.found:
        videos, first = counted(len(manifest.videos), "video"), file_of(manifest.videos[0])
        raise LabelsNotFound(
            f"none of the {videos} of {manifest.name} lies below {material.videos} "
            f"(the first would be {first}); give the folder that holds them"
        )
    segmenter = SEGMENTERS[material.segmenter]() if material.segmenter else None
    reader = open_reader(reading, settings)
    return FromVideos(presence.found, reader, reading, segmenter, settings)


class FromLabels:
    """The labels alone say where the segments lie."""

    def read(self, case: Case, trial: Trial) -> tuple[tuple[Segment, ...], Inputs]:
        """(N, 0)."""
        del case
        segments = segments_of(trial.spans)
        return segments, np.zeros((len(segments), 0), np.float32)


@dataclass(frozen=True)
class FromVectors:
    """Imported vectors."""

    kept: VectorFolder | VectorFile

    def read(self, case: Case, trial: Trial) -> tuple[tuple[Segment, ...], Inputs] | None:
        """(N, D)."""
        found = self.kept.of(case.video)
        return None if found is None else (segments_of(trial.spans), found.of(trial.spans))


@dataclass(frozen=True)
class FromVideos:
    """The videos themselves. files: by the data set's own names."""

    files: Mapping[str, Path]
    reader: Reader
    reading: Reading
    segmenter: Segmenter | None
    settings: Settings

    def read(self, case: Case, trial: Trial) -> tuple[tuple[Segment, ...], Inputs] | None:
        """(N, ...) of the segments that are long enough to be read.

        Raises: VideoTooShort when none is long enough.
        """
        if case.video not in self.files:
            return None
        with open_video(self.files[case.video], "fast", settings=self.settings) as video:
            every = self.segmenter.segment(video) if self.segmenter else segments_of(trial.spans)
            segments = tuple(s for s in every if self._is_long_enough(video, s))
            if not segments:
                raise VideoTooShort(
                    f"{video.name}: none of {len(every)} segments has the {self.reading.frames} frames that "
                    f"are read of each; cut longer segments"
                )
            return segments, self.reader.of(video, segments)

    def _is_long_enough(self, video: Video, segment: Segment) -> bool:
        """Video2GIF leaves out what is shorter than a snippet; the judge ranks it behind all others."""
        if self.reading.what != "vectors" or self.reading.stride is None:
            return True
        return int(segment.duration * video.fps + 1e-6) >= self.reading.frames


def segments_of(spans: Floats) -> tuple[Segment, ...]:
    """(N, 2) seconds as segments."""
    return tuple(Segment(float(start), float(end)) for start, end in spans)
