"""The one open resource: bounds, names, keys, losses, and frames on real files."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

import drawn
import drawn_looks
from drawn import number_of, numbered
from gifworthy.errors import VideoError, VideoTooShort, VideoUnreadable
from gifworthy.moments import Bounds, Moment, parse_moment, parse_span
from gifworthy.types import Segment
from gifworthy.video import open_video


def test_what_a_video_says_of_itself() -> None:
    with open_video(drawn.with_sound(), "fast") as video:
        assert video.name == "with-sound.mp4"
        assert (video.width, video.height, video.fps) == (160, 96, 25)
        assert video.duration == pytest.approx(6.0, abs=0.02)
        assert video.has_audio
        assert video.effort == "fast"
        assert video.bounds == Segment(0, video.duration)
        assert video.excluded == ()
        assert video.warnings == ()
    with open_video(drawn.silent()) as video:
        assert not video.has_audio


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (None, None, (0, 8)),
        ("1.5", None, (1.5, 8)),
        ("25%", "0:06", (2, 6)),
        (None, "99", (0, 8)),
    ],
)
def test_bounds(start: str | None, end: str | None, expected: tuple[float, float]) -> None:
    bounds = Bounds(start and parse_moment(start), end and parse_moment(end))  # type: ignore[arg-type]
    with open_video(drawn.cuts(), bounds=bounds) as video:
        assert (video.bounds.start, video.bounds.end) == pytest.approx(expected)


def test_a_start_past_the_end_is_told() -> None:
    words = r"start 1:30.0 lies past the end of cuts.mp4, which lasts 0:08.0; give an earlier start"
    with pytest.raises(VideoTooShort, match=words):
        open_video(drawn.cuts(), bounds=Bounds(start=Moment(90)))


def test_a_start_after_the_end_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match=r"start 0:05\.0 must come before end 0:03\.0"):
        open_video(drawn.cuts(), bounds=Bounds(Moment(5), Moment(3)))


def test_excluded_spans_are_seconds_inside_the_bounds() -> None:
    spans = tuple(parse_span(text) for text in ("75%-100%", "0-1", "2-3", "50-60"))
    with open_video(drawn.cuts(), bounds=Bounds(Moment(1.5), None, spans)) as video:
        assert video.excluded == (Segment(2, 3), Segment(6, 8))
    with pytest.raises(ValueError, match="must start before it ends"):
        open_video(drawn.cuts(), bounds=Bounds(exclude=(parse_span("4-3"),)))


def test_no_moments_are_no_frames() -> None:
    with open_video(drawn.cuts()) as video:
        assert video.frames_at(np.zeros(0)).frames.shape == (0, 96, 160, 3)


@pytest.mark.parametrize("moment", [float("nan"), float("inf")])
def test_a_moment_that_is_none_is_the_callers_mistake(moment: float) -> None:
    with open_video(drawn.cuts()) as video, pytest.raises(ValueError, match="not finite"):
        video.frames_at(np.array([1.0, moment]))


def test_the_content_names_the_key_not_the_path(tmp_path: Path) -> None:
    copy = tmp_path / "other name.mp4"
    shutil.copy(drawn.cuts(), copy)
    with (
        open_video(drawn.cuts()) as one,
        open_video(copy) as two,
        open_video(drawn.silent()) as three,
    ):
        assert one.content_key() == two.content_key() != three.content_key()
        assert len(one.content_key()) == 32


def test_a_large_files_key_sees_samples_and_its_size(tmp_path: Path) -> None:
    large = tmp_path / "large.mp4"
    film = drawn.cuts().read_bytes()
    large.write_bytes(film + bytes(9 << 20))
    with open_video(large) as video:
        first = video.content_key()
    large.write_bytes(film + bytes((9 << 20) - 1) + b"x")
    with open_video(large) as video:
        assert video.content_key() != first


def test_a_file_that_changes_while_it_is_read_is_told(tmp_path: Path) -> None:
    growing = tmp_path / "growing.mp4"
    shutil.copy(drawn.cuts(), growing)
    with open_video(growing) as video:
        with growing.open("ab") as file:
            file.write(b"more")
        with pytest.raises(VideoUnreadable, match=r"growing.mp4 changed while it was read"):
            video.frames_at(np.array([1.0]))


def test_a_file_that_vanishes_while_it_is_read_is_told(tmp_path: Path) -> None:
    leaving = tmp_path / "leaving.mp4"
    shutil.copy(drawn.cuts(), leaving)
    with open_video(leaving) as video:
        leaving.unlink()
        with pytest.raises(VideoUnreadable, match="vanished while it was read"):
            video.frames_at(np.array([1.0]))


def test_a_closed_video_lets_its_file_go() -> None:
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        pytest.skip("this system has no /proc")
    path = drawn.cuts()
    with open_video(path) as video:
        video.frames_at(np.array([1.0]))
    assert str(path) not in {str(link.readlink()) for link in folder.iterdir() if link.is_symlink()}


def test_scan_is_made_once_and_leaves_the_frames_right() -> None:
    with open_video(numbered("mp4", 200)) as video:
        assert video.scan is video.scan
        assert [number_of(f) for f in video.frames_at(np.array([6.0, 2.0])).frames] == [150, 50]


@pytest.mark.parametrize(
    ("name", "duration", "size"),
    [
        ("edge/rotate_flag_10s.mp4", 10.01, (544, 1280)),
        ("edge/decord_video_180.mov", 0.1, (568, 320)),
        ("edge/vfr_traffic_35s_720p.mp4", 34.44, (1280, 720)),
        ("edge/mpegts_60s.ts", 60.0, (416, 234)),
        ("edge/clock_119s.flv", 118.8, (640, 480)),
        ("edge/indeo4_15s.avi", 15.7, (256, 240)),
        ("edge/torchcodec_av1_video.mkv", 5.0, (640, 360)),
        ("edge/torchcodec_h265_video.mp4", 1.0, (128, 128)),
        ("edge/decord_unordered.mov", 0.125, (50, 50)),
        ("edge/decord_corrupted.mp4", 5.0, (1280, 720)),
        ("bbb_trailer_33s_640x356.webm", 32.5, (640, 356)),
    ],
)
def test_real_files(videos: Path, name: str, duration: float, size: tuple[int, int]) -> None:
    with open_video(videos / name) as video:
        assert video.duration == pytest.approx(duration, rel=0.02)
        assert (video.width, video.height) == size
        clip = video.frames_at(np.linspace(0, video.duration, 5), 160)
        assert len(clip) == 5
        assert clip.width == min(160, size[0])


@pytest.mark.parametrize("name", ["edge/vfr_traffic_35s_720p.mp4", "edge/clock_119s.flv"])
def test_seeking_in_real_files_finds_what_reading_through_finds(videos: Path, name: str) -> None:
    wanted = np.array([17.03, 2.2, 9.5, 2.24])
    with open_video(videos / name) as video:
        found = video.frames_at(wanted, 96).frames
        painter = video._opened.painter(96)
        shown = {}
        for picture in video._opened.pictures_from(0.0):
            for place in np.flatnonzero(wanted >= picture.time - 1e-6):
                shown[int(place)] = picture
            if picture.time > wanted.max():
                break
        assert all((painter.paint(shown[n].frame) == found[n]).all() for n in range(len(wanted)))


def test_one_bad_file_is_a_video_error(tmp_path: Path) -> None:
    (tmp_path / "x.mp4").write_bytes(b"\0" * 5000)
    with pytest.raises(VideoError):
        open_video(tmp_path / "x.mp4")


def test_a_turned_videos_scan_is_upright() -> None:
    with open_video(drawn_looks.turned(90)) as video:
        frame = video.scan.frames[0]
        assert frame.shape[0] > frame.shape[1]
        left, right = frame[4, 4], frame[4, -5]
        assert left.argmax() == 2, "blue is top left"
        assert right.argmax() == 0, "red is top right"
