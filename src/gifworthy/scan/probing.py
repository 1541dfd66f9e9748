"""The quick pass: key frames and an eighth of a second after each, then the liveliest stretches whole.

Only what is looked at is read: of a remote hour of video a few percent. What lies between two probes
is known from the container's index alone: the bytes of each packet, and the key frames that an encoder
sets where a new shot begins. So cuts are exact where it set one, and otherwise a guess.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from typing import TypeVar

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from gifworthy.decoding import Index, Picture, Source
from gifworthy.decoding.places import LocalFile
from gifworthy.scan.cuts import unexplained
from gifworthy.scan.gathering import gathered
from gifworthy.scan.keys import as_shown, bytes_after, early_keys, probed, probes_wanted, read_with
from gifworthy.scan.ledger import Ledger
from gifworthy.scan.passes import skip_leaves, skip_smoothing, watch
from gifworthy.scan.thumbnails import Shrinker
from gifworthy.scan.watching import PACE, Moment, Watched, Watcher
from gifworthy.settings import Told, nobody
from gifworthy.types import Floats, Frames, Scan, Segment

REFINED_SHARE = 0.1
REFINED_SECONDS = 2.0
MOST_REFINED = 24
BELIEF = 0.4
"""How far a probe's movement is believed: about its correlation with that of the seconds after it."""
DENSEST = 2.5e9
SPARSEST = 20.0
_NEW = 0.6
_MOST_PACKETS = 64
_MOST_WORKERS = 4
Item = TypeVar("Item")
Answer = TypeVar("Answer")


class _Steps:
    """Counts what was done by several threads, as a half of the work that begins at `before`."""

    def __init__(self, count: int, told: Told, before: float) -> None:
        self._done, self._count, self._told, self._before = itertools.count(1), count, told, before

    def __call__(self, watched: Watched) -> Watched:
        self._told(self._before + 0.5 * next(self._done) / self._count)
        return watched


def worth_probing(source: Source, bounds: Segment) -> bool:
    """Whether probing can save anything: not when the video is short, nor when key frames are rare."""
    pixels = bounds.duration * source.fps * source.width * source.height
    keys = int(source.index.keys.sum())
    return pixels > DENSEST and keys * SPARSEST >= source.duration


def probe(source: Source, bounds: Segment, told: Told = nobody) -> Scan | None:
    """The quick pass; None when no probe shows anything. told: how far it has come."""
    ledger, index = Ledger(bounds), as_shown(source.index)
    ledger.note_index(index)
    chosen = probed(index, bounds, probes_wanted(bounds))
    probes = _Steps(len(chosen), told, 0.0)
    seen = _shared_out(
        source, skip_smoothing, chosen, lambda own, n: probes(_burst(own, index, bounds, int(n)))
    )
    looked = [
        (int(key), watched) for key, watched in zip(chosen, seen, strict=True) if watched.moments
    ]
    if not looked:
        return None
    stretches = _liveliest(index, looked, bounds)
    watches = _Steps(len(stretches), told, 0.5)
    refined = _shared_out(
        source, skip_leaves, stretches, lambda own, s: watches(watch(own, s, None))
    )
    cuts = [c for c in _cuts(index, looked) if not any(s.start < c < s.end for s in stretches)]
    return gathered(bounds, [*refined, *_doubted([w for _, w in looked])], cuts, ledger)


def _burst(source: Source, index: Index, bounds: Segment, packet: int) -> Watched:
    """A key frame and the first picture an eighth of a second later."""
    source.expect(read_with(index, packet, PACE))
    pictures = _pictures_after(source, float(index.times[packet]))
    watcher, shrinker = Watcher(bounds.start), Shrinker(source)
    for time, frame in pictures:
        if bounds.holds(time):
            watcher.see(shrinker.shrink(time, frame))
    return watcher.finish()


def _pictures_after(source: Source, time: float) -> list[Picture]:
    """A key frame and those that follow, decoded no further than an eighth of a second."""
    if not source.go_to(time + 0.5 / source.fps):
        return []
    pictures: list[Picture] = []
    start: float | None = None
    for count, packet in enumerate(source.packets(source.stream)):
        if packet.pts is None or count == _MOST_PACKETS:
            break
        shown = source.seconds(packet.pts)
        start = shown if start is None else start
        pictures += [Picture(source.time_of(f), f) for f in source.decoded(packet)]
        if shown >= start + PACE - source.slack:
            break
    with suppress(av.FFmpegError, ValueError):
        pictures += [
            Picture(source.time_of(f), f) for f in source.stream.codec_context.decode(None)
        ]
    return [
        picture
        for picture in pictures
        if start is not None and picture.time >= start - source.slack
    ]


