"""What hangs, swells or dies in a process of its own, and what is left of it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from gifworthy.errors import VideoUnreadable, WorkCrashed, WorkTooLarge, WorkTooLong
from gifworthy.isolation import Limits, Stopped, run_isolated
from gifworthy.settings import Told

ROOMY = Limits(seconds=30)


def add(a: int, b: int, tell: Told) -> int:
    return a + b


def refuse(tell: Told) -> None:
    raise VideoUnreadable("talk.mp4 is no video")


def mistake(tell: Told) -> None:
    Path("/srv/secret/place/records.key").read_bytes()


def hang(tell: Told) -> None:
    time.sleep(100)


def swell(tell: Told) -> int:
    return int(np.ones(1 << 30, np.uint8).sum())


def die(tell: Told) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def come_along(tell: Told) -> None:
    for step in range(1000):
        tell(step / 1000)
        time.sleep(0.01)


def write_identity_and_hang(place: str, tell: Told) -> None:
    Path(place).write_text(str(os.getpid()))
    time.sleep(100)


def reach(port: int, tell: Told) -> bool:
    with socket.socket() as line:
        line.settimeout(5)
        return line.connect_ex(("127.0.0.1", port)) == 0


def test_a_result_comes_back() -> None:
    assert run_isolated(partial(add, 2, 3), ROOMY) == 5


def test_an_error_of_ours_comes_back_as_it_is() -> None:
    with pytest.raises(VideoUnreadable, match=r"^talk\.mp4 is no video$"):
        run_isolated(refuse, ROOMY)


def test_a_mistake_is_a_crash_and_its_own_words_stay_in_the_log() -> None:
    with pytest.raises(WorkCrashed, match="FileNotFoundError") as caught:
        run_isolated(mistake, ROOMY)
    assert "secret" not in str(caught.value)


def test_what_hangs_is_ended() -> None:
    began = time.monotonic()
    with pytest.raises(WorkTooLong, match="after 1 seconds"):
        run_isolated(hang, Limits(seconds=1))
    assert time.monotonic() - began < 20


def test_what_swells_is_refused_the_memory() -> None:
    with pytest.raises(WorkTooLarge, match="more than 600 MiB"):
        run_isolated(swell, Limits(30, 600 << 20))


def test_what_dies_is_told_by_its_signal() -> None:
    with pytest.raises(WorkCrashed, match="was killed by SIGSEGV"):
        run_isolated(die, ROOMY)


def test_who_waits_hears_how_far_it_is_and_can_stop_it() -> None:
    heard: list[float] = []

    def enough(share: float) -> bool:
        heard.append(share)
        return share < 0.05

    with pytest.raises(Stopped):
        run_isolated(come_along, ROOMY, enough)
    assert heard == sorted(heard)
    assert heard[-1] >= 0.05


def test_the_worker_dies_with_who_waits_for_it(tmp_path: Path) -> None:
    note = tmp_path / "identity"
    script = (
        "from functools import partial\nfrom test_isolation import write_identity_and_hang\n"
        "from gifworthy.isolation import Limits, run_isolated\n"
        f"run_isolated(partial(write_identity_and_hang, {str(note)!r}), Limits(90))\n"
    )
    here = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    waiting = subprocess.Popen([sys.executable, "-c", script], env=here)
    while not (note.exists() and note.read_text()):
        assert waiting.poll() is None
        time.sleep(0.05)
    worker = int(note.read_text())
    waiting.kill()
    waiting.wait()
    patience = time.monotonic() + 20
    while _lives(worker):
        assert time.monotonic() < patience, "it lives on"
        time.sleep(0.05)


def _lives(process: int) -> bool:
    """Whether it runs; one that ended but that nobody has asked after is listed for a while."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_without_a_network_nobody_is_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        assert run_isolated(partial(reach, port), ROOMY)
        if run_isolated(partial(reach, port), Limits(30, network=False)):
            pytest.skip("this system gives no process without a network")
