"""Draws the videos that tests look at. Each is drawn once per session, in a folder that goes away.

    from drawn import cuts, CUTS, numbered, number_of
    path = numbered("mkv")

Pictures are small; what is true of each video is a constant beside the function that draws it.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path

import av
import cv2
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
AnyPicture = NDArray[np.uint8] | NDArray[np.uint16]

FOLDER = Path(tempfile.mkdtemp(prefix="drawn-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)

CUTS = (2.0, 3.4, 6.0)
LOUD = (3.0, 4.0)
TICKS = Fraction(1, 90000)


@dataclass(frozen=True)
class Recipe:
    """How a video is written. times: seconds of each frame instead of an even rate.

    first: ticks (1/90000 s) added to every time. tags: colour (space, range, transfer, primaries).
    """

    codec: str = "libx264"
    fps: Fraction = Fraction(25)
    pixels: str = "yuv420p"
    options: dict[str, str] = field(default_factory=dict)
    container: dict[str, str] = field(default_factory=dict)
    times: tuple[float, ...] | None = None
    first: int = 0
    shape: Fraction | None = None
    tags: tuple[int, int, int, int] | None = None
    sound: NDArray[np.float32] | None = None
    interlaced: bool = False


H264 = {"preset": "veryfast", "crf": "16", "g": "12", "threads": "1"}
PLAIN = Recipe(options=H264)
RATE = 16000


def write(path: Path, pictures: Iterable[AnyPicture], recipe: Recipe = PLAIN) -> Path:
    """Write (H, W, 3) uint8 RGB pictures, or (H, W, 3) uint16 for more than 8 bits."""
    with av.open(str(path), "w", options=recipe.container) as out:
        stream = None
        for number, picture in enumerate(pictures):
            stream = stream or _stream(out, picture, recipe)
            out.mux(stream.encode(_frame(picture, number, recipe)))
        assert stream is not None, "a video needs a picture"
        out.mux(stream.encode(None))
        if recipe.sound is not None:
            _write_sound(out, recipe.sound)
    return path


def _stream(out: OutputContainer, picture: AnyPicture, recipe: Recipe) -> VideoStream:
    stream = out.add_stream(recipe.codec, rate=recipe.fps, options=dict(recipe.options))
    assert isinstance(stream, VideoStream)
    context = stream.codec_context
    stream.height, stream.width = picture.shape[:2]
    stream.pix_fmt = recipe.pixels
    context.time_base = 1 / recipe.fps if recipe.codec in _STEADY else TICKS
    if recipe.shape:
        context.sample_aspect_ratio = recipe.shape
    if recipe.tags:
        context.colorspace, context.color_range = recipe.tags[:2]
        context.color_trc, context.color_primaries = recipe.tags[2:]
    if recipe.sound is not None:
        sound = out.add_stream(_sound_codec(out), rate=RATE)
        assert isinstance(sound, AudioStream)
        sound.layout = "mono"
    return stream


def _sound_codec(out: OutputContainer) -> str:
    return "libopus" if out.format.name == "webm" else "aac"


def _frame(picture: AnyPicture, number: int, recipe: Recipe) -> av.VideoFrame:
    deep = picture.dtype == np.uint16
    frame = av.VideoFrame.from_ndarray(picture, format="rgb48le" if deep else "rgb24")
    if recipe.tags:
        # The source of the conversion is full-range RGB; the tags say what the YUV is to be.
        frame = frame.reformat(
            format=recipe.pixels,
            dst_colorspace=_SWS[recipe.tags[0]],
            dst_color_range=recipe.tags[1],
            interpolation="BICUBIC",
        )
        frame.colorspace, frame.color_range = recipe.tags[:2]
        frame.color_trc, frame.color_primaries = recipe.tags[2:]
    seconds = recipe.times[number] if recipe.times else number / recipe.fps
    frame.time_base = TICKS
    frame.pts = round(seconds * 90000) + recipe.first
    if recipe.codec in _STEADY:
        frame.time_base, frame.pts = 1 / recipe.fps, number
    return frame


_STEADY = ("mpeg4", "mpeg2video")
_SWS = {1: 1, 5: 5, 6: 5, 9: 9}  # AVColorSpace -> the scaler's own numbers


def _write_sound(out: OutputContainer, sound: NDArray[np.float32]) -> None:
    stream = out.streams.audio[0]
    step = 960
    for start in range(0, len(sound) - step + 1, step):
        piece = sound[None, start : start + step].astype(np.float32)
        frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
        out.mux(stream.encode(frame))
    out.mux(stream.encode(None))


# pictures


def numbered_picture(number: int, width: int = 160, height: int = 96) -> Picture:
    """A picture that carries its number as 16 grey blocks, bright for 1, over a moving gradient."""
    x = np.arange(width)[None, :] + np.zeros((height, 1))
    back = np.stack([(x + 3 * number) % 256, x * 0 + 90, (255 - x + number) % 256], -1)
    picture = back.astype(np.uint8)
    for bit in range(16):
        row, column = divmod(bit, 8)
        top, left = height // 4 + row * height // 4, column * width // 8
        value = 225 if number >> bit & 1 else 30
        picture[top : top + height // 4, left : left + width // 8] = value
    return picture


def number_of(picture: Picture) -> int:
    """The number that a picture carries, read from the middles of its blocks at any size."""
    height, width = picture.shape[:2]
    rows = [height * (3 + 2 * row) // 8 for row in range(2)]
    columns = [width * (2 * column + 1) // 16 for column in range(8)]
    bits = [picture[y, x].mean() > 128 for y in rows for x in columns]
    return sum(1 << place for place, bit in enumerate(bits) if bit)


def textured(seed: int, width: int = 160, height: int = 96) -> Picture:
    """A still, detailed picture of its own colours."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(20, 236, (6, 10, 3)).astype(np.uint8)
    picture = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    noise = rng.integers(-18, 18, (height, width, 1))
    rough: Picture = np.clip(picture + noise, 0, 255).astype(np.uint8)
    return rough


