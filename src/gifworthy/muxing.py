"""RGB frames -> a video file without sound, its colours said and meant: BT.709, limited range."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from av.video.stream import VideoStream

from gifworthy.types import Clip, Frames

BT709 = 1
"""Primaries, transfer and matrix of ITU-R BT.709, as ITU-T H.273 numbers them."""
TIMEBASE_LIMIT = 1000


@dataclass(frozen=True)
class Recipe:
    """How a file is written: names and options as FFmpeg has them."""

    container: str
    codec: str
    options: dict[str, str] = field(default_factory=dict)
    container_options: dict[str, str] = field(default_factory=dict)


def video_file(clip: Clip, fps: float, recipe: Recipe) -> bytes:
    """The file's bytes, the same for the same clip. Odd sides grow by repeating their last line.

    Written to a folder that goes away: an index in front cannot be written to memory.
    """
    frames = np.pad(
        clip.frames, ((0, 0), (0, clip.height % 2), (0, clip.width % 2), (0, 0)), "edge"
    )
    with TemporaryDirectory(prefix="gifworthy-") as folder:
        place = Path(folder) / "cover"
        write_frames(place, iter(frames), fps, recipe)
        return place.read_bytes()


def write_frames(place: Path, frames: Iterator[Frames], fps: float, recipe: Recipe) -> None:
    """Write a file frame by frame, so that no more than a few are held at a time.

    Args: frames: at least one, (H, W, 3) uint8 each, all of one size, with even sides.
    """
    options = {"fflags": "+bitexact", **recipe.container_options}
    with av.open(str(place), "w", format=recipe.container, options=options) as file:
        rate = Fraction(fps).limit_denominator(TIMEBASE_LIMIT)
        stream = file.add_stream(recipe.codec, rate=rate, options=dict(recipe.options))
        assert isinstance(stream, VideoStream), f"{recipe.codec} writes no pictures"
        scaler = VideoReformatter()
        for number, pixels in enumerate(frames):
            if number == 0:
                _prepare(stream, pixels)
            file.mux(stream.encode(_coded(pixels, number, scaler)))
        file.mux(stream.encode(None))


def _prepare(stream: VideoStream, frame: Frames) -> None:
    stream.height, stream.width = frame.shape[:2]
    stream.pix_fmt = "yuv420p"
    context = stream.codec_context
    context.color_primaries = context.color_trc = context.colorspace = BT709
    context.color_range = ColorRange.MPEG


def _coded(pixels: Frames, number: int, scaler: VideoReformatter) -> av.VideoFrame:
    frame = scaler.reformat(
        av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24"),
        format="yuv420p",
        dst_colorspace=Colorspace.ITU709,
        dst_color_range=ColorRange.MPEG,
    )
    frame.pts = number
    return frame


def decoded(data: bytes) -> Frames:
    """Every frame of a video file, RGB: (T, H, W, 3)."""
    with av.open(BytesIO(data), "r") as file:
        frames = [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]
    return np.stack(frames).astype(np.uint8, copy=False)
