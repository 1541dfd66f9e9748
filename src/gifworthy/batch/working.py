"""One video -> one row. Every engine runs this, so that all give the same bytes."""

from __future__ import annotations

import io
import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gifworthy.batch.analysis import Analysis, packed, reduced, unpacked
from gifworthy.batch.ends import hashed_ends
from gifworthy.batch.keys import analysis_key, card_of, choice_of, cover_key, place_of, suffix_of
from gifworthy.batch.orders import Failure, Item, Order, Row, Spent
from gifworthy.batch.storage import Bucket, Folder, open_storage
from gifworthy.errors import (
    BatchUnreadable,
    GifworthyError,
    NotAnalysed,
    NothingWorthShowing,
    OutputError,
    VideoUnreachable,
)
from gifworthy.exports import Names, making_as_json
from gifworthy.moments import Bounds, Moment
from gifworthy.pipeline import CoverMaker, Making
from gifworthy.readers import open_reader
from gifworthy.reading import Reading
from gifworthy.settings import Told, nobody
from gifworthy.types import Segment, Storyboard
from gifworthy.video import Video

ANALYSES, COVERS, FEATURES = "analyses", "covers", "features"


@dataclass
class Worker:
    """An order made ready on one machine: built once, used for each video.

    reading: what the plan's net reads of a segment, where that is a vector worth keeping.
    """

    order: Order
    maker: CoverMaker
    storage: Folder | Bucket
    reading: Reading | None = None

    @classmethod
    def load(cls, order: Order, writer: str = "") -> Worker:
        """Make the plan's parts ready. Raises: UnknownName, WeightsError, MissingExtra, ValueError."""
        card = card_of(order.plan, order.settings)
        reading = card.use.reading if card and card.use else None
        return cls(
            order,
            CoverMaker.load(order.plan, order.settings),
            open_storage(order.place, writer),
            reading if reading and reading.what == "vectors" and reading.backbone else None,
        )

    def work(self, item: Item, opened: Told = nobody) -> Row:
        """Make the cover of one video; whatever goes wrong becomes a row too.

        Args: opened: who is told how many seconds the video lasts, as soon as that is known.
        """
        clock = _Clock()
        row = Row(item)
        try:
            row = self._done(item, clock, opened)
        except Exception as error:
            row = replace(row, failure=failure_of(error))
        return replace(row, spent=clock.spent(), finished=time.time())

    def _done(self, item: Item, clock: _Clock, opened: Told) -> Row:
        bounds = _without(self.order.bounds, item.avoid)
        with clock.stage("opening"):
            video = self.maker.open(item.source, bounds)
        with video:
            opened(video.duration)
            with clock.stage("opening"):
                content = video.content_key()
            key = analysis_key(self.order, content, item.avoid)
            with clock.stage("choosing"):
                analysis, scanned = self._analysed(video, key)
            features = self._features(video, item, scanned)
            with clock.stage("rendering"):
                making = self.maker.finish(video, analysis.storyboard, self.order.style)
            with clock.stage("saving"):
                story = self._saved(making, analysis, cover_key(self.order, key), clock)
        return Row(
            item,
            content,
            key,
            story,
            scanned=scanned,
            features=features,
            ends=analysis.ends,
        )

    def _analysed(self, video: Video, key: str) -> tuple[Analysis, bool]:
        """What is known of a video, and whether it had to be looked over for that."""
        name = place_of(ANALYSES, key, ".npz")
        if known := self._known(name):
            video.scan = known.scan
            return known, False
        if self.order.only_renders:
            raise NotAnalysed(
                f"{video.name} is not what was analysed; run `gifworthy batch` on it again, without "
                f"--render"
            )
        board, notes = self._chosen(video)
        scan = video.scan
        made = Analysis(
            board, reduced(scan), video.warnings + notes, hashed_ends(scan, video.duration)
        )
        self.storage.write(name, packed(made))
        return made, True

    def _chosen(self, video: Video) -> tuple[Storyboard, tuple[str, ...]]:
        """What to show; when all that is not shared is refused, what is shared is shown after all."""
        try:
            return self.maker.choose(video), ()
        except NothingWorthShowing:
            with self.maker.open(video.source, self.order.bounds, scan=video.scan) as own:
                if own.excluded == video.excluded:
                    raise
                return self.maker.choose(own), ("all that it does not share is not worth showing",)

    def _known(self, name: str) -> Analysis | None:
        data = self.storage.read(name)
        if data is None and self.order.analysed_at:
            data = open_storage(self.order.analysed_at).read(name)
        try:
            return None if data is None else unpacked(data)
        except BatchUnreadable:
            return None  # it is made again, as if it had never been there

    def _features(self, video: Video, item: Item, scanned: bool) -> str | None:
        """Write what the plan's net read of each segment, as `gifworthy train --features` takes it.

        A video that was not looked over cannot be cut again; what was written of it before stays.
        """
        if self.reading is None or not item.name:
            return None
        name = f"{FEATURES}/{choice_of(self.order)}/{item.name}"
        if scanned:
            segments = self.maker.segmenter.segment(video)
            vectors = open_reader(self.reading, self.order.settings).of(video, segments)
            spans = np.array([(segment.start, segment.end) for segment in segments])
            self.storage.write(f"{name}.npy", _as_file(vectors))
            self.storage.write(f"{name}.segments.npy", _as_file(spans))
        elif self.storage.read(f"{name}.segments.npy") is None:
            return None
        return f"{name}.npy"

    def _saved(self, making: Making, analysis: Analysis, key: str, clock: _Clock) -> str:
        warnings = tuple(dict.fromkeys((*analysis.warnings, *making.warnings)))
        cover = making.cover
        names = Names(
            place_of(COVERS, key, suffix_of(cover.media_type)), place_of(COVERS, key, ".jpg")
        )
        self.storage.write(names.cover, cover.data)
        self.storage.write(names.still, cover.poster)
        clock.written = cover.size_bytes + len(cover.poster)
        return making_as_json(replace(making, warnings=warnings), names)


