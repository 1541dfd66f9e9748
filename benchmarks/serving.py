"""The service under load, on this machine alone and over loopback.

Covers that are made, against a plain file of that size from the same server; a video that comes in, against
`gifworthy make` of the same file; a burst of uploads on two workers.
"""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import httpx2 as httpx
from benchmarks.material import video
from benchmarks.table import Row, markdown

CONNECTIONS = 64
REQUESTS = 3000
ROUNDS = 3
BURST = 500
COMMAND = "python -m benchmarks serving"


@dataclass(frozen=True)
class Rate:
    """What one address bears. slowest: the 95th percentile, milliseconds."""

    a_second: float
    slowest: float


def main() -> None:
    with tempfile.TemporaryDirectory() as name, serving(Path(name)) as port:
        address = f"http://127.0.0.1:{port}"
        rows = [
            _from_upload_to_cover(address),
            *_rates(address, port, Path(name)),
            *_burst(address),
        ]
    print(markdown("The service", COMMAND, rows))


@contextmanager
def serving(folder: Path, workers: int = 2) -> Iterator[int]:
    """A server that also gives the files of `folder/plain`; the port it listens to."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    (folder / "plain").mkdir()
    words = [sys.executable, "-m", "benchmarks.serving", str(folder), str(port), str(workers)]
    server = subprocess.Popen(words)
    try:
        while not _listens(port):
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(60)


def _serve(folder: Path, port: int, workers: int) -> None:
    import uvicorn
    from fastapi.staticfiles import StaticFiles

    from gifworthy.service.app import create_app
    from gifworthy.service.config import Bounds, Config
    from gifworthy.service.house import House
    from gifworthy.service.serving import Crew

    config = Config(folder, port=port, workers=workers, bounds=Bounds(waiting=BURST // 2))
    app = create_app(House.open(config))
    app.mount("/plain", StaticFiles(directory=folder / "plain"))
    with Crew(config):
        uvicorn.run(app, host="127.0.0.1", port=port, log_level="error")


def _from_upload_to_cover(address: str) -> Row:
    clip = video(1, 720)
    began = time.perf_counter()
    place = httpx.post(f"{address}/v1/videos", content=clip.read_bytes(), timeout=60).json()["id"]
    _until(f"{address}/v1/videos/{place}", "ready")
    job = httpx.post(f"{address}/v1/videos/{place}/covers", json={}, timeout=60).json()["id"]
    _until(f"{address}/v1/jobs/{job}", "completed")
    ours = time.perf_counter() - began
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        words = [
            sys.executable,
            "-m",
            "gifworthy",
            "make",
            str(clip),
            "-o",
            f"{folder}/c.gif",
            "-q",
        ]
        subprocess.run(words, check=True)
        alone = time.perf_counter() - began
    told = f"{ours / alone:.2f} times ({ours:.1f} s against {alone:.1f} s)"
    return Row(
        "a video of 60 s, from its upload to its cover", "`gifworthy make`", told, "1.3 times"
    )


def _rates(address: str, port: int, folder: Path) -> list[Row]:
    known = httpx.get(f"{address}/v1/videos").json()["videos"][0]["id"]
    path = f"/v1/videos/{known}/cover.gif?width=320&seconds=2"
    while (answer := httpx.get(address + path, timeout=60)).status_code == 202:
        time.sleep(0.5)
    (folder / "plain" / "cover.gif").write_bytes(answer.content)
    pairs = [
        (asyncio.run(_rate(port, path)), asyncio.run(_rate(port, "/plain/cover.gif")))
        for _ in range(ROUNDS)
    ]
    share = median(cover.a_second / plain.a_second for cover, plain in pairs)
    slower = median(cover.slowest / plain.slowest for cover, plain in pairs)
    size = f"{len(answer.content) // 1000} kB"
    rate = median(cover.a_second for cover, _ in pairs)
    late = median(cover.slowest for cover, _ in pairs)
    return [
        Row(f"a cover that is made ({size}), requests a second, 64 connections",
            "a plain file of the same server", f"{share:.2f} of the rate ({rate:.0f})", "0.5"),
        Row("its 95th percentile", "the same", f"{slower:.2f} times ({late:.0f} ms)"),
    ]  # fmt: skip


def _burst(address: str) -> list[Row]:
    """Many small uploads at once: each is accepted, or told to come again; what is accepted is done."""
    clips = list(_small_clips(BURST))
    status: list[tuple[int, str]] = []
    line = threading.Semaphore(32)

    def send(data: bytes) -> None:
        with line:
            answer = httpx.post(f"{address}/v1/videos", content=data, timeout=120)
        wait = answer.headers.get("retry-after", "")
        status.append((answer.status_code, answer.json().get("id", "") or wait))

    threads = [threading.Thread(target=send, args=(data,)) for data in clips]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = [told for code, told in status if code == 202]
    later = [told for code, told in status if code == 429 and told.isdigit()]
    assert len(taken) + len(later) == BURST, status
    seconds = time.perf_counter() - began
    for place in taken:
        _until(f"{address}/v1/videos/{place}", "ready")
    told = f"{len(taken)} taken, {len(later)} told to come again, 0 lost; {seconds:.0f} s"
    return [Row(f"{BURST} uploads at once, 2 workers", "", told, "none lost")]


def _small_clips(count: int) -> Iterator[bytes]:
    """Videos of a second, no two alike: one drawn clip with a comment of its own at its end."""
    sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
    import drawn

    with tempfile.TemporaryDirectory() as folder:
        place = drawn.write(Path(folder) / "clip.mp4", drawn.moving(1, 15, 96, 64))
        data = place.read_bytes()
    for number in range(count):
        note = f"clip {number}".encode()
        yield data + (8 + len(note)).to_bytes(4, "big") + b"free" + note


def _until(address: str, state: str) -> None:
    while (known := httpx.get(address, timeout=60).json()["state"]) != state:
        assert known in ("pending", "processing"), known
        time.sleep(0.05)


async def _line(port: int, path: str, waiting: list[int], times: list[float]) -> None:
    """One connection that asks again as soon as it is answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    while waiting:
        waiting.pop()
        began = time.perf_counter()
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        assert head.startswith(b"http/1.1 200"), head[:200]
        await reader.readexactly(int(head.split(b"content-length: ")[1].split(b"\r\n")[0]))
        times.append(time.perf_counter() - began)
    writer.close()


async def _rate(port: int, path: str) -> Rate:
    times: list[float] = []
    waiting = list(range(REQUESTS))
    began = time.perf_counter()
    await asyncio.gather(*(_line(port, path, waiting, times) for _ in range(CONNECTIONS)))
    return Rate(REQUESTS / (time.perf_counter() - began), 1000 * quantiles(times, n=20)[18])


def _listens(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
