"""Killed at any moment, the service loses nothing that it accepted, and shows nothing half."""

from __future__ import annotations

import io
import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

import drawn
from running_server import Running

httpx = pytest.importorskip("httpx2", reason="the serve extra is absent")

KILLS = 50
VIDEOS = 24


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Small videos, no two alike."""
    folder = tmp_path_factory.mktemp("clips")
    made = []
    for seed in range(VIDEOS):
        pictures = drawn.moving(seed, 20, 96, 64)
        made.append(drawn.write(folder / f"{seed}.mp4", pictures).read_bytes())
    return made


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    server = Running(tmp_path, "--workers", "2")
    server.start()
    yield server
    if server.is_alive:
        server.stop()


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_fifty_kills_lose_no_job_and_leave_no_half_cover(
    running: Running, clips: list[bytes]
) -> None:
    accepted: dict[str, str] = {}
    over = threading.Event()
    sender = threading.Thread(target=_send, args=(running, clips, accepted, over))
    sender.start()
    chance = random.Random(1)
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.1, 1.5))
        victims = running.processes()
        try:
            running.kill(chance.choice(victims))
        except ProcessLookupError:
            continue
        if not running.is_alive:
            time.sleep(0.5)
            running.start()
    over.set()
    sender.join()
    assert len(accepted) == 2 * VIDEOS
    _wait_until_done(running, list(accepted.values()))
    for job in accepted.values():
        _check(running, job)
    assert list(running.folder.rglob("*.part")) == []


def _send(
    running: Running, clips: list[bytes], accepted: dict[str, str], over: threading.Event
) -> None:
    """Send every video and order a cover of each, again and again until it is accepted."""
    for number, data in enumerate(clips):
        video = _insist(running, "/v1/videos", content=data)["id"]
        accepted[f"video {number}"] = f"/v1/videos/{video}"
        style = {"style": {"width": 64, "seconds": 0.5}}
        key = {"Idempotency-Key": f"cover of {number}"}
        job = _insist(running, f"/v1/videos/{video}/covers", json=style, headers=key)["id"]
        accepted[f"cover {number}"] = f"/v1/jobs/{job}"
        over.wait(1.0)


def _insist(running: Running, place: str, **what: object) -> dict[str, str]:
    while True:
        try:
            answer = httpx.post(running.address + place, timeout=20, **what)
        except httpx.TransportError:
            time.sleep(0.2)
            continue
        if answer.status_code == 202:
            return dict(answer.json())
        time.sleep(0.2)


def _wait_until_done(running: Running, places: list[str]) -> None:
    patience = time.monotonic() + 600
    waiting = set(places)
    while waiting:
        assert time.monotonic() < patience, waiting
        for place in list(waiting):
            state = httpx.get(running.address + place, timeout=20).json()["state"]
            assert state not in ("errored", "cancelled"), place
            if state in ("ready", "completed"):
                waiting.discard(place)
        time.sleep(0.5)


def _check(running: Running, place: str) -> None:
    record = httpx.get(running.address + place, timeout=20).json()
    if "cover" not in record:
        return
    data = httpx.get(running.address + record["cover"]["url"], timeout=20).content
    assert len(data) == record["cover"]["size_bytes"]
    with Image.open(io.BytesIO(data)) as shown:
        shown.seek(shown.n_frames - 1)  # type: ignore[attr-defined]