def failure_of(error: Exception) -> Failure:
    """An error as a row tells it."""
    if isinstance(error, GifworthyError | ValueError):
        retryable = isinstance(error, VideoUnreachable)
        return Failure(
            type(error).__name__, str(error), retryable, is_ours=isinstance(error, OutputError)
        )
    if isinstance(error, MemoryError):
        return Failure("OutOfMemory", "there was not enough memory for it; allow more", True)
    return Failure(
        type(error).__name__, f"a fault of gifworthy itself: {error}; report it", retryable=False
    )


@dataclass
class _Clock:
    """What a video has cost so far."""

    stages: dict[str, float] = field(default_factory=dict)
    written: int = 0
    before: float = field(default_factory=lambda: _processor())
    read: int = field(default_factory=lambda: _read_bytes())

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        begun = time.perf_counter()
        try:
            yield
        finally:
            spent = time.perf_counter() - begun
            self.stages[name] = self.stages.get(name, 0.0) + spent

    def spent(self) -> Spent:
        return Spent(
            **self.stages,
            processor=_processor() - self.before,
            read=_read_bytes() - self.read,
            written=self.written,
        )


def _without(bounds: Bounds, avoid: tuple[Segment, ...]) -> Bounds:
    spans = tuple((Moment(span.start), Moment(span.end)) for span in avoid)
    return replace(bounds, exclude=(*bounds.exclude, *spans)) if spans else bounds


def _as_file(array: NDArray[np.generic]) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


def _processor() -> float:
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime


def _read_bytes() -> int:
    """Bytes this process has read so far, from whatever it was; 0 where nobody counts."""
    if not sys.platform.startswith("linux"):
        return 0
    try:
        facts = Path(f"/proc/{os.getpid()}/io").read_text()
    except OSError:
        return 0
    return int(facts.partition("rchar: ")[2].split()[0])