def _liveliest(
    index: Index, looked: Sequence[tuple[int, Watched]], bounds: Segment
) -> list[Segment]:
    """The most promising stretches after the probes, in order of time, apart.

    An eighth of a second says little of the seconds after it, and so do bytes. So the stretches are taken
    in turn from two rankings: by what moves by itself, and by the bytes that follow for each byte of the
    key frame.
    """
    most = int(np.clip(bounds.duration * REFINED_SHARE / REFINED_SECONDS, 1, MOST_REFINED))
    keys = np.array([key for key, _ in looked])
    moving = np.array([_moving(watched) for _, watched in looked])
    costly = bytes_after(index, keys, REFINED_SECONDS) / np.maximum(index.sizes[keys], 1)
    chosen: list[Segment] = []
    for place in np.stack([_descending(moving), _descending(costly)], axis=1).ravel().tolist():
        start = looked[place][1].moments[0].time
        stretch = Segment(start, max(start + PACE, min(start + REFINED_SECONDS, bounds.end)))
        if len(chosen) < most and not any(stretch.shared_with(other) for other in chosen):
            chosen.append(stretch)
    return sorted(chosen)


def _doubted(probes: Sequence[Watched]) -> list[Watched]:
    """The probes with their movement drawn towards the median of all.

    The largest of many uncertain measures is mostly luck; a stretch that was watched has better ones.
    """
    known = [m.moves for watched in probes for m in watched.moments if m.moves is not None]
    if not known:
        return list(probes)
    usual = np.median(known, axis=0)
    return [
        replace(watched, moments=tuple(_nearer(moment, usual) for moment in watched.moments))
        for watched in probes
    ]


def _nearer(moment: Moment, usual: Floats) -> Moment:
    if moment.moves is None:
        return moment
    return replace(moment, moves=usual + BELIEF * (moment.moves - usual))


def _descending(values: Floats) -> NDArray[np.int64]:
    return np.argsort(-values, kind="stable")


def _moving(watched: Watched) -> float:
    return max((float(m.moves[3]) for m in watched.moments if m.moves is not None), default=0.0)


def _cuts(index: Index, looked: Sequence[tuple[int, Watched]]) -> list[float]:
    """Where new shots begin, as far as the probes and the index tell."""
    early = early_keys(index)
    cuts: list[float] = []
    for (key, before), (following, after) in pairwise(looked):
        if unexplained(_grey(before.moments[-1].colours), _grey(after.moments[0].colours)) >= _NEW:
            cuts += [float(index.times[n]) for n in _new_shots(index, early, key, following)]
    return cuts


def _new_shots(
    index: Index, early: NDArray[np.int64], key: int, following: int
) -> NDArray[np.int64]:
    """Packets with which a new shot may begin, after one probe and up to the next.

    Where an encoder sets key frames at cuts: those. Where it sets them by the clock: the largest other
    packet, if it is nearly a key frame's size; else the next probe.
    """
    if len(early):
        return early[(early > key) & (early <= following)]
    between = np.arange(key + 1, following)
    between = between[~index.keys[between]]
    if len(between):
        largest = between[np.argmax(index.sizes[between])]
        if index.sizes[largest] >= 0.5 * index.sizes[key]:
            return np.array([largest])
    return np.array([following])


def _grey(colours: Frames) -> Frames:
    return cv2.cvtColor(colours, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)


def _shared_out(
    source: Source,
    prepare: Callable[[Source], None],
    items: Iterable[Item],
    act: Callable[[Source, Item], Answer],
) -> list[Answer]:
    """Do something with each item; several decoders of one thread each waste less than one of several.

    A remote place is read by one alone: its blocks are not for several threads.
    """
    todo = list(items)
    is_local = isinstance(source.place, LocalFile)
    workers = max(1, min(source.threads, _MOST_WORKERS, len(todo))) if is_local else 1
    shares = [
        todo[len(todo) * n // workers : len(todo) * (n + 1) // workers] for n in range(workers)
    ]

    def work(share: list[Item]) -> list[Answer]:
        with source.again(threads=1) as own:
            prepare(own)
            return [act(own, item) for item in share]

    with ThreadPoolExecutor(workers) as pool:
        return [answer for answers in pool.map(work, shares) for answer in answers]
