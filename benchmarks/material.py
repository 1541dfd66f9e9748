"""Videos to measure on: real pictures joined into any length, made once and kept in `bench-work/`.

A minute is encoded from real clips beside the project (or from the drawn sample where they are
absent); longer videos are that minute joined end to end without encoding again.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "bench-work"
SHARED = ROOT.parent / "shared" / "videos"
CLIPS = (
    "bbb_184-362s_contiguous_640x360.mp4",
    "sam2_01_dog.mp4",
    "dizzy_cat_25s_480x360.mp4",
    "dvrscan_traffic_23s_720p.mp4",
    "webrtc_out2_meeting_41s_720p.webm",
    "sam2_02_cups.mp4",
)
FPS = 30
SECONDS_A_CLIP = 10


def video(minutes: int, height: int) -> Path:
    """An H.264 video of real pictures at 30 frames a second, `minutes` long, 16:9."""
    WORK.mkdir(exist_ok=True)
    minute = WORK / f"1min_{height}p.mp4"
    if not minute.exists():
        _encode_minute(minute, height)
    joined = WORK / f"{minutes}min_{height}p.mp4"
    if not joined.exists():
        _join(minute, minutes, joined)
    return joined


def full_decode(path: Path) -> list[str]:
    """The command that everything is measured against: decode every frame, on two threads."""
    if found := shutil.which("ffmpeg"):
        return [found, "-v", "error", "-threads", "2", "-i", str(path), "-an", "-f", "null", "-"]
    return [sys.executable, "-m", "benchmarks.material", str(path)]


def _encode_minute(path: Path, height: int) -> None:
    part = path.with_suffix(".part.mp4")
    with av.open(str(part), "w") as out:
        stream = out.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = height * 16 // 9 // 2 * 2, height, "yuv420p"
        stream.options = {"preset": "veryfast", "crf": "21", "g": "120"}
        grain = np.random.default_rng(0).normal(0, 3, (8, height, stream.width, 1))
        for number, picture in enumerate(_pictures(height, stream.width)):
            noisy = np.clip(picture + grain[number % 8], 0, 255).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(noisy, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    part.rename(path)


def _pictures(height: int, width: int) -> Iterator[NDArray[np.uint8]]:
    clips = [SHARED / name for name in CLIPS if (SHARED / name).exists()] or [_sample()]
    wanted = 60 * FPS
    each = SECONDS_A_CLIP * FPS
    while wanted > 0:
        for clip in clips:
            for picture in islice(_played(clip), min(each, wanted)):
                yield _sized(picture, width, height)
                wanted -= 1


def _sized(picture: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


def _played(clip: Path) -> Iterator[NDArray[np.uint8]]:
    """The pictures of a clip, shown at `FPS`."""
    shown = 0
    with av.open(str(clip)) as container:
        for frame in container.decode(video=0):
            picture = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
            while shown / FPS <= (frame.time or 0):
                yield picture
                shown += 1


def _sample() -> Path:
    from gifworthy.sample import draw_sample

    path = WORK / "sample.mp4"
    if not path.exists():
        path.write_bytes(draw_sample())
    return path


def _join(minute: Path, count: int, path: Path) -> None:
    part = path.with_suffix(".part.mp4")
    with av.open(str(part), "w") as out, av.open(str(minute)) as first:
        source = first.streams.video[0]
        stream = out.add_stream_from_template(source)
        span = round(60 / float(source.time_base or 1))
        for turn in range(count):
            with av.open(str(minute)) as container:
                for packet in container.demux(video=0):
                    if packet.dts is None or packet.pts is None:
                        continue
                    packet.pts += turn * span
                    packet.dts += turn * span
                    packet.stream = stream
                    out.mux(packet)
    part.rename(path)


if __name__ == "__main__":
    with av.open(sys.argv[1]) as container:
        container.streams.video[0].thread_type = "AUTO"
        container.streams.video[0].codec_context.thread_count = 2
        for _ in container.decode(video=0):
            pass
