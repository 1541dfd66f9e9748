"""What is opened, what is refused, and in which words."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

import drawn
import drawn_looks
import drawn_strange
from gifworthy.decoding import open_source
from gifworthy.errors import VideoNotFound, VideoUnreadable


def message(path: Path | str) -> str:
    with pytest.raises(VideoUnreadable) as caught:
        open_source(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_missing_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(VideoNotFound, match="does not exist"):
        open_source(tmp_path / "missing.mp4")


def test_a_path_through_a_file_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(VideoNotFound):
        open_source(tmp_path / "file" / "talk.mp4")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "is a folder; give a video file inside it" in message(tmp_path)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    assert "is empty" in message(tmp_path / "empty.mp4")


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    assert "is a device or a pipe" in message(tmp_path / "pipe.mp4")


@pytest.mark.parametrize("text", ["Dear diary,\n", "größer als 3 äpfel\n" * 500])
def test_text_named_mp4_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "diary.mp4").write_text(text)
    assert message(tmp_path / "diary.mp4") == "diary.mp4 holds text, no video; give a video file"


def test_a_web_page_is_refused(tmp_path: Path) -> None:
    (tmp_path / "watch.mp4").write_text("<!DOCTYPE html><html><body>Log in</body></html>")
    assert "is a web page" in message(tmp_path / "watch.mp4")


def test_noise_is_refused(tmp_path: Path) -> None:
    (tmp_path / "noise.mp4").write_bytes(bytes(range(256)) * 100)
    assert "cannot be read as a video" in message(tmp_path / "noise.mp4")


@pytest.mark.parametrize("name", ["list.m3u8", "innocent.mp4"])
@pytest.mark.parametrize(
    "text",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:8\n#EXTINF:8,\n{0}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile '{0}'\n",
        "file '{0}'\n",
        '<?xml version="1.0"?><MPD><Period/></MPD>{0}',
    ],
)
def test_a_playlist_is_refused_whatever_its_name(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text.format(drawn.cuts()))
    assert "is a playlist, which may open other files" in message(tmp_path / name)


@pytest.mark.parametrize("name", ["concat:{0}|{0}", "subfile,,start,0,end,0,,:{0}", "data:video,x"])
def test_a_protocol_in_a_path_is_a_file_name(name: str) -> None:
    with pytest.raises(VideoNotFound):
        open_source(name.format(drawn.cuts()))


def test_a_file_address_is_a_path() -> None:
    with open_source(drawn.silent().as_uri()) as source:
        assert source.duration == pytest.approx(2.0)


def test_a_percent_pattern_is_no_picture_series(tmp_path: Path) -> None:
    """`%d` in a name would make the decoder's image reader open numbered neighbours."""
    target = tmp_path / "film-%03d.mp4"
    target.write_bytes(drawn.silent().read_bytes())
    with open_source(target) as source:
        assert source.duration == pytest.approx(2.0)


def test_sound_alone_is_refused_with_what_there_is() -> None:
    assert message(drawn_strange.audio_only()) == (
        "talk.mkv has no video stream (2 audio, 1 subtitle); give a file that has one"
    )


def test_the_cover_of_a_song_is_no_video() -> None:
    assert "no video stream (1 audio, 1 cover picture)" in message(drawn_strange.song_with_cover())


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (drawn_strange.encrypted, "is encrypted; give a copy without protection"),
        (drawn_strange.no_packets, "holds no pictures"),
    ],
)
def test_a_stream_without_pictures_is_refused(draw: Callable[[], Path], words: str) -> None:
    assert words in message(draw())


def test_an_absurd_size_is_refused_before_memory_is_taken() -> None:
    assert "is 20000x4 pixels; at most 16384 a side" in message(drawn_looks.sized(20000, 4))


@pytest.mark.parametrize("size", [(1, 1), (35, 27), (16000, 16), (3, 400)])
def test_any_other_size_is_shown(size: tuple[int, int]) -> None:
    with open_source(drawn_looks.sized(*size)) as source:
        assert (source.width, source.height) == size
        shades = [source.painter().paint(p.frame).mean() for p in source.pictures_from(0.0)]
    assert shades == [60, 120, 180]


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret.mp4"
    path.write_bytes(drawn.silent().read_bytes())
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    assert "may not be read" in message(path)
