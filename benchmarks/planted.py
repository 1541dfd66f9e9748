"""Is the lively piece picked, and never a bad one? Real dull clips, one lively clip and bad pieces, joined.

    python -m benchmarks planted

`planted_clips.csv` says which clips of `../shared/videos` are dull and which are lively, and why: it was
written by looking at them. Every joined video is a real file; the whole plan runs on it: segmenter,
gate, scorer, selector, framing. A pick counts where most of its seconds lie.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import cv2
import numpy as np
from benchmarks.table import Row, markdown
from numpy.typing import NDArray

from gifworthy.framing import frame
from gifworthy.pipeline import CoverMaker
from gifworthy.plans import Plan, plan_named
from gifworthy.settings import Settings
from gifworthy.types import Segment, Style
from gifworthy.video import open_video

Picture = NDArray[np.uint8]
VIDEOS = Path(__file__).resolve().parent.parent.parent / "shared" / "videos"
CLIPS = Path(__file__).with_name("planted_clips.csv")
FPS = 25
SIZES = ((640, 360), (480, 270), (426, 240), (480, 360))
DULL_PIECES = 4
BAD_PIECES = 3
COUNT = 48
SHORTEST, LONGEST = 3.0, 10.0


@dataclass(frozen=True)
class Piece:
    """One clip of a real video. kind: lively, dull or bad. name: what it shows."""

    kind: str
    name: str
    source: str
    start: float
    end: float


@dataclass(frozen=True)
class Planting:
    """What is joined: pieces in order, each with the seconds taken of it, at one size."""

    number: int
    pieces: tuple[Piece, ...]
    size: tuple[int, int]

    @property
    def spans(self) -> tuple[Segment, ...]:
        """When each piece is shown."""
        edges = np.cumsum([0.0, *(p.end - p.start for p in self.pieces)])
        return tuple(Segment(a, b) for a, b in pairwise(edges.tolist()))

    def piece_of(self, segment: Segment) -> Piece:
        """The piece that most seconds of a segment lie in."""
        shared = [segment.shared_with(span) for span in self.spans]
        return self.pieces[int(np.argmax(shared))]


def clips() -> tuple[Piece, ...]:
    """The clips that were judged by looking at them."""
    with CLIPS.open(newline="") as lines:
        return tuple(
            Piece(r["kind"], r["name"], r["source"], float(r["start"]), float(r["end"]))
            for r in csv.DictReader(lines)
        )


def family(piece: Piece) -> str:
    """Clips of one family look alike: they are fitted on together or not at all."""
    name = Path(piece.source).stem
    return next((f for f in ("bbb", "traffic", "webrtc_mixed") if f in name), name)


def plant(number: int, among: Sequence[Piece], seed: int = 0) -> Planting:
    """Draw one lively, four dull and three bad pieces, and an order; no two clips of one family."""
    draw = np.random.default_rng([seed, number])
    lively = [p for p in among if p.kind == "lively"]
    chosen = [lively[number % len(lively)]]
    for piece in _shuffled([p for p in among if p.kind == "dull"], draw):
        if family(piece) not in {family(p) for p in chosen} and len(chosen) <= DULL_PIECES:
            chosen.append(piece)
    for place in range(BAD_PIECES):
        kind = list(BAD)[(number * BAD_PIECES + place) % len(BAD)]
        victim = among[int(draw.integers(len(among)))]
        chosen.append(Piece("bad", kind, victim.source, victim.start, victim.end))
    trimmed = [_trimmed(piece, draw) for piece in chosen]
    size = SIZES[int(draw.integers(len(SIZES)))]
    return Planting(number, tuple(_shuffled(trimmed, draw)), size)


def _shuffled(pieces: Sequence[Piece], draw: np.random.Generator) -> list[Piece]:
    return [pieces[i] for i in draw.permutation(len(pieces))]


def _trimmed(piece: Piece, draw: np.random.Generator) -> Piece:
    """A part of 3 to 10 s of a piece (the whole where it is shorter), in whole frames."""
    room = piece.end - piece.start
    longest = min(room, LONGEST if piece.kind != "bad" else 6.0)
    seconds = longest if longest <= SHORTEST else float(draw.uniform(SHORTEST, longest))
    seconds = max(1, round(seconds * FPS)) / FPS
    start = piece.start + float(draw.uniform(0, max(0.0, room - seconds)))
    return Piece(piece.kind, piece.name, piece.source, start, start + seconds)


def draw_video(planting: Planting, folder: Path) -> Path:
    """The joined video as an MP4 file in `folder`; made once."""
    path = folder / f"planted-{planting.number:02d}.mp4"
    if path.exists():
        return path
    beside = path.with_suffix(".part.mp4")
    with av.open(str(beside), "w") as out:
        options = {"preset": "veryfast", "crf": "21", "threads": "2"}
        stream = out.add_stream("libx264", rate=FPS, options=options)
        stream.width, stream.height = planting.size
        stream.pix_fmt = "yuv420p"
        for picture in _pictures(planting):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode(None))
    return beside.replace(path)


def _pictures(planting: Planting) -> Iterator[Picture]:
    for place, piece in enumerate(planting.pieces):
        count = round((piece.end - piece.start) * FPS)
        clip = _clip(piece, planting.size)
        if piece.kind == "bad":
            noise = np.random.default_rng([planting.number, place])
            yield from BAD[piece.name](clip, count, noise)
        else:
            yield from clip


def _clip(piece: Piece, size: tuple[int, int]) -> Iterator[Picture]:
    """The frames of a clip at `FPS`, cut to fill `size`."""
    wanted = iter(piece.start + np.arange(round((piece.end - piece.start) * FPS)) / FPS)
    moment = next(wanted)
    shown: av.VideoFrame | None = None
    with av.open(str(VIDEOS / piece.source)) as file:
        stream = file.streams.video[0]
        stream.thread_type = "AUTO"
        first = float((stream.start_time or 0) * (stream.time_base or Fraction(1)))
        file.seek(int(max(0.0, piece.start - 0.5 + first) * 1_000_000), backward=True)
        for picture in file.decode(stream):
            while shown is not None and picture.time - first > moment + 1e-6:
                yield _fill(shown, size)
                moment = next(wanted, -1.0)
                if moment < 0:
                    return
            shown = picture
    while moment >= 0 and shown is not None:
        yield _fill(shown, size)
        moment = next(wanted, -1.0)


def _fill(shown: av.VideoFrame, size: tuple[int, int]) -> Picture:
    picture = np.asarray(shown.to_ndarray(format="rgb24"), np.uint8)
    width, height = size
    scale = max(width / picture.shape[1], height / picture.shape[0])
    larger = (
        max(width, round(picture.shape[1] * scale)),
        max(height, round(picture.shape[0] * scale)),
    )
    picture = cv2.resize(picture, larger, interpolation=cv2.INTER_AREA).astype(np.uint8)
    left, top = (picture.shape[1] - width) // 2, (picture.shape[0] - height) // 2
    return np.ascontiguousarray(picture[top : top + height, left : left + width])


# the bad pieces


def _black(clip: Iterator[Picture], count: int, noise: np.random.Generator) -> Iterator[Picture]:
    shape = next(clip).shape
    for _ in range(count):
        yield noise.integers(0, 6, shape).astype(np.uint8)


def _frozen(clip: Iterator[Picture], count: int, noise: np.random.Generator) -> Iterator[Picture]:
    for _ in range(int(noise.integers(0, count // 2))):
        next(clip)
    held = next(clip)
    for _ in range(count):
        yield held


def _blurred(clip: Iterator[Picture], count: int, noise: np.random.Generator) -> Iterator[Picture]:
    del count
    share = float(noise.uniform(0.02, 0.05))
    for picture in clip:
        yield cv2.GaussianBlur(picture, (0, 0), share * picture.shape[1]).astype(np.uint8)


def _faded(clip: Iterator[Picture], count: int, noise: np.random.Generator) -> Iterator[Picture]:
    target = float(noise.choice([0.0, 255.0]))
    for step, picture in enumerate(clip):
        left = 0.5 * (1 - step / count)
        yield (target + left * (picture.astype(np.float32) - target)).astype(np.uint8)


def _washed(clip: Iterator[Picture], count: int, noise: np.random.Generator) -> Iterator[Picture]:
    del count
    grey = float(noise.uniform(90, 200))
    for picture in clip:
        yield (grey + 0.12 * (picture.astype(np.float32) - 128)).clip(0, 255).astype(np.uint8)


def _bars(clip: Iterator[Picture], count: int, noise: np.random.Generator) -> Iterator[Picture]:
    """The seven bars of SMPTE ECR 1-1978, at 75 %, over a row of black and grey."""
    del noise
    height, width = next(clip).shape[:2]
    picture = np.zeros((height, width, 3), np.uint8)
    for bar in range(7):
        colour = [191 * (not bar >> bit & 1) for bit in (1, 2, 0)]
        picture[: height * 2 // 3, bar * width // 7 : (bar + 1) * width // 7] = colour
    for block, grey in enumerate((0, 255, 0, 60)):
        picture[height * 3 // 4 :, block * width // 4 : (block + 1) * width // 4] = grey
    for _ in range(count):
        yield picture


NAMES_IN_CREDITS = ("Directed by", "A. Nobody", "Written by", "B. Somebody", "Music", "C. Anybody")


def _credits(clip: Iterator[Picture], count: int, noise: np.random.Generator) -> Iterator[Picture]:
    """White names roll up over black."""
    del noise
    shape = next(clip).shape
    size = shape[0] / 360
    for step in range(count):
        picture = np.zeros(shape, np.uint8)
        for line in range(40):
            text = NAMES_IN_CREDITS[line % len(NAMES_IN_CREDITS)]
            row = int((60 + line * 34 - step * 60 / FPS) * size)
            wide = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.7 * size, 1)[0][0]
            place = ((shape[1] - wide) // 2, row)
            cv2.putText(
                picture, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.7 * size, (235,) * 3, 1, 16
            )
        yield picture


def _title(clip: Iterator[Picture], count: int, noise: np.random.Generator) -> Iterator[Picture]:
    """A card: a title in large letters on one colour."""
    shape = next(clip).shape
    ground = tuple(int(c) for c in noise.integers(0, 2, 3) * noise.integers(60, 256))
    ink = (245, 245, 245) if sum(ground) < 380 else (20, 20, 20)
    picture = np.full(shape, ground, np.uint8)
    size = shape[0] / 360
    for line, text in enumerate(("CHAPTER TWO", "the long way home")):
        wide = cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, 1.3 * size, 2)[0][0]
        place = ((shape[1] - wide) // 2, int((160 + 60 * line) * size))
        cv2.putText(picture, text, place, cv2.FONT_HERSHEY_DUPLEX, 1.3 * size, ink, 2, 16)
    for _ in range(count):
        yield picture


BAD: dict[str, Callable[[Iterator[Picture], int, np.random.Generator], Iterator[Picture]]] = {
    "black": _black,
    "frozen": _frozen,
    "blurred": _blurred,
    "faded": _faded,
    "washed": _washed,
    "bars": _bars,
    "credits": _credits,
    "title": _title,
}


# the judgement


@dataclass(frozen=True)
class Pick:
    """What a plan chose of one planted video: the piece its segment lies in, and its window's."""

    lively: str
    chosen: Piece
    shown: Piece


