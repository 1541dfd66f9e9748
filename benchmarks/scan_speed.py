"""What a scan costs: time against a full decode, memory for ten minutes and two hours, bytes read.

    python -m benchmarks scan_speed [VIDEO]

Without a video, real clips of `../shared/videos` are scaled to 1080p30, grained and joined: `MINUTES` long.
Each scan runs in a process of its own, so that its peak memory is its own; the two hours are the same
packets one after the other. Times are taken in turn with the full decode, and ratios are quoted.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from statistics import median

import av
import cv2
import numpy as np
from benchmarks.table import Row, markdown

from gifworthy.decoding import open_source
from gifworthy.scan import scan_video
from gifworthy.types import EFFORTS, Effort, Frames, Segment

VIDEOS = Path(__file__).resolve().parent.parent.parent / "shared" / "videos"
MINUTES = 10
RUNS = 5
FPS = 30
SIZE = (1920, 1080)
GRAIN = 3.0
CODING = {"preset": "veryfast", "crf": "22", "threads": "2"}
LIMITS = {"fast": ("0.25", "0.10"), "balanced": ("1.0", "0.7"), "thorough": ("1.5", "1.2")}


@dataclass(frozen=True)
class Cost:
    """What one run took: seconds on the clock and of the processors, and peak memory."""

    seconds: float
    processor_seconds: float
    peak_megabytes: float


def takes(word: str) -> bool:
    """A video to scan."""
    return Path(word).is_file()


def main() -> None:
    given = [Path(name) for name in sys.argv[1:] if Path(name).is_file()]
    if not given and not VIDEOS.is_dir():
        print("skipped: the real videos are not here; give one")
        return
    with tempfile.TemporaryDirectory() as folder:
        path = given[0] if given else draw(Path(folder) / "ten-minutes.mp4")
        long = repeated(path, Path(folder) / "two-hours.mp4", 12)
        rows = [*time_rows(path), *memory_rows(path, long)]
    print(markdown("Scan: time and memory", "python -m benchmarks scan_speed", rows))


def time_rows(path: Path) -> list[Row]:
    """Each effort against a full decode, turn by turn."""
    rows = []
    for effort in EFFORTS:
        pairs = [(cost_of(path, effort), cost_of(path, None)) for _ in range(RUNS)]
        ratio = median(ours.seconds / full.seconds for ours, full in pairs)
        work = median(ours.processor_seconds / full.processor_seconds for ours, full in pairs)
        said = f"{ratio:.2f} of the time, {work:.2f} of the processors' seconds"
        rows.append(Row(f"scan {effort}", "full decode, 2 threads", said, *LIMITS[effort]))
    return rows


def memory_rows(path: Path, long: Path) -> list[Row]:
    """Peak memory of each effort, for a video and one twelve times as long."""
    rows = []
    for effort in EFFORTS:
        short, much = cost_of(path, effort).peak_megabytes, cost_of(long, effort).peak_megabytes
        said = f"{short:.0f} MB and {much:.0f} MB ({much / short:.2f})"
        rows.append(Row(f"peak memory {effort}", "12 times as long", said, "400 MB, 1.2", "250 MB"))
    return rows


def cost_of(path: Path, effort: Effort | None) -> Cost:
    """Run a scan, or a full decode when no effort is given, in a fresh process."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_cost, (path, effort))


def _cost(path: Path, effort: Effort | None) -> Cost:
    start, before = time.perf_counter(), time.process_time()
    if effort is None:
        decode(path)
    else:
        with open_source(path) as source:
            scan_video(source, Segment(0.0, source.duration), effort)
    seconds, processor = time.perf_counter() - start, time.process_time() - before
    return Cost(seconds, processor, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def decode(path: Path) -> int:
    """Decode every picture with two threads, as `ffmpeg -threads 2 -i V -an -f null -` does."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type, stream.thread_count = "AUTO", 2
        return sum(1 for _ in container.decode(stream))


def repeated(path: Path, target: Path, times: int) -> Path:
    """The same packets `times` times over, without coding anything anew."""
    with av.open(str(target), "w") as out, av.open(str(path)) as first:
        stream = out.add_stream_from_template(first.streams.video[0])
        length = first.streams.video[0].duration or 0
        for turn in range(times):
            with av.open(str(path)) as container:
                for packet in container.demux(container.streams.video[0]):
                    if packet.dts is not None and packet.pts is not None:
                        packet.dts, packet.pts = (
                            packet.dts + turn * length,
                            packet.pts + turn * length,
                        )
                        packet.stream = stream
                        out.mux(packet)
    return target


def draw(path: Path) -> Path:
    """Real clips one after the other, scaled to 1080p and grained as a camera grains."""
    grain = np.random.default_rng(0).normal(0, GRAIN, (8, SIZE[1], SIZE[0], 1))
    left = MINUTES * 60 * FPS
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=FPS, options=dict(CODING))
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        while left > 0:
            for clip in sorted(VIDEOS.glob("*.mp4")):
                left -= _append(clip, out, stream, grain, left)
        out.mux(stream.encode(None))
    return path


def _append(
    clip: Path,
    out: av.container.OutputContainer,
    stream: av.VideoStream,
    grain: np.ndarray,
    most: int,
) -> int:
    """Add a clip at 30 frames a second, at most so many frames; how many were added."""
    added = 0
    with av.open(str(clip)) as container:
        for frame in container.decode(video=0):
            while added < most and (frame.time or 0.0) >= Fraction(added, FPS):
                picture = cv2.resize(frame.to_ndarray(format="rgb24"), SIZE)
                grained: Frames = np.clip(picture + grain[added % len(grain)], 0, 255).astype(
                    np.uint8
                )
                out.mux(stream.encode(av.VideoFrame.from_ndarray(grained, format="rgb24")))
                added += 1
    return added


if __name__ == "__main__":
    main()
