"""Segments -> vectors: sample each segment, encode it, average, and remember.

Every model that reads features reads them through here, so that a video is encoded once for all.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from gifworthy.backbones import BACKBONES
from gifworthy.backbones.published import Published
from gifworthy.checkpoints import Card, read_card, read_mean_clip
from gifworthy.errors import VideoTooShort, WeightsBroken, WeightsMissing
from gifworthy.nets import load_net
from gifworthy.protocols import Backbone, Store
from gifworthy.sampling import spread
from gifworthy.settings import Settings
from gifworthy.stores import open_store
from gifworthy.types import Clip, Floats, Segment
from gifworthy.video import Video
from gifworthy.weights import folder_of

Singles = NDArray[np.float32]
LAYOUT = "features 1"
CACHE_BYTES = 4 << 30
GROUP_BYTES = 64 << 20
KEPT_TOGETHER = 512
"""Segments that are lost when the work on a long video is stopped."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sampling:
    """Which frames of a segment are encoded.

    frames: of one clip. stride: None for one clip, its frames spread evenly over the segment (NetEase);
    else snippets of `frames` consecutive frames, a new one every `stride` frames, averaged
    (Video2GIF: 16 and 8). mirrored: average with the mirror image (Video2GIF). width: pixels at
    most, on the way to the backbone's own size.
    """

    frames: int = 16
    stride: int | None = None
    mirrored: bool = False
    width: int = 640

    def __post_init__(self) -> None:
        for name in ("frames", "stride", "width"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ValueError(f"{name} must be at least 1, not {value}")

    def clips(self, video: Video, segment: Segment) -> list[Floats]:
        """The moments of each clip of a segment, in seconds.

        Raises: VideoTooShort when a segment has fewer frames than a snippet.
        """
        if self.stride is None:
            return [spread(segment, self.frames)]
        count = int(segment.duration * video.fps + 1e-6)
        if count < self.frames:
            raise VideoTooShort(
                f"{video.name}: the segment {segment.start:.2f}-{segment.end:.2f} s has {count} "
                f"frames, a snippet needs {self.frames}; cut longer segments"
            )
        starts = range(0, count - self.frames + 1, self.stride)
        frames = np.arange(0.5, self.frames, 1.0)
        return [segment.start + (first + frames) / video.fps for first in starts]


@dataclass(frozen=True)
class Features:
    """A backbone, how it looks at a segment, and what it said before.

    fingerprint: what the vectors depend on beside video and sampling: the backbone and its weights.
    """

    backbone: Backbone
    store: Store
    fingerprint: str
    sampling: Sampling = Sampling()

    @classmethod
    def load(cls, name: str, settings: Settings, sampling: Sampling | None = None) -> Features:
        """The features of a backbone by name, ready on this machine.

        Args: sampling: by default as many frames as the backbone reads, spread over the segment.
        Raises: UnknownName; WeightsMissing, WeightsBroken; DeviceAbsent, MissingExtra.
        """
        store = open_store(settings.cache.expanduser() / "features", CACHE_BYTES)
        part = BACKBONES[name]
        if not isinstance(part, Published):
            return cls(part(), store, f"{name} {version('gifworthy')}", sampling or Sampling())
        backbone, fingerprint, frames = _with_weights(part, settings)
        return cls(backbone, store, fingerprint, sampling or Sampling(frames))

    def of(self, video: Video, segments: Sequence[Segment]) -> Floats:
        """One vector per segment: (N, D). What is not remembered is encoded and then remembered.

        Raises: VideoError; VideoTooShort when a segment is shorter than a snippet; WeightsBroken when
        the backbone gives numbers that are not finite; OutputError when the store refuses.
        """
        if not segments:
            return np.empty((0, 0))
        key = self._key(video)
        known = _Known.read(self.store.get(key))
        missing = tuple(dict.fromkeys(s for s in sorted(segments) if s not in known))
        for first in range(0, len(missing), KEPT_TOGETHER):
            some = missing[first : first + KEPT_TOGETHER]
            known = known.with_more(some, self._encoded(video, some))
            self.store.put(key, known.as_bytes())
        return known.vectors(segments)

    def _key(self, video: Video) -> str:
        """A hash: neither the video nor its name can be read from it."""
        depends = (LAYOUT, video.content_key(), self.fingerprint, repr(self.sampling))
        return hashlib.sha256("\n".join(depends).encode()).hexdigest()

    def _encoded(self, video: Video, segments: tuple[Segment, ...]) -> Singles:
        """(N, D) for segments in order of time; the next clips are decoded while these are encoded."""
        jobs = [
            (owner, moments)
            for owner, segment in enumerate(segments)
            for moments in self.sampling.clips(video, segment)
        ]
        vectors: list[Floats] = []
        for clips in _ahead(self._groups(video, [moments for _, moments in jobs])):
            vectors.append(self._look(clips))
        found = np.concatenate(vectors)
        if not np.isfinite(found).all():
            raise WeightsBroken(
                f"{video.name}: the backbone gives numbers that are not finite; check its weights "
                f"with `gifworthy weights check`"
            )
        owners = np.array([owner for owner, _ in jobs])
        means = [found[owners == owner].mean(axis=0) for owner in range(len(segments))]
        return np.stack(means).astype(np.float32)

    def _look(self, clips: list[Clip]) -> Floats:
        vectors = self.backbone.encode(clips)
        if not self.sampling.mirrored:
            return vectors
        turned = [Clip(np.ascontiguousarray(c.frames[:, :, ::-1]), c.times) for c in clips]
        return (vectors + self.backbone.encode(turned)) / 2

    def _groups(self, video: Video, moments: list[Floats]) -> Iterator[list[Clip]]:
        """Clips in order, as many at a time as bounded memory holds, each group in one pass.

        The first groups are small, so that the backbone need not wait long for its first clip.
        """
        width = min(self.sampling.width, video.width)
        frame_bytes = 3 * width * max(1, video.height * width // video.width)
        most = max(1, GROUP_BYTES // (self.sampling.frames * frame_bytes))
        first, together = 0, 1
        while first < len(moments):
            group = moments[first : first + together]
            first, together = first + together, min(2 * together, most)
            shown = video.frames_at(np.concatenate(group), width)
            ends = np.cumsum([len(times) for times in group])[:-1]
            parts = zip(np.split(shown.frames, ends), np.split(shown.times, ends), strict=True)
            yield [Clip(frames, times) for frames, times in parts]


@dataclass(frozen=True)
class _Known:
    """What was encoded before. spans: (N, 2) seconds. features: (N, D)."""

    spans: NDArray[np.float64]
    features: Singles

    @classmethod
    def read(cls, data: bytes | None) -> _Known:
        """What a store kept; nothing when it kept nothing, or something that is damaged."""
        if data is not None:
            try:
                found = load(data)
                return cls(found["spans"], found["features"])
            except (SafetensorError, KeyError, ValueError):
                log.warning("remembered features are damaged and are made again")
        return cls(np.empty((0, 2)), np.empty((0, 0), np.float32))

    def __contains__(self, segment: Segment) -> bool:
        return bool(np.isclose(self.spans, (segment.start, segment.end), 0, 1e-6).all(1).any())

    def with_more(self, segments: tuple[Segment, ...], features: Singles) -> _Known:
        """Beside what is known already, these."""
        spans = np.array([(s.start, s.end) for s in segments])
        before = self.features if len(self.features) else features[:0]
        return _Known(np.concatenate([self.spans, spans]), np.concatenate([before, features]))

    def vectors(self, segments: Sequence[Segment]) -> Floats:
        """The features of segments that are known: (N, D)."""
        wanted = np.array([(s.start, s.end) for s in segments])
        far = np.abs(self.spans[None] - wanted[:, None]).sum(2)
        return np.asarray(self.features[far.argmin(1)], np.float64)

    def as_bytes(self) -> bytes:
        """What a store keeps."""
        return save({"spans": self.spans, "features": self.features})


def _with_weights(part: Published, settings: Settings) -> tuple[Backbone, str, int]:
    """A published backbone with its weights, what its answers depend on, and how many frames it reads."""
    folder = folder_of(part.name, settings)
    card = _card_of(part, folder)
    net = load_net(folder, settings)
    backbone = part(net, card.preparation, read_mean_clip(folder, card), net.batch)
    return backbone, card.fingerprint(), backbone.preparation.frames


def _card_of(part: Published, folder: Path) -> Card:
    try:
        card = read_card(folder)
    except WeightsMissing as error:
        raise WeightsMissing(
            f"{part.name} has no weights on this machine; run `gifworthy weights fetch {part.name}`"
        ) from error
    if card.network != part.name:
        raise WeightsBroken(
            f"{folder} holds {card.network}, not {part.name}; run `gifworthy weights fetch {part.name}`"
        )
    return card


def _ahead(groups: Iterator[list[Clip]]) -> Iterator[list[Clip]]:
    """The same groups, each made while the one before is used."""
    with ThreadPoolExecutor(1, "decoder") as decoder:
        coming = decoder.submit(next, groups, None)
        while (group := coming.result()) is not None:
            coming = decoder.submit(next, groups, None)
            yield group
