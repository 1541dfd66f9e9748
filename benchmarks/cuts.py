"""Are cuts and transitions found? Real single shots joined by known cuts, dissolves and fades.

    python -m benchmarks cuts

The same file goes through PySceneDetect's ContentDetector and AdaptiveDetector with their own reader
and default settings. A found cut is right within two frames of a true one, or inside a true
transition; each true one can be found once. A found transition is right when it shares half its
length with a true one. PySceneDetect reports single moments, which count inside a transition too.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import av
import cv2
import numpy as np
from benchmarks.table import Row, markdown
from numpy.typing import NDArray
from scenedetect import AdaptiveDetector, ContentDetector, SceneDetector, SceneManager
from scenedetect import open_video as open_for_scenedetect

from gifworthy.types import EFFORTS, Effort, Segment
from gifworthy.video import open_video

Picture = NDArray[np.uint8]
VIDEOS = Path(__file__).resolve().parent.parent.parent / "shared" / "videos"
FPS = 25
SIZE = (640, 360)
JOINS = 90
TOLERANCE = 2.5 / FPS
RUNS = 5

# Spans without a cut inside, found by looking: file, first and last second.
SHOTS = (
    ("dizzy_cat_25s_480x360.mp4", 0.0, 25.0),
    ("dvrscan_traffic_23s_720p.mp4", 0.0, 23.0),
    ("intel_bottle_40s_640x360.mp4", 0.0, 40.0),
    ("intel_car-detection_30s_768x432.mp4", 0.0, 29.0),
    ("intel_one-by-one-person_139s_768x432.mp4", 0.0, 138.0),
    ("mdn_cc0_flower_5s.mp4", 0.0, 5.0),
    ("mdn_cc0_friday.mp4", 0.0, 5.0),
    ("mdn_cc0repo_crystal.mp4", 0.0, 9.0),
    ("mdn_cc0repo_elf.mp4", 0.0, 4.5),
    ("mdn_cc0repo_frog.mp4", 0.0, 4.5),
    ("sam2_01_dog.mp4", 0.0, 9.5),
    ("sam2_02_cups.mp4", 0.0, 9.5),
    ("sam2_03_blocks.mp4", 0.0, 9.5),
    ("webrtc_out2_meeting_41s_720p.webm", 0.0, 40.0),
    ("bbb_60s_640x360.mp4", 34.5, 47.4),
    ("bbb_60s_640x360.mp4", 48.0, 55.9),
    ("bbb_184-362s_contiguous_640x360.mp4", 141.0, 148.2),
    ("bbb_184-362s_contiguous_640x360.mp4", 118.8, 122.0),
    ("bbb_184-362s_contiguous_640x360.mp4", 102.0, 109.0),
)
CODINGS = {
    "x264, as most files are": {"preset": "veryfast", "crf": "22"},
    "key frames every 2 s whatever happens, no B frames": {
        "preset": "veryfast",
        "crf": "22",
        "g": "50",
        "bf": "0",
        "sc_threshold": "0",
    },
}


@dataclass(frozen=True)
class Join:
    """How two pieces are joined. kind: `cut`, `dissolve` or `fade`. frames: of each piece that mix."""

    kind: str
    frames: int


CUT = Join("cut", 0)


@dataclass(frozen=True)
class Truth:
    """Where new shots begin at a cut, and where two shots mix, in seconds."""

    cuts: tuple[float, ...]
    transitions: tuple[Segment, ...]


@dataclass(frozen=True)
class Found:
    """What a detector says, and the seconds it took."""

    cuts: tuple[float, ...]
    transitions: tuple[Segment, ...]
    seconds: float


def main() -> None:
    if not VIDEOS.is_dir():
        print("skipped: the real videos are not here")
        return
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, options) in enumerate(CODINGS.items()):
            path = Path(folder) / f"joined-{number}.mp4"
            truth = draw_joined(path, options)
            print(markdown(f"Cuts: {name}", "python -m benchmarks cuts", _rows(path, truth)))


# drawing


def draw_joined(path: Path, options: dict[str, str], seed: int = 0) -> Truth:
    """Write the joined video; the same seed gives the same pictures and the same truth."""
    draw = np.random.default_rng(seed)
    joins = [_join(draw) for _ in range(JOINS)]
    cuts: list[float] = []
    spans: list[Segment] = []
    shown = 0
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=FPS, options=options)
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        for join, mixed, body in _joined(_pieces(draw, len(joins) + 1), joins):
            if join is CUT and shown:
                cuts.append(shown / FPS)
            elif join is not CUT:
                spans.append(Segment(shown / FPS, (shown + len(mixed)) / FPS))
            for picture in [*mixed, *body]:
                out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            shown += len(mixed) + len(body)
        out.mux(stream.encode(None))
    return Truth(tuple(cuts), tuple(spans))


def _join(draw: np.random.Generator) -> Join:
    """Seven in ten are cuts, two dissolves of 0.3 to 1.2 s, one a fade through black."""
    lot = draw.random()
    if lot < 0.7:
        return CUT
    return Join("dissolve" if lot < 0.9 else "fade", int(draw.integers(8, 30)))


def _joined(
    pieces: Iterator[list[Picture]], joins: Sequence[Join]
) -> Iterator[tuple[Join, list[Picture], list[Picture]]]:
    tail: list[Picture] = []
    for join, following, piece in zip([CUT, *joins], [*joins, CUT], pieces, strict=True):
        mixed = list(_mixed(tail, piece[: join.frames], join))
        until = len(piece) - following.frames
        tail = piece[until:]
        yield join, mixed, piece[join.frames : until]


def _mixed(before: list[Picture], after: list[Picture], join: Join) -> Iterator[Picture]:
    shares = (np.arange(join.frames) + 1) / (join.frames + 1)
    if join.kind == "fade":
        black = [np.zeros_like(picture) for picture in before]
        pairs = [*zip(before, black, shares, strict=True), *zip(black, after, shares, strict=True)]
    else:
        pairs = list(zip(before, after, shares, strict=True))
    for one, other, share in pairs:
        yield cv2.addWeighted(one, 1 - share, other, share, 0).astype(np.uint8, copy=False)


def _pieces(draw: np.random.Generator, count: int) -> Iterator[list[Picture]]:
    """Pieces of 2.4 to 6 s, never two of one file in a row."""
    last = ""
    for _ in range(count):
        shots = [shot for shot in SHOTS if shot[0] != last]
        name, first, end = shots[int(draw.integers(len(shots)))]
        seconds = min(end - first, draw.uniform(2.4, 6.0))
        start = draw.uniform(first, end - seconds)
        with open_video(VIDEOS / name, "fast") as video:
            times = start + np.arange(int(seconds * FPS)) / FPS
            yield [_filled(picture) for picture in video.frames_at(times, width=SIZE[0]).frames]
        last = name


def _filled(picture: Picture) -> Picture:
    """Scaled and cropped so that it fills `SIZE`."""
    scale = max(SIZE[0] / picture.shape[1], SIZE[1] / picture.shape[0])
    size = [
        max(want, round(have * scale))
        for want, have in zip(SIZE, picture.shape[1::-1], strict=True)
    ]
    large = cv2.resize(
        picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    )
    left, top = (size[0] - SIZE[0]) // 2, (size[1] - SIZE[1]) // 2
    return np.ascontiguousarray(large[top : top + SIZE[1], left : left + SIZE[0]], dtype=np.uint8)


# detecting


def ours(path: Path, effort: Effort) -> Found:
    """What the scan finds."""
    start = time.perf_counter()
    with open_video(path, effort) as video:
        scan = video.scan
    seconds = time.perf_counter() - start
    return Found(tuple(float(cut) for cut in scan.cuts), scan.transitions, seconds)


def theirs(path: Path, detector: Callable[[], SceneDetector]) -> Found:
    """What a detector of PySceneDetect finds, with its own reader."""
    start = time.perf_counter()
    manager = SceneManager()
    manager.add_detector(detector())
    manager.detect_scenes(open_for_scenedetect(str(path)))
    cuts = tuple(float(cut.seconds) for cut in manager.get_cut_list(show_warning=False))
    return Found(cuts, (), time.perf_counter() - start)


# judging


def f1(found: Found, truth: Truth) -> tuple[float, float, float]:
    """(precision, recall, F1) over cuts and transitions together; each is found at most once."""
    wanted: set[float | Segment] = {*truth.cuts, *truth.transitions}
    claims: list[float | Segment] = [*found.cuts, *found.transitions]
    right = 0
    for claim in claims:
        hit = next((true for true in wanted if _means(claim, true)), None)
        if hit is not None:
            wanted.discard(hit)
            right += 1
    precision = right / max(1, len(claims))
    recall = right / (len(truth.cuts) + len(truth.transitions))
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def _means(claim: float | Segment, true: float | Segment) -> bool:
    if isinstance(true, float):
        return isinstance(claim, float) and abs(claim - true) <= TOLERANCE
    if isinstance(claim, float):
        return true.start - TOLERANCE <= claim <= true.end + TOLERANCE
    return claim.shared_with(true) >= true.duration / 2


def _rows(path: Path, truth: Truth) -> list[Row]:
    rows = []
    detectors: dict[str, Callable[[], Found]] = {
        f"PySceneDetect {kind.__name__}": partial(theirs, path, kind)
        for kind in (ContentDetector, AdaptiveDetector)
    }
    detectors |= {f"gifworthy {effort}": partial(ours, path, effort) for effort in EFFORTS}
    for name, detect in detectors.items():
        runs = [detect() for _ in range(RUNS)]
        precision, recall, score = f1(runs[0], truth)
        seconds = statistics.median(run.seconds for run in runs)
        said = f"F1 {score:.3f} (precision {precision:.2f}, recall {recall:.2f}), {seconds:.2f} s"
        rows.append(
            Row(name, f"{len(truth.cuts)} cuts, {len(truth.transitions)} transitions", said)
        )
    return rows


if __name__ == "__main__":
    main()
