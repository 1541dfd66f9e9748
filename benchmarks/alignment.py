"""How well GIFs are found in the videos they were cut from: `python -m benchmarks alignment`.

GIFs are cut from the real videos of `../shared/videos` at random, and each is changed in every way that
people change them: scaled to 160-400 pixels, shown at 0.75 to 2 times the speed at 8-15 frames a second,
with up to a third of its frames dropped, cropped by up to 5 % on each side, reduced to a palette of 16-256
colours with dithering, and half of them with a caption. Then every GIF is sought among all videos, and
some among all but their own.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from benchmarks.table import Row, markdown
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from gifworthy.learning.alignment import FOREIGN, Aligner, Alignment
from gifworthy.settings import Settings
from gifworthy.stores import open_store
from gifworthy.types import Segment
from gifworthy.video import open_video

VIDEOS = Path(__file__).resolve().parents[2] / "shared" / "videos"
EACH = 5
FOREIGN_EACH = 1
FILMS = ("bbb_",)
"""Names that begin alike are parts of one film: none is foreign to another."""
Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Change:
    """What was done to a GIF. speed: seconds of video a second of GIF. dropped: share of frames.

    crop: shares of the picture taken off left, top, right, bottom.
    """

    span: Segment
    width: int = 240
    fps: float = 10.0
    speed: float = 1.0
    dropped: float = 0.0
    crop: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    colours: int = 64
    caption: str = ""


@dataclass(frozen=True)
class Cut:
    """A GIF, and where it really comes from."""

    gif: Path
    video: Path
    change: Change


@dataclass(frozen=True)
class Found:
    """A GIF's alignment beside the truth."""

    cut: Cut
    alignment: Alignment

    @property
    def is_right(self) -> bool:
        """Whether the video is the right one."""
        return self.alignment.video == self.cut.video

    @property
    def errors(self) -> tuple[float, float]:
        """Seconds by which start and end are missed."""
        true, said = self.cut.change.span, self.alignment.segment
        return abs(said.start - true.start), abs(said.end - true.end)


def random_change(rng: np.random.Generator, duration: float) -> Change:
    """All changes at once, of random strength, on a random span of 1.5-5 s."""
    length = min(float(rng.uniform(1.5, 5.0)), 0.6 * duration)
    start = float(rng.uniform(0, duration - length))
    left, top, right, bottom = rng.uniform(0, 0.05, 4).tolist()
    return Change(
        Segment(start, start + length),
        width=int(rng.choice([160, 240, 320, 400])),
        fps=float(rng.choice([8, 10, 12.5, 15])),
        speed=float(rng.choice([0.75, 1, 1, 1.25, 1.5, 2])),
        dropped=float(rng.choice([0, 0, 0.15, 0.33])),
        crop=(left, top, right, bottom),
        colours=int(rng.choice([16, 32, 64, 128, 256])),
        caption=str(rng.choice(["", "WHEN IT WORKS"])),
    )


def cut(video: Path, change: Change, gif: Path, seed: int = 0) -> Cut:
    """Write the GIF."""
    count = max(2, round(change.span.duration * change.fps))
    moments = change.span.start + np.arange(count) * (change.span.duration / count)
    kept = np.random.default_rng(seed).random(count) >= change.dropped
    kept[0] = True
    with open_video(video) as opened:
        clip = opened.frames_at(np.asarray(moments[kept], np.float64), 480)
    pictures = [_changed(frame, change) for frame in clip.frames]
    edges = np.append(moments[kept], change.span.end) - change.span.start
    ticks = np.rint(edges / change.speed * 100).astype(int)
    delays = np.maximum(2, np.diff(ticks)) * 10
    first, *rest = pictures
    first.save(gif, save_all=True, append_images=rest, duration=delays.tolist(), loop=0, disposal=1)
    return Cut(gif, video, change)


