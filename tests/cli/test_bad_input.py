"""What bad input gets: one line that says what, which and what to do; an exit code; no file."""

from __future__ import annotations

import errno
import http.server
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from commands import QUICK, Run, names_in
from drawn import cuts, half_second, one_frame, silent, with_sound, write

USAGE = 2


def test_a_missing_file(run: Run, tmp_path: Path) -> None:
    run("make", "talk.mp4").complained("talk.mp4")
    assert names_in(tmp_path) == []


def test_a_folder(run: Run) -> None:
    run("make", "/tmp").complained("/tmp")


def test_an_empty_file(run: Run) -> None:
    Path("empty.mp4").touch()
    run("make", "empty.mp4").complained("empty.mp4")


def test_text_named_mp4(run: Run) -> None:
    Path("notes.mp4").write_text("Dear diary,\n" * 200)
    run("make", "notes.mp4").complained("notes.mp4")


def test_audio_only(run: Run, tmp_path: Path) -> None:
    import wave

    with wave.open("talk.wav", "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(np.zeros(8000, np.int16).tobytes())
    run("make", "talk.wav").complained("talk.wav", "no video")
    assert names_in(tmp_path) == ["talk.wav"]


def test_a_playlist(run: Run) -> None:
    Path("list.m3u8").write_text(f"#EXTM3U\n#EXTINF:2,\n{silent()}\n#EXT-X-ENDLIST\n")
    run("make", "list.m3u8").complained("list.m3u8")


def test_a_truncated_file_is_used_as_far_as_it_goes_or_refused(run: Run, tmp_path: Path) -> None:
    data = with_sound("webm").read_bytes()
    Path("half.webm").write_bytes(data[: len(data) // 2])
    ran = run("make", "half.webm", *QUICK, "-q")
    assert ran.code == 0
    assert "half.webm" in ran.err
    assert "half.gif" in names_in(tmp_path)
    Path("head.webm").write_bytes(data[:200])
    run("make", "head.webm").complained("head.webm")


def test_one_frame_and_half_a_second_are_covers_too(run: Run, tmp_path: Path) -> None:
    ran = run("make", one_frame(), half_second(), "-o", ".", "--allow-refused", *QUICK)
    assert ran.code == 0, ran.err
    assert {"one-frame.gif", "half-second.gif"} <= set(names_in(tmp_path))


def test_a_picture_of_one_pixel_and_a_very_wide_one(run: Run) -> None:
    from PIL import Image

    Image.new("RGB", (1, 1)).save("dot.png")
    ran = run("make", "dot.png", *QUICK)
    assert ran.code in (0, 1)
    assert "Traceback" not in ran.err
    wide = np.zeros((2, 16, 16_000, 3), np.uint8)
    wide[:, :, ::2] = 200
    write(Path("wide.mp4"), wide)
    ran = run("make", "wide.mp4", "--allow-refused", *QUICK)
    assert ran.code in (0, 1)
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("flags", "words", "code"),
    [
        (["--start", "99"], ["start 1:39.0", "past the end", "0:08.0"], 1),
        (["--start", "3", "--end", "2"], ["start 0:03.0", "before end 0:02.0"], USAGE),
        (["--start", "noon"], ["'noon'", "1:02.5"], USAGE),
        (["--exclude", "5"], ["'5'", "0-5"], USAGE),
        (["--seconds", "0"], ["seconds must be above 0", "0"], USAGE),
        (["--width", "-1"], ["width must be above 0", "-1"], USAGE),
        (["--height", "0"], ["height must be above 0", "0"], USAGE),
        (["--fps", "nan"], ["fps must be above 0", "nan"], USAGE),
        (["--max-bytes", "10"], ["10"], 1),
        (["--max-bytes", "much"], ["'much'", "2MB"], USAGE),
        (["--max-bytes", "0"], ["max_bytes must be above 0", "0"], USAGE),
        (["--seconds", "10-3"], ["'10-3'", "3-10"], USAGE),
        (["--seconds", "0-3"], ["seconds must be above 0", "0"], USAGE),
        (["--aspect", "wide"], ["'wide'", "16:9"], USAGE),
        (["--aspect", "100:1"], ["100", "between 1:20 and 20:1"], USAGE),
        (["--aspect", "8:1"], ["160 x 20 pixels", "cuts.mp4", "between"], 1),
        (["--keep", "0,0,2,1"], ["'0,0,2,1'", "outside the frame"], USAGE),
        (["--avoid", "0,0,1"], ["'0,0,1'", "left,top,right,bottom"], USAGE),
        (["--aspect", "1:1", "--keep", "0,0,.9,1"], ["cuts.mp4", "1:1", "keep less"], 1),
        (["--keep", "0,0,.5,.5", "--avoid", ".4,.4,1,1"], ["0,0,0.5,0.5", "overlap"], USAGE),
        (["--avoid", "0,0,1,.9"], ["cuts.mp4", "avoid less"], 1),
        (["--map", "signals"], ["signals", "no map"], USAGE),
        (["--map", "pldvdh"], ["pldvdh"], USAGE),
        (["--aspect", "16:0"], ["'16:0'"], USAGE),
        (["--loop", "forever"], ["loop", "'forever'", "seam"], USAGE),
        (["--transition", "star"], ["transition", "'star'", "fade"], USAGE),
        (["--shots", "0"], ["shots", "1..10", "0"], USAGE),
        (["--quality", "101"], ["quality", "101"], USAGE),
        (["--effort", "lazy"], ["effort", "'lazy'", "balanced"], USAGE),
        (["--plan", "signal"], ["'signal'", "did you mean 'signals'?"], USAGE),
        (["--format", "gift"], ["'gift'", "did you mean 'gif'?"], USAGE),
        (["--for", "discrd"], ["'discrd'", "did you mean 'discord'?"], USAGE),
        (["--for", "email", "--format", "mp4"], ["email", "mp4", "gif"], USAGE),
        (["-o", "cover.xyz"], ["cover.xyz", ".webp"], USAGE),
        (["-o", "cover.gif", "--format", "webp"], ["contradict"], USAGE),
        (["--also", "edl"], ["edl", "otio"], USAGE),
        (["--against", "own.jpg"], ["own.jpg", "neither a picture"], USAGE),
        (["--against", "0:30"], ["0:30.0", "outside", "0:08.0"], USAGE),
        (["-o", "-", "--json"], ["-o -", "--json"], USAGE),
        (["-o", "no/where/cover.gif"], ["no/where", "no folder"], 1),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_impossible_wishes(
    run: Run, tmp_path: Path, flags: list[str], words: list[str], code: int
) -> None:
    run("make", cuts(), *flags).complained(*words, code=code)
    assert names_in(tmp_path) == []


def test_a_picture_that_is_none(run: Run) -> None:
    Path("own.jpg").write_text("not a picture")
    run("make", cuts(), "--against", "own.jpg").complained("own.jpg", "JPEG, PNG or WebP")


def test_no_video_at_all(run: Run) -> None:
    run("make").complained("no video was named", code=USAGE)


def test_an_unknown_flag_is_a_usage_error(run: Run) -> None:
    ran = run("make", "talk.mp4", "--widht", "3")
    assert ran.code == USAGE
    assert "--widht" in ran.err
    assert "Traceback" not in ran.err


def test_what_is_there_is_not_touched_and_the_work_not_begun(run: Run, tmp_path: Path) -> None:
    Path("talk.jpg").write_bytes(b"a holiday picture")
    run("make", "talk.mp4").complained("talk.jpg exists already", "--overwrite")
    assert Path("talk.jpg").read_bytes() == b"a holiday picture"
    assert names_in(tmp_path) == ["talk.jpg"]


def test_the_video_itself_is_never_replaced(run: Run) -> None:
    shutil.copy(silent(), "talk.gif")
    before = Path("talk.gif").read_bytes()
    run("make", "talk.gif", "--overwrite").complained("talk.gif is the video itself")
    assert Path("talk.gif").read_bytes() == before


def test_two_videos_of_one_name(run: Run, tmp_path: Path) -> None:
    run("make", "a/talk.mp4", "b/talk.mkv").complained(
        "a/talk.mp4 and b/talk.mkv", "talk.gif", code=USAGE
    )
    run("make", "a.mp4", "b.mp4", "-o", "one.gif").complained("one.gif", "2 videos", code=USAGE)
    assert names_in(tmp_path) == []


def test_a_folder_that_may_not_be_written(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may write anywhere, so the answer of the system is played."""

    def refused(**_: object) -> tuple[int, str]:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(tempfile, "mkstemp", refused)
    run("make", "talk.mp4").complained("talk.gif cannot be written", "Permission denied")


@pytest.mark.parametrize(
    "asked", [("make", "a.mp4", "--nope"), ("nosuch",), ("make", "--fps", "x")]
)
def test_a_flag_that_is_none_gets_one_line(asked: tuple[str, ...]) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "gifworthy", *asked], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)
    assert ran.stderr.startswith("gifworthy: ")


def test_a_name_that_says_something_else(run: Run) -> None:
    run("sample", "clip.txt").complained("clip.txt", ".mp4", code=2)
    run("rank", silent(), "--sheet", "sheet.txt").complained("sheet.txt", ".png", code=2)


def test_one_table_holds_one_video(run: Run) -> None:
    run("shots", silent(), silent(), "--as", "csv").complained("--as csv", "2 were given", code=2)


def test_excluding_everything_is_told_apart(run: Run) -> None:
    ran = run("make", silent(), "--exclude", "0-100%")
    ran.complained("exclude less")
    assert "allow-refused" not in ran.err


def test_a_full_standard_output_is_named() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    command = [sys.executable, "-m", "gifworthy", "make", str(silent()), *QUICK, "-o", "-"]
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ran.returncode == 1
    assert "standard output cannot be written" in ran.stderr


def test_a_disk_that_takes_no_more(run: Run, tmp_path: Path) -> None:
    """The system refuses in the middle of a file, as a full disk does, which only root could fill."""
    video = silent()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, hard))
    try:
        ran = run("make", video, *QUICK)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    ran.complained("silent.gif", "cannot be written", "File too large", "another place")
    assert names_in(tmp_path) == []


def test_a_full_disk(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    run("make", silent(), *QUICK).complained("silent.gif", "No space left on device")
    assert names_in(tmp_path) == []


def test_a_fault_of_ours_is_one_line_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise AssertionError("we miscounted")

    monkeypatch.setattr("gifworthy.pipeline.CoverMaker.produce", broken)
    run("make", "talk.mp4").complained("fault of gifworthy", "we miscounted", "GIFWORTHY_DEBUG")
    monkeypatch.setenv("GIFWORTHY_DEBUG", "1")
    assert "Traceback" in run("make", "talk.mp4").err


class Door(http.server.BaseHTTPRequestHandler):
    """A server that has nothing."""

    def do_GET(self) -> None:
        self.send_error(404)

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def nothing_there() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_url_that_answers_404(run: Run, nothing_there: str, tmp_path: Path) -> None:
    run("make", f"{nothing_there}/talk.mp4").complained("talk.mp4", "127.0.0.1")
    assert names_in(tmp_path) == []


def test_a_url_that_hangs(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIFWORTHY_TIMEOUT", "0.5")
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/talk.mp4"
        began = time.monotonic()
        run("make", url).complained("talk.mp4", "0.5 s")
        assert time.monotonic() - began < 15


def test_ctrl_c_stops_and_leaves_nothing(tmp_path: Path) -> None:
    """In a process of its own, stopped in the middle of its work: reading from a pipe that waits."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/talk.mp4"
        working = subprocess.Popen(
            [sys.executable, "-m", "gifworthy", "make", url],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        server.settimeout(30)
        caller, _ = server.accept()
        working.send_signal(signal.SIGINT)
        out, err = working.communicate(timeout=30)
        caller.close()
    assert (working.returncode, out) == (130, "")
    assert err == "gifworthy: stopped; nothing half-written was left\n"
    assert names_in(tmp_path) == []


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    command = f"{sys.executable} -m gifworthy platforms | head -1"
    ended = subprocess.run(command, shell=True, capture_output=True, cwd=tmp_path, check=False)
    assert ended.stderr == b""
