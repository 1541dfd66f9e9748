"""One video -> one row. Every engine runs this, so that all give the same bytes."""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from gifworthy.batch.analysis import Analysis, packed, reduced, unpacked
from gifworthy.batch.ends import hashed_ends
from gifworthy.batch.keys import ANALYSES as ANALYSES
from gifworthy.batch.keys import (
    COVERS,
    analysis_key,
    card_of,
    choice_of,
    cover_key,
    place_of,
    suffix_of,
)
from gifworthy.batch.orders import Failure, Item, Order, Row, Spent
from gifworthy.batch.storage import Bucket, Folder, open_storage
from gifworthy.batch.vectors import Vectors
from gifworthy.decoding.addresses import told
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

LASTING = ("NoCredentialsError", "PartialCredentialsError")
"""Errors of the store's package that no second try mends; what refuses us is a PermissionError."""


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
            row = replace(row, failure=failure_of(error, item.source))
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
                analysis, features, scanned = self._analysed(video, item, content, key)
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

    def _analysed(
        self, video: Video, item: Item, content: str, key: str
    ) -> tuple[Analysis, str | None, bool]:
        """What is known of a video, where its vectors lie, and whether it had to be looked over for that.

        Vectors need segments, which no analysis keeps: a second copy of a video is looked over for them.
        """
        name = place_of(ANALYSES, key, ".npz")
        known, features = self._known(name), self._found(item, content)
        lacks = features is None and self._wants_vectors(item) and not self.order.only_renders
        if known and not lacks:
            video.scan = known.scan
            return known, features, False
        if self.order.only_renders:
            raise NotAnalysed(
                f"{video.name} is not what was analysed; run `gifworthy batch` on it again, without "
                f"--render"
            )
        made = known or self._made(video)
        features = self._read(video, item, content)
        if known is None:  # written last: who finds it finds the vectors too
            self.storage.write(name, packed(made))
        return made, features, True

    def _made(self, video: Video) -> Analysis:
        board, notes = self._chosen(video)
        scan = video.scan
        return Analysis(
            board, reduced(scan), video.warnings + notes, hashed_ends(scan, video.duration)
        )

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

    def _wants_vectors(self, item: Item) -> bool:
        return self.reading is not None and bool(item.name)

    def _found(self, item: Item, content: str) -> str | None:
        """Where what the plan's net read of a video lies, here or where analyses are taken from."""
        if not self._wants_vectors(item):
            return None
        found = Vectors(self.storage, choice_of(self.order)).find(item, content)
        if found is None and self.order.analysed_at:
            there = open_storage(self.order.analysed_at)
            found = Vectors(there, choice_of(self.order)).find(item, content)
        return found

    def _read(self, video: Video, item: Item, content: str) -> str | None:
        """Write what the plan's net reads of each segment, as `gifworthy train --features` takes it."""
        if self.reading is None or not self._wants_vectors(item):
            return None
        segments = self.maker.segmenter.segment(video)
        vectors = open_reader(self.reading, self.order.settings).of(video, segments)
        return Vectors(self.storage, choice_of(self.order)).write(item, content, vectors, segments)

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


def failure_of(error: Exception, source: str = "") -> Failure:
    """An error as a row tells it; the keys of an address are nobody's business."""
    message = told(str(error), source)
    if isinstance(error, GifworthyError | ValueError):
        return Failure(
            type(error).__name__,
            message,
            retryable=isinstance(error, VideoUnreachable) and not _is_refused(error),
            is_ours=isinstance(error, OutputError),
        )
    if isinstance(error, MemoryError):
        return Failure("OutOfMemory", "there was not enough memory for it; allow more", True)
    return Failure(
        type(error).__name__, f"a fault of gifworthy itself: {message}; report it", retryable=False
    )


def _is_refused(error: VideoUnreachable) -> bool:
    """Whether the place answered that it will not give the video, and would say so again."""
    cause = error.__cause__
    return isinstance(cause, PermissionError) or type(cause).__name__ in LASTING


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
