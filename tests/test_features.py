"""Segments -> vectors, remembered."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import numpy as np
import pytest

import drawn
from gifworthy.errors import VideoTooShort, WeightsBroken, WeightsMissing
from gifworthy.features import Features, Sampling
from gifworthy.settings import Settings
from gifworthy.stores.folder import Folder
from gifworthy.types import Clip, Floats, Segment
from gifworthy.video import Video, open_video


@dataclass
class Memory:
    """A store in memory that counts."""

    kept: dict[str, bytes] = field(default_factory=dict)
    puts: int = 0

    def get(self, key: str) -> bytes | None:
        return self.kept.get(key)

    def put(self, key: str, data: bytes) -> None:
        self.puts += 1
        self.kept[key] = data


@dataclass
class Clock:
    """A backbone that reads the time off the frames of `Ticking`; it counts what it is asked."""

    asked: list[int] = field(default_factory=list)
    wrong: float = 0.0

    def encode(self, clips: Sequence[Clip]) -> Floats:
        self.asked.append(len(clips))
        left = [c.frames[:, 0, 0, 0].mean() for c in clips]
        right = [c.frames[:, 0, -1, 0].mean() for c in clips]
        return np.column_stack([left, right, [len(c) for c in clips]]) + self.wrong


@dataclass
class Ticking:
    """A video whose frame at second s is grey s on the left and 100 on the right, at 10 a second."""

    name: str = "ticking.mp4"
    fps: float = 10.0
    width: int = 64
    height: int = 48
    content: str = "content"
    asked: list[int] = field(default_factory=list)
    threads: set[str] = field(default_factory=set)

    def frames_at(self, times: Floats, width: int | None = None) -> Clip:
        self.asked.append(len(times))
        self.threads.add(threading.current_thread().name)
        frames = np.zeros((len(times), self.height, self.width, 3), np.uint8)
        frames[:, :, : self.width // 2] = times.astype(np.uint8).reshape(-1, 1, 1, 1)
        frames[:, :, self.width // 2 :] = 100
        return Clip(frames, times)

    def content_key(self) -> str:
        return self.content


def ticking(**changes: object) -> Video:
    return cast(Video, Ticking(**changes))  # type: ignore[arg-type]


TWO = (Segment(10.0, 12.0), Segment(20.0, 24.0))


def test_one_vector_per_segment_from_frames_spread_over_it() -> None:
    features = Features(Clock(), Memory(), "clock", Sampling(4))
    found = features.of(ticking(), TWO)
    assert found.tolist() == [[10.5, 100, 4], [21.5, 100, 4]]  # 10 10 11 11 and 20 21 22 23
    assert found.dtype == np.float64


def test_the_order_of_segments_is_the_callers() -> None:
    features = Features(Clock(), Memory(), "clock", Sampling(4))
    found = features.of(ticking(), (TWO[1], TWO[0], TWO[1]))
    assert found[:, 0].tolist() == [21.5, 10.5, 21.5]


def test_snippets_are_consecutive_frames_and_averaged() -> None:
    """Two seconds are 20 frames: snippets of 8 begin at 0, 4, 8 and 12."""
    clock = Clock()
    features = Features(clock, Memory(), "clock", Sampling(8, stride=4))
    found = features.of(ticking(), (Segment(0.0, 2.0),))
    means = [0, 2 / 8, 6 / 8, 1]  # of whole seconds: frames 0-7, 4-11, 8-15, 12-19
    assert sum(clock.asked) == 4
    assert found[0, 0] == pytest.approx(np.mean(means))


def test_a_snippet_of_the_very_end_is_counted() -> None:
    assert len(Sampling(16, stride=8).clips(ticking(), Segment(3.0, 4.6))) == 1
    assert len(Sampling(16, stride=8).clips(ticking(), Segment(3.0, 5.4))) == 2


def test_a_segment_shorter_than_a_snippet_is_said() -> None:
    features = Features(Clock(), Memory(), "clock", Sampling(16, stride=8))
    with pytest.raises(VideoTooShort, match=r"ticking.mp4: .* 1.00-2.50 s has 15 frames.* 16"):
        features.of(ticking(), (Segment(1.0, 2.5),))


def test_the_mirror_image_counts_half() -> None:
    features = Features(Clock(), Memory(), "clock", Sampling(4, mirrored=True))
    assert features.of(ticking(), TWO[:1]).tolist() == [[55.25, 55.25, 4]]


def test_what_was_encoded_is_not_encoded_again() -> None:
    store, clock, video = Memory(), Clock(), ticking()
    first = Features(clock, store, "clock", Sampling(4)).of(video, TWO)
    again = Features(clock, store, "clock", Sampling(4)).of(video, TWO)
    assert np.array_equal(first, again)
    assert sum(clock.asked) == 2
    assert store.puts == 1


def test_only_what_is_missing_is_encoded() -> None:
    store, clock = Memory(), Clock()
    features = Features(clock, store, "clock", Sampling(4))
    features.of(ticking(), TWO[:1])
    found = features.of(ticking(), (Segment(20.0, 24.0), Segment(30.0, 31.0), Segment(10.0, 12.0)))
    assert found[:, 0].tolist() == [21.5, 30.0, 10.5]
    assert sum(clock.asked) == 3


@pytest.mark.parametrize(
    ("video", "fingerprint", "sampling"),
    [
        (ticking(content="other"), "clock", Sampling(4)),
        (ticking(), "clock with other weights", Sampling(4)),
        (ticking(), "clock", Sampling(4, mirrored=True)),
        (ticking(), "clock", Sampling(8)),
    ],
)
def test_another_video_net_or_sampling_is_another_thing(
    video: Video, fingerprint: str, sampling: Sampling
) -> None:
    store, clock = Memory(), Clock()
    Features(clock, store, "clock", Sampling(4)).of(ticking(), TWO)
    Features(clock, store, fingerprint, sampling).of(video, TWO)
    assert len(store.kept) == 2


def test_the_name_of_a_video_does_not_matter_and_is_not_kept() -> None:
    store, clock = Memory(), Clock()
    features = Features(clock, store, "clock", Sampling(4))
    features.of(ticking(name="holiday of anna.mp4"), TWO)
    features.of(ticking(name="copy.mp4"), TWO)
    assert sum(clock.asked) == 2
    assert not [key for key in store.kept if "anna" in key or "content" in key or "clock" in key]


def test_damaged_memory_is_made_again_and_told(caplog: pytest.LogCaptureFixture) -> None:
    store, clock = Memory(), Clock()
    features = Features(clock, store, "clock", Sampling(4))
    wanted = features.of(ticking(), TWO)
    for key, data in store.kept.items():
        store.kept[key] = data[: len(data) // 2]
    assert np.array_equal(features.of(ticking(), TWO), wanted)
    assert "damaged" in caplog.text
    assert sum(clock.asked) == 4


def test_numbers_that_are_not_finite_are_said_and_not_remembered() -> None:
    store = Memory()
    with pytest.raises(WeightsBroken, match=r"ticking\.mp4: .*not finite"):
        Features(Clock(wrong=float("nan")), store, "clock", Sampling(4)).of(ticking(), TWO)
    assert not store.kept


def test_no_segments_are_no_vectors() -> None:
    assert len(Features(Clock(), Memory(), "clock").of(ticking(), ())) == 0


def test_many_clips_come_in_groups_of_bounded_memory_and_are_decoded_beside() -> None:
    video, clock = Ticking(width=640, height=360), Clock()
    segments = tuple(Segment(float(s), s + 1.0) for s in range(20))
    found = Features(clock, Memory(), "clock", Sampling(16)).of(cast(Video, video), segments)
    assert found[:, 0].tolist() == list(range(20))
    assert clock.asked == [1, 2, 4, 6, 6, 1]  # 64 MiB of 640 x 360 frames are 6 clips of 16
    assert video.asked == [16, 32, 64, 96, 96, 16]
    assert threading.current_thread().name not in video.threads


def test_long_work_is_kept_as_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gifworthy.features.KEPT_TOGETHER", 2)
    store, segments = Memory(), tuple(Segment(float(s), s + 1.0) for s in (4, 0, 3, 1, 2))
    found = Features(Clock(), store, "clock", Sampling(4)).of(ticking(), segments)
    assert found[:, 0].tolist() == [4, 0, 3, 1, 2]
    assert store.puts == 3


def test_a_backbone_that_fails_is_heard() -> None:
    class Failing:
        def encode(self, clips: Sequence[Clip]) -> Floats:
            raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError, match="out of memory"):
        Features(Failing(), Memory(), "failing").of(ticking(), TWO)


@pytest.mark.parametrize("change", [{"frames": 0}, {"stride": 0}, {"width": 0}])
def test_impossible_samplings_are_said(change: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(change))):
        Sampling(**change)  # type: ignore[arg-type]


def test_a_real_video_in_a_real_folder(tmp_path: Path) -> None:
    clock = Clock()
    for _ in range(2):
        with open_video(drawn.cuts()) as video:
            half = Segment(0.0, video.duration / 2)
            found = Features(clock, Folder(tmp_path), "clock", Sampling(4)).of(video, (half,))
            assert found.shape == (1, 3)
    assert clock.asked == [1]


def test_a_backbone_without_its_weights_says_how_to_get_them(tmp_path: Path) -> None:
    settings = Settings(weights=tmp_path, cache=tmp_path)
    with pytest.raises(WeightsMissing, match="gifworthy weights fetch i3d"):
        Features.load("i3d", settings)


def test_a_published_backbone_with_its_weights(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    pytest.importorskip("onnxscript", reason="the exporter of torch is not installed")
    from small_network import PREPARATION, small_checkpoint

    settings = Settings(weights=tmp_path / "w", cache=tmp_path / "c", threads=1)
    (tmp_path / "w").mkdir()
    folder = small_checkpoint(tmp_path / "w")
    features = Features.load("r2plus1d-18", settings)
    assert features.sampling == Sampling(PREPARATION.frames)
    found = features.of(ticking(), TWO)
    assert found.shape == (2, 64)
    assert not np.allclose(found[0], found[1])
    assert np.array_equal(Features.load("r2plus1d-18", settings).of(ticking(), TWO), found)

    folder.rename(tmp_path / "w" / "r3d-18")
    with pytest.raises(WeightsBroken, match="holds r2plus1d-18, not r3d-18"):
        Features.load("r3d-18", settings)
