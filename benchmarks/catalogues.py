"""Catalogues to run batches over, and what a batch left behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pyarrow.dataset as ds
from benchmarks.material import SHARED, WORK

TINY_LOOK = ("--seconds", "0.6", "--width", "48", "--fps", "5", "--keep-intros")


def tiny(count: int, scenes: int | None = None) -> Path:
    """`count` videos of a second, 64 x 48; from so many different scenes, one each if not said."""
    folder = WORK / f"tiny-{count}-{scenes or count}"
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        path = folder / f"v{number:06}.mp4"
        if path.exists():
            continue
        if scenes and number >= scenes:
            shutil.copyfile(folder / f"v{number % scenes:06}.mp4", path)
        else:
            _draw(path, number + 1)
    return folder


def _draw(path: Path, seed: int) -> None:
    """A ball that crosses a scene of its own."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(20, 236, (6, 10, 3)).astype(np.uint8)
    scene = cv2.resize(coarse, (64, 48), interpolation=cv2.INTER_CUBIC)
    part = path.with_suffix(".part.mp4")
    with av.open(str(part), "w") as out:
        stream = out.add_stream("libx264", rate=25, options={"preset": "ultrafast", "crf": "20"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for step in range(25):
            picture = scene.copy()
            cv2.circle(picture, (64 * (step + 1) // 26, 24), 8, (250, 240, 40), -1)
            frame = av.VideoFrame.from_ndarray(picture.astype(np.uint8), format="rgb24")
            frame.pts, frame.time_base = step, Fraction(1, 25)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    part.rename(path)


def real(count: int, seconds: float = 6.0) -> Path:
    """Pieces of the real videos beside the project, cut at key frames without encoding again."""
    folder = WORK / f"real-{count}"
    folder.mkdir(parents=True, exist_ok=True)
    if len(list(folder.iterdir())) >= count:
        return folder
    videos = sorted(path for path in SHARED.iterdir() if path.suffix in (".mp4", ".webm"))
    pieces = [_pieces(video, seconds) for video in videos]
    made = 0
    while made < count and pieces:
        for one in list(pieces):
            piece = next(one, None)
            if piece is None:
                pieces.remove(one)
            elif made < count:
                made += 1
                piece.rename(folder / f"{made:04}{piece.suffix}")
    return folder


def _pieces(video: Path, seconds: float) -> Iterator[Path]:
    """Stretches of a video, each at least so long; the last, shorter one is left out."""
    part = WORK / f"piece-{video.stem}{video.suffix}"
    with av.open(str(video)) as source:
        stream = source.streams.video[0]
        packets = [p for p in source.demux(stream) if p.pts is not None and p.dts is not None]
        tick = float(stream.time_base or 1)
        first = 0
        for number, packet in enumerate(packets):
            if not packet.is_keyframe or (packet.pts - packets[first].pts) * tick < seconds:  # type: ignore[operator]
                continue
            with av.open(str(part), "w") as out:
                copy = out.add_stream_from_template(stream)
                start = packets[first].dts or 0
                for one in packets[first:number]:
                    one.pts, one.dts = (one.pts or 0) - start, (one.dts or 0) - start
                    one.stream = copy
                    out.mux(one)
            first = number
            yield part


@dataclass(frozen=True)
class Left:
    """What a batch left: rows by source, covers by name, and what should not be there."""

    rows: Counter[str]
    failed: Counter[str]
    covers: dict[str, bytes]
    unfinished: list[str]


def left_by(out: Path) -> Left:
    """Look at everything a batch wrote, as somebody who knows Parquet and files."""
    table = ds.dataset(out / "table").to_table(columns=["source", "error"]).to_pylist()
    covers = {p.name: p.read_bytes() for p in (out / "covers").rglob("*") if p.is_file()}
    apart = out / ".unfinished"
    return Left(
        Counter(row["source"] for row in table),
        Counter(row["error"]["type"] for row in table if row["error"]),
        covers,
        [str(path) for path in apart.rglob("*") if path.is_file()] if apart.exists() else [],
    )


def command(*arguments: object) -> list[str]:
    """`gifworthy batch` with these arguments."""
    return [sys.executable, "-m", "gifworthy", "batch", *map(str, arguments), "--quiet"]


def batch(*arguments: object) -> float:
    """Run a batch to its end; seconds. Failing videos are not minded."""
    began = datetime.now()
    done = subprocess.run(command(*arguments), capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1) or "fault" in done.stderr:
        raise RuntimeError(done.stderr)
    return (datetime.now() - began).total_seconds()


def rate(out: Path) -> float:
    """Videos a second between the first row and the last: start-up is left out."""
    lines = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
    times = [datetime.fromisoformat(e["time"]) for e in lines if e["event"] in ("made", "failed")]
    return (len(times) - 1) / (times[-1] - times[0]).total_seconds()


def fresh(name: str) -> Path:
    """An empty place for covers."""
    out = WORK / name
    shutil.rmtree(out, ignore_errors=True)
    return out


def parents() -> dict[int, tuple[int, str]]:
    """Every process that is there: its parent and its command."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            status = (entry / "stat").read_text()
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        found[int(entry.name)] = (int(status.rpartition(")")[2].split()[1]), words)
    return found


def below(pid: int) -> dict[int, str]:
    """Processes that descend from one, and their commands."""
    everybody, found = parents(), dict[int, str]()
    grown = True
    while grown:
        grown = False
        for one, (parent, words) in everybody.items():
            if one not in found and (parent == pid or parent in found):
                found[one] = words
                grown = True
    return found


def kill(pid: int) -> bool:
    """Kill a process, if it is still there."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