def _changed(frame: Picture, change: Change) -> Image.Image:
    height, width = frame.shape[:2]
    left, top, right, bottom = change.crop
    rows = slice(int(top * height), height - int(bottom * height))
    columns = slice(int(left * width), width - int(right * width))
    picture = Image.fromarray(frame[rows, columns])
    size = change.width, round(change.width * picture.height / picture.width)
    picture = picture.resize(size)
    if change.caption:
        font = ImageFont.load_default(max(10, size[1] // 8))
        place = size[0] / 2, size[1] * (0.82 if change.width % 320 else 0.04)
        pen = ImageDraw.Draw(picture)
        pen.text(
            place,
            change.caption,
            "white",
            font,
            anchor="ma",
            stroke_width=2,
            stroke_fill="black",
        )
    return picture.quantize(change.colours, dither=Image.Dither.FLOYDSTEINBERG)


def cuts(videos: Sequence[Path], folder: Path, each: int) -> Iterator[Cut]:
    """So many GIFs of each video."""
    for number, video in enumerate(videos):
        rng = np.random.default_rng(number)
        with open_video(video) as opened:
            duration = opened.duration
        for turn in range(each):
            gif = folder / f"{number:02d}-{turn}.gif"
            yield cut(video, random_change(rng, duration), gif, turn)


def foreign(aligner: Aligner, made: Cut) -> Alignment:
    """What is said of a GIF when its video, and every part of the same film, is not there."""
    own = next((film for film in FILMS if made.video.name.startswith(film)), made.video.name)
    left = [n for n, path in enumerate(aligner.videos) if not path.name.startswith(own)]
    others = Aligner(
        tuple(aligner.videos[n] for n in left),
        tuple(aligner.tracks[n] for n in left),
        aligner.settings,
    )
    return others.find(made.gif)


def measure(videos: Sequence[Path], folder: Path, each: int) -> tuple[list[Found], list[Alignment]]:
    """Each GIF among all videos, and `FOREIGN_EACH` a video among the others."""
    aligner = Aligner.of(tuple(videos), Settings(), open_store(folder / "hashes"))
    made = list(cuts(videos, folder, each))
    found = [Found(one, aligner.find(one.gif)) for one in made]
    strangers = [one for number, one in enumerate(made) if number % each < FOREIGN_EACH]
    return found, [foreign(aligner, one) for one in strangers]


def rows_of(found: Sequence[Found], strangers: Sequence[Alignment], seconds: float) -> list[Row]:
    """The table's rows."""
    right = [one for one in found if one.is_right]
    surely = [one for one in right if not one.alignment.is_guess]
    wrong = [one for one in found if one.alignment.video not in (None, one.cut.video)]
    refused = [one for one in found if one.alignment.video is None]
    known = [one for one in strangers if one.video is None]
    paper = "Video2GIF: mean 0.34, median 0.20"
    counts = f"{len(right)} of {len(found)} GIFs"
    return [
        Row(
            f"start missed by, {counts}: mean / median / most", paper, _spread(right, 0), "≤ 0.2 s"
        ),
        Row("end missed by: mean / median / most", "", _spread(right, 1)),
        Row(
            f"start missed by, the {len(surely)} that are not called a guess",
            paper,
            _spread(surely, 0),
            "≤ 0.2 s",
        ),
        Row("found in a wrong video", "", f"{len(wrong)} of {len(found)}"),
        Row("wrongly called foreign", "", f"{len(refused)} of {len(found)}"),
        Row("foreign GIFs recognised", "", f"{len(known)} of {len(strangers)}"),
        Row(
            "bits of 64: most in the right video / least in a wrong one",
            f"called foreign from {FOREIGN:g}",
            f"{max(one.alignment.distance for one in right):.1f} / "
            f"{min(one.distance for one in strangers):.1f}",
        ),
        Row("seconds a GIF, cutting it and hashing the videos included", "", f"{seconds:.1f}"),
    ]


def _spread(found: Sequence[Found], edge: int) -> str:
    errors = np.array([one.errors[edge] for one in found])
    return f"{errors.mean():.3f} / {np.median(errors):.3f} / {errors.max():.2f} s"


def main() -> None:
    if not VIDEOS.is_dir():
        print(f"alignment: skipped, {VIDEOS} is not here")
        return
    videos = sorted(path for path in VIDEOS.iterdir() if path.suffix in (".mp4", ".webm"))
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        found, strangers = measure(videos, Path(folder), EACH)
        seconds = (time.perf_counter() - began) / (len(found) + len(strangers))
    title = (
        f"GIFs found in {len(videos)} videos: {len(found)} of their own, {len(strangers)} foreign"
    )
    print(markdown(title, "python -m benchmarks alignment", rows_of(found, strangers, seconds)))
    for one in found:
        if not one.is_right or one.errors[0] > 0.2:
            print(_odd(one), file=sys.stderr)


def _odd(one: Found) -> str:
    true, said = one.cut.change.span, one.alignment
    return (
        f"{one.cut.video.name} {true.start:.2f}-{true.end:.2f} x{one.cut.change.speed}: said "
        f"{said.nearest.name} {said.segment.start:.2f}-{said.segment.end:.2f} x{said.speed:.2f}, "
        f"{said.distance:.1f} bits, doubt {said.doubt:.1f} s"
    )


if __name__ == "__main__":
    main()