def pick(planting: Planting, path: Path, maker: CoverMaker) -> Pick:
    """Run a plan on one planted video, up to the framing."""
    with open_video(path, maker.plan.effort, settings=maker.settings) as video:
        highlight = maker.choose(video).highlights[0]
        window = frame(video, highlight, Style()).window
    lively = next(piece.name for piece in planting.pieces if piece.kind == "lively")
    return Pick(lively, planting.piece_of(highlight.segment), planting.piece_of(window))


def picks(plan: Plan, folder: Path, count: int = COUNT) -> tuple[Pick, ...]:
    """What a plan picks of the first `count` planted videos, drawn into `folder` where they lack."""
    maker = CoverMaker.load(plan, Settings())
    plantings = [plant(number, clips()) for number in range(count)]
    return tuple(pick(own, draw_video(own, folder), maker) for own in plantings)


def share(found: Sequence[Pick], kind: str) -> float:
    """Share of the picks whose segment lies in a piece of that kind."""
    return sum(one.chosen.kind == kind for one in found) / len(found)


PLANS = ("signals", "hecate", "middle", "first", "random")


def main() -> None:
    """Measure every plan and print the table."""
    folder = Path(tempfile.gettempdir()) / "gifworthy-planted"
    folder.mkdir(exist_ok=True)
    rows = []
    for name in PLANS:
        found = picks(plan_named(name), folder)
        must, aim = ("0.70 lively, 0 bad", "0.90 lively") if name == "signals" else ("", "")
        said = f"{share(found, 'lively'):.3f} lively, {share(found, 'bad'):.3f} bad"
        rows.append(Row(f"planted: `{name}`", f"{COUNT} joined videos", said, must, aim))
        for one in found if name == "signals" else ():
            if one.chosen.kind != "lively" or one.shown.kind != "lively":
                print(
                    f"{one.lively}: chose {one.chosen.name}, showed {one.shown.name}",
                    file=sys.stderr,
                )
    print(markdown("Planted videos", "python -m benchmarks planted", rows))