def moving(seed: int, count: int, width: int = 160, height: int = 96) -> Iterator[Picture]:
    """A ball that crosses a still, detailed scene."""
    scene = textured(seed, width, height)
    for step in range(count):
        picture = scene.copy()
        place = (int(width * (step + 1) / (count + 1)), height // 2)
        cv2.circle(picture, place, height // 6, (250, 240, 40), -1)
        yield picture


# videos


@cache
def cuts() -> Path:
    """8 s, 25 fps: four shots, cut at `CUTS`; a ball crosses each."""
    edges = (0.0, *CUTS, 8.0)
    shots = [
        picture
        for seed, (start, end) in enumerate(pairwise(edges))
        for picture in moving(seed + 1, round((end - start) * 25))
    ]
    return write(FOLDER / "cuts.mp4", shots)


def _open_gop(**more: str) -> dict[str, str]:
    return {**H264, "x264-params": "open-gop=1:bframes=3:b-adapt=0:keyint=12:min-keyint=12", **more}


SHOWN_UNEVENLY = tuple(float(t) for t in np.cumsum([0, *([0.04, 0.02, 0.1, 0.04] * 12)])[:48])
VP9 = {"deadline": "realtime", "cpu-used": "8", "g": "12", "crf": "20", "b": "0"}
HEVC = "keyint=12:open-gop=1:bframes=3:log-level=none:pools=1"
VARIANTS: dict[str, tuple[str, Recipe]] = {
    "mp4": ("mp4", PLAIN),
    "mkv": ("mkv", PLAIN),
    "mkv-live": ("mkv", Recipe(options=H264, container={"live": "1"})),
    "fragments": ("mp4", Recipe(options=H264, container={"movflags": "frag_keyframe+empty_moov"})),
    "webm": ("webm", Recipe("libvpx-vp9", options=VP9)),
    "avi": ("avi", Recipe("mpeg4", options={"g": "12", "q": "3", "bf": "2"})),
    "flv": ("flv", PLAIN),
    "ts": ("ts", PLAIN),
    "ts-late": ("ts", Recipe(options=H264, first=90000 * 3600)),
    "open-gop": ("mp4", Recipe(options=_open_gop())),
    "open-gop-ts": ("ts", Recipe(options=_open_gop())),
    "hevc": ("mp4", Recipe("libx265", options={"preset": "ultrafast", "x265-params": HEVC})),
    "mpeg2": ("mpg", Recipe("mpeg2video", options={"g": "12", "bf": "2", "b": "4000000"})),
    "late": ("mkv", Recipe(options=H264, first=90000 * 5)),
    "negative-dts": ("mp4", Recipe(options=H264, container={"movflags": "negative_cts_offsets"})),
    "uneven": ("mp4", Recipe(options=H264, times=SHOWN_UNEVENLY)),
    "uneven-mkv": ("mkv", Recipe(options=H264, times=SHOWN_UNEVENLY)),
    "slides": ("mp4", Recipe(options=H264, times=tuple(map(float, range(48))))),
    "raw": ("h264", PLAIN),
    "one-key": ("mp4", Recipe(options={**H264, "g": "9999"})),
}
NUMBERED_COUNT = 48


@cache
def numbered(variant: str = "mp4", count: int = NUMBERED_COUNT) -> Path:
    """`count` frames at 25 fps (or `SHOWN_UNEVENLY`), each carrying its number; see `VARIANTS`."""
    ending, recipe = VARIANTS[variant]
    pictures = (numbered_picture(number) for number in range(count))
    return write(FOLDER / f"numbered-{variant}-{count}.{ending}", pictures, recipe)


def loud_second(seconds: float) -> NDArray[np.float32]:
    """Quiet hum with one loud second at `LOUD`: (samples,) at `RATE`."""
    t = np.arange(round(seconds * RATE)) / RATE
    volume = np.where((t >= LOUD[0]) & (t < LOUD[1]), 0.8, 0.01)
    return (volume * np.sin(2 * np.pi * 440 * t)).astype(np.float32)


@cache
def with_sound(ending: str = "mp4") -> Path:
    """6 s with a quiet hum that is loud during `LOUD`."""
    recipe = Recipe(options=H264, sound=loud_second(6.0))
    if ending == "webm":
        recipe = Recipe("libvpx", options={"deadline": "realtime"}, sound=loud_second(6.0))
    return write(FOLDER / f"with-sound.{ending}", moving(1, 150), recipe)


@cache
def silent() -> Path:
    """2 s without a sound stream."""
    return write(FOLDER / "silent.mp4", moving(2, 50))


@cache
def one_frame() -> Path:
    """A single picture."""
    return write(FOLDER / "one-frame.mp4", [numbered_picture(7)])


@cache
def half_second() -> Path:
    """12 frames at 25 fps."""
    return write(FOLDER / "half-second.mp4", moving(3, 12))


# pieces that the gate must refuse, in one video


PIECES = ("lively", "black", "bars", "frozen", "blurred", "white", "credits", "fade")
PIECE_SECONDS = 2.0


@cache
def pieces() -> Path:
    """`PIECES` one after the other, `PIECE_SECONDS` each, 25 fps, 192x108."""
    pictures = (picture for name in PIECES for picture in piece(name))
    return write(FOLDER / "pieces.mp4", pictures)


def piece(name: str, count: int = 50, width: int = 192, height: int = 108) -> Iterator[Picture]:
    """The pictures of one of `PIECES`."""
    shots = list(moving(11, count, width, height))
    flat = {"black": 0, "white": 255}
    for number in range(count):
        if name in flat:
            yield np.full((height, width, 3), flat[name], np.uint8)
        elif name == "bars":
            yield _bars(width, height)
        elif name == "frozen":
            yield textured(12, width, height)
        elif name == "blurred":
            yield cv2.GaussianBlur(shots[number], (0, 0), 12).astype(np.uint8)
        elif name == "credits":
            yield _credits(number, width, height)
        elif name == "fade":
            yield (shots[number] * (1 - number / count)).astype(np.uint8)
        else:
            yield shots[number]


def _bars(width: int, height: int) -> Picture:
    colours = [(r, g, b) for g in (191, 0) for r in (191, 0) for b in (191, 0)][:7]
    return np.repeat(np.array([colours], np.uint8).repeat(height, 0), -(-width // 7), axis=1)[
        :, :width
    ].copy()


def _credits(number: int, width: int, height: int) -> Picture:
    picture = np.zeros((height, width, 3), np.uint8)
    for line in range(12):
        y = height - number + 16 * line
        cv2.putText(
            picture, f"Name {line} Person", (30, y), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (220,) * 3, 1
        )
    return picture
