"""The service under load, on this machine alone and over loopback.

    python -m benchmarks serving [--cached] [--upload] [--burst] [--events] [--mixed]
                                 [--rounds 5] [--uploads 500] [--seconds 60] [--minutes 10]

`--cached`: covers that are made, against a plain file of that size from the same server. `--upload`: from a
video's acceptance to its cover, against `gifworthy make` of the same file. `--burst`: many uploads at once on
two workers. `--events`: batches of what pages tell, and kill -9. `--mixed`: all of it for some minutes.
Without a switch all are measured; the last four make them shorter, to try.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import httpx2 as httpx
from benchmarks.loads import events, mixed
from benchmarks.material import video
from benchmarks.served import Scale, Served, serving, small_clips, with_note
from benchmarks.table import Row, markdown

CONNECTIONS, REQUESTS = 64, 3000
ROUNDS, UPLOADS, SECONDS, MINUTES = 5, 500, 60.0, 10.0
AT_ONCE, PADDING = 32, 1 << 18
GLANCE = 0.05
COMMAND = "python -m benchmarks serving"


@dataclass(frozen=True)
class Rate:
    """What one address bears. slowest: the 95th percentile, milliseconds."""

    a_second: float
    slowest: float


def main() -> None:
    given = _flags()
    measures = {
        "cached": lambda: cached(given.rounds),
        "upload": lambda: from_upload_to_cover(given.rounds),
        "burst": lambda: burst(given.uploads),
        "events": lambda: events(given.seconds),
        "mixed": lambda: mixed(60 * given.minutes),
    }
    wanted = [name for name in measures if getattr(given, name)] or list(measures)
    rows = [row for name in wanted for row in measures[name]()]
    print(markdown("The service", f"{COMMAND} {' '.join(sys.argv[1:])}".strip(), rows))


def _flags() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("cached", "upload", "burst", "events", "mixed"):
        parser.add_argument(f"--{name}", action="store_true")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--uploads", type=int, default=UPLOADS)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    return parser.parse_args(sys.argv[1:])


def cached(rounds: int) -> list[Row]:
    """A cover that is made, and a plain file of its size, in turn: 64 connections each."""
    with serving() as server:
        place = _sent(server, video(1, 720).read_bytes())
        path = f"/v1/videos/{place}/cover.gif?width=320&seconds=2"
        while (answer := httpx.get(server.address + path, timeout=60)).status_code == 202:
            time.sleep(0.2)
        (server.folder / "plain" / "cover.gif").write_bytes(answer.content)
        asyncio.run(_rate(server.port, path, REQUESTS // 10))
        pairs = [
            tuple(asyncio.run(_rate(server.port, p)) for p in (path, "/plain/cover.gif"))
            for _ in range(rounds)
        ]
    share = median(cover.a_second / plain.a_second for cover, plain in pairs)
    slower = median(cover.slowest / plain.slowest for cover, plain in pairs)
    ours, theirs = (median(pair[n].a_second for pair in pairs) for n in (0, 1))
    late, later = (median(pair[n].slowest for pair in pairs) for n in (0, 1))
    size = f"{len(answer.content) // 1000} kB"
    return [
        Row(
            f"a cover that is made ({size}), requests a second, {CONNECTIONS} connections",
            "a plain file of that size, same server",
            f"{share:.2f} of the rate ({ours:.0f} against {theirs:.0f})",
            "0.5",
        ),
        Row("its 95th percentile", "the same", f"{slower:.2f} times ({late:.0f} ms, {later:.0f})"),
    ]


def from_upload_to_cover(rounds: int) -> list[Row]:
    """A video of a minute, new bytes each time: from its acceptance to its cover, and `make` of it."""
    clip, pairs = video(1, 720).read_bytes(), list[tuple[float, float]]()
    with serving() as server, tempfile.TemporaryDirectory() as folder:
        for number in range(rounds):
            data = with_note(clip, f"round {number}".encode())
            place = Path(folder) / f"{number}.mp4"
            place.write_bytes(data)
            sent = httpx.post(f"{server.address}/v1/videos", content=data, timeout=60).json()["id"]
            began = time.perf_counter()
            _until(f"{server.address}/v1/videos/{sent}", "ready")
            order = httpx.post(f"{server.address}/v1/videos/{sent}/covers", json={}, timeout=60)
            _until(f"{server.address}/v1/jobs/{order.json()['id']}", "completed")
            ours = time.perf_counter() - began
            pairs.append((ours, _made(place)))
    told = f"{median(a / b for a, b in pairs):.2f} times"
    told += f" ({median(a for a, _ in pairs):.1f} s against {median(b for _, b in pairs):.1f} s)"
    return [
        Row("a video of 60 s, accepted to cover ready", "`gifworthy make` of it", told, "1.3 times")
    ]


def _made(place: Path) -> float:
    out = str(place.with_suffix(".gif"))
    words = [sys.executable, "-m", "gifworthy", "make", str(place), "-o", out, "-q"]
    began = time.perf_counter()
    subprocess.run(words, check=True)
    return time.perf_counter() - began


def burst(uploads: int) -> list[Row]:
    """Many uploads at once: each is accepted, or told to come again; what is accepted is done."""
    with serving(2, max(1, uploads // 2)) as server, Scale(server, 0.2) as scale:
        before, began = server.memory(), time.perf_counter()
        codes, taken = _flood(server, list(small_clips(uploads, PADDING)))
        seconds = time.perf_counter() - began
        during = scale.most
        lost = sum(not _is_done(server, place) for place in taken)
    later = codes["429 and Retry-After"]
    rest = {
        code: count for code, count in codes.items() if code not in ("202", "429 and Retry-After")
    }
    told = (
        f"{len(taken)} taken, {later} told to come again, {rest or 'none'} else, {lost} lost; "
        f"{seconds:.0f} s; web process {before:.0f} MB before, at most {during:.0f} meanwhile, "
        f"{scale.most:.0f} until all was done"
    )
    what = f"{uploads} uploads of {PADDING // 1000} kB at once, 2 workers"
    return [Row(what, "", told, "none lost, memory flat")]


def _flood(server: Served, clips: list[bytes]) -> tuple[Counter[str], list[str]]:
    codes, taken, line = Counter[str](), list[str](), threading.Semaphore(AT_ONCE)

    def send(data: bytes) -> None:
        with line:
            answer = httpx.post(f"{server.address}/v1/videos", content=data, timeout=120)
        again = " and Retry-After" if answer.headers.get("retry-after", "").isdigit() else ""
        codes[f"{answer.status_code}{again}"] += 1
        if answer.status_code == 202:
            taken.append(answer.json()["id"])

    threads = [threading.Thread(target=send, args=(data,)) for data in clips]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes.total() == len(clips), f"{len(clips) - codes.total()} got no answer"
    return codes, taken


def _is_done(server: Served, place: str) -> bool:
    try:
        _until(f"{server.address}/v1/videos/{place}", "ready")
    except AssertionError:
        return False
    return True


def _sent(server: Served, data: bytes) -> str:
    """A video that was taken in and looked at."""
    place: str = httpx.post(f"{server.address}/v1/videos", content=data, timeout=60).json()["id"]
    _until(f"{server.address}/v1/videos/{place}", "ready")
    return place


def _until(address: str, state: str) -> None:
    while (known := httpx.get(address, timeout=60).json()["state"]) != state:
        assert known in ("pending", "processing"), known
        time.sleep(GLANCE)


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


async def _rate(port: int, path: str, requests: int = REQUESTS) -> Rate:
    times: list[float] = []
    waiting = list(range(requests))
    began = time.perf_counter()
    await asyncio.gather(*(_line(port, path, waiting, times) for _ in range(CONNECTIONS)))
    return Rate(requests / (time.perf_counter() - began), 1000 * quantiles(times, n=20)[18])
