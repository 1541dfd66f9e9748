"""GIF at equal bytes: ours against ffmpeg, Pillow, gifski and libvips on real clips.

    python -m benchmarks gif_quality

Each rival writes 50 frames, 480 wide at most, 12.5 a second; then ours is written at the highest
quality whose file is not larger. SSIM is taken from what Pillow decodes of both. Rivals that are not
installed are left out, and said so: ffmpeg and gifski as commands (or GIFSKI=path), libvips as pyvips
(or VIPS_PYTHON=a python that has it).
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Protocol

import numpy as np
from benchmarks.likeness import Likeness, likeness, real_clip, real_clips, shown
from benchmarks.table import Row, markdown
from PIL import Image

from gifworthy.encoders.gif import Gif
from gifworthy.types import Clip, Style

COUNT, FPS = 50, 12.5
DITHERS = ("none", "bayer:bayer_scale=5", "sierra2_4a", "floyd_steinberg")
GIFSKI_QUALITIES = (95, 80, 60)
VIPS_ERRORS = (0, 8, 16)
VIPS = """
import sys, numpy, pyvips
frames = numpy.load(sys.argv[1]); count, high, wide, _ = frames.shape
image = pyvips.Image.new_from_memory(frames.tobytes(), wide, high * count, 3, "uchar")
image = image.copy(interpretation="srgb").copy()
image.set_type(pyvips.GValue.gint_type, "page-height", high)
image.set_type(pyvips.GValue.array_int_type, "delay", [80] * count)
image.gifsave(sys.argv[2], interframe_maxerror=float(sys.argv[3]), dither=0)
"""


class Writer(Protocol):
    """Writes a clip as GIF; may use the folder."""

    def __call__(self, clip: Clip, folder: Path) -> bytes:
        """The file."""
        ...


@dataclass(frozen=True)
class Written:
    """One file: how large, how like the clip, and how long it took."""

    size_bytes: int
    like: Likeness
    seconds: float


@dataclass
class Ours:
    """Our files of one clip, each quality written once."""

    clip: Clip
    kept: dict[int, Written] = field(default_factory=dict)

    def at(self, quality: int) -> Written:
        """Our file at one quality."""
        if quality not in self.kept:
            style = Style(fps=FPS, quality=quality)
            self.kept[quality] = _judged(self.clip, partial(Gif().encode, style=style))
        return self.kept[quality]

    def within(self, size_bytes: int) -> Written:
        """The highest quality whose file is not larger; quality 1 when none is."""
        low, high = 1, 100
        while low < high:
            middle = (low + high + 1) // 2
            if self.at(middle).size_bytes <= size_bytes:
                low = middle
            else:
                high = middle - 1
        return self.at(low)


def main() -> None:
    """Measure and print."""
    rivals, found = _rivals(), real_clips()
    results: dict[str, list[tuple[str, Written, Written]]] = {name: [] for name in rivals}
    with tempfile.TemporaryDirectory() as folder:
        for clip_name in found:
            clip = real_clip(clip_name, COUNT, FPS)
            ours = Ours(clip)
            for name, write in rivals.items():
                theirs = _judged(clip, partial(write, folder=Path(folder)))
                results[name].append((clip_name, theirs, ours.within(theirs.size_bytes)))
                _progress(clip_name, name, *results[name][-1][1:])
    rows = [_row(name, pairs) for name, pairs in results.items()]
    title = f"GIF at equal bytes, {len(found)} real clips, {COUNT} frames"
    print(markdown(title, "python -m benchmarks gif_quality", rows))


def _judged(clip: Clip, write: Callable[[Clip], bytes]) -> Written:
    start = time.perf_counter()
    data = write(clip)
    seconds = time.perf_counter() - start
    seen = shown(data, (np.arange(len(clip), dtype=np.float64) + 0.5) / FPS)
    return Written(len(data), likeness(clip.frames, seen), seconds)


def _row(name: str, pairs: list[tuple[str, Written, Written]]) -> Row:
    theirs = statistics.mean(rival.like.luma for _, rival, _ in pairs)
    ours = statistics.mean(own.like.luma for _, _, own in pairs)
    colours = [own.like.colour - rival.like.colour for _, rival, own in pairs]
    margins = [own.like.luma - rival.like.luma for _, rival, own in pairs]
    sizes = statistics.median(own.size_bytes / rival.size_bytes for _, rival, own in pairs)
    times = statistics.median(own.seconds / rival.seconds for _, rival, own in pairs)
    said = (
        f"SSIM {ours:.4f} against {theirs:.4f}; better on {sum(m > 0 for m in margins)} of "
        f"{len(pairs)}, worst {min(margins):+.4f}; RGB SSIM {statistics.mean(colours):+.4f}; "
        f"{sizes:.2f} of its bytes, {times:.2f} of its time"
    )
    return Row("GIF at equal bytes", name, said, "above on average", "above on every clip")


def _progress(clip: str, rival: str, theirs: Written, ours: Written) -> None:
    print(
        f"{clip:38} {rival:28} {theirs.size_bytes / 1e3:6.0f} KB {theirs.like.luma:.4f} "
        f"{theirs.seconds:5.1f} s | ours {ours.size_bytes / 1e3:6.0f} KB {ours.like.luma:.4f} "
        f"{ours.seconds:5.1f} s",
        file=sys.stderr,
    )


def _rivals() -> dict[str, Writer]:
    rivals: dict[str, Writer] = {"Pillow": _pillow}
    if shutil.which("ffmpeg"):
        rivals |= {f"ffmpeg {dither}": partial(_ffmpeg, dither=dither) for dither in DITHERS}
    if gifski := os.environ.get("GIFSKI") or shutil.which("gifski"):
        rivals |= {f"gifski {q}": partial(_gifski, command=gifski, q=q) for q in GIFSKI_QUALITIES}
    python = os.environ.get("VIPS_PYTHON") or (sys.executable if find_spec("pyvips") else None)
    if python:
        rivals |= {f"libvips {e}": partial(_vips, python=python, error=e) for e in VIPS_ERRORS}
    for name in ("ffmpeg", "gifski", "libvips"):
        if not any(rival.startswith(name) for rival in rivals):
            print(f"{name} is not installed and left out", file=sys.stderr)
    return rivals


def _pillow(clip: Clip, folder: Path) -> bytes:  # noqa: ARG001
    first, *rest = (Image.fromarray(frame) for frame in clip.frames)
    file = BytesIO()
    first.save(file, "GIF", save_all=True, append_images=rest, duration=80, loop=0)
    return file.getvalue()


def _ffmpeg(clip: Clip, folder: Path, dither: str) -> bytes:
    graph = f"split[a][b];[a]palettegen[p];[b][p]paletteuse=dither={dither}"
    size = f"{clip.width}x{clip.height}"
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-r", str(FPS), "-i", "-"]
    command = ["ffmpeg", "-v", "error", "-y", "-threads", "2", *raw, "-vf", graph]
    subprocess.run([*command, str(folder / "o.gif")], input=clip.frames.tobytes(), check=True)
    return (folder / "o.gif").read_bytes()


def _gifski(clip: Clip, folder: Path, command: str, q: int) -> bytes:
    paths = [folder / f"{index:03d}.png" for index in range(len(clip))]
    for path, frame in zip(paths, clip.frames, strict=True):
        Image.fromarray(frame).save(path, compress_level=1)
    options = ["-q", "-r", str(FPS), "-Q", str(q), "-W", str(clip.width), "-H", str(clip.height)]
    output = ["-o", str(folder / "o.gif")]
    subprocess.run([command, *options, *output, *map(str, paths)], check=True)
    return (folder / "o.gif").read_bytes()


def _vips(clip: Clip, folder: Path, python: str, error: float) -> bytes:
    np.save(folder / "frames.npy", clip.frames)
    places = [str(folder / "frames.npy"), str(folder / "o.gif")]
    subprocess.run([python, "-c", VIPS, *places, str(error)], check=True)
    return (folder / "o.gif").read_bytes()


if __name__ == "__main__":
    main()
