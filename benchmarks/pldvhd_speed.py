"""How fast PLD-VHD's maps are made, what sharing saves, and whether memory stays flat.

    python -m benchmarks pldvhd_speed [full]

Nets are drawn, not trained: speed does not depend on weights. `full` adds the net as published, 21.3 M
parameters on frames of 224 x 384, which takes minutes on a CPU.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from benchmarks.drawn_products import film, write
from benchmarks.table import Row, markdown, paired

from gifworthy.checkpoints import Card, Plain, Use, save
from gifworthy.mapping import look
from gifworthy.nets import Net, load_net
from gifworthy.reading import Reading
from gifworthy.scorers.pldvhd import PldVhd
from gifworthy.settings import Settings
from gifworthy.sliding import STRIDE, WINDOW, strip_length
from gifworthy.types import Segment
from gifworthy.video import open_video

SMALL, FULL = (8, 64, 96), (1, 224, 384)
TARGETS = 5
LENGTHS = (15, 60, 240)
SETTINGS = Settings(threads=1)


def takes(word: str) -> bool:
    """Whether the net as published is measured too."""
    return word == "full"


def main() -> None:
    words = sys.argv[1:]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        sizes = {"small": SMALL, **({"full": FULL} if "full" in words else {})}
        rows = [row for name, size in sizes.items() for row in _rates(name, size, folder)]
        rows += _memory(folder)
    print(markdown("PLD-VHD's speed", "python -m benchmarks pldvhd_speed full", rows))


def _rates(name: str, size: tuple[int, int, int], folder: Path) -> Iterator[Row]:
    """Maps a second, of strips of five against lone windows, in one run."""
    runs = 5 if name == "small" else 1
    strip = _noise(strip_length(TARGETS), size)
    together = _net(folder / f"{name}-{TARGETS}", TARGETS, size)
    alone = _net(folder / f"{name}-1", 1, size)
    windows = [strip[:, k * STRIDE : k * STRIDE + WINDOW] for k in range(TARGETS)]
    for device, nets in _devices(folder, name, together, alone):
        shared, naive = nets

        def once(net: Net = shared) -> object:
            return look(net, strip)

        def each(net: Net = naive) -> object:
            return [look(net, window) for window in windows]

        naively, at_once, ratio = paired(each, once, runs)
        yield Row(
            f"{name} net, {device}: maps a second, {TARGETS} in a strip",
            f"lone windows: {TARGETS / naively:.2f}",
            f"{TARGETS / at_once:.2f}",
        )
        yield Row(f"{name} net, {device}: lone windows' time over a strip's", "1", f"{ratio:.2f}")


def _devices(
    folder: Path, name: str, together: Net, alone: Net
) -> Iterator[tuple[str, tuple[Net, Net]]]:
    yield "one CPU thread", (together, alone)
    try:
        import torch
    except ImportError:
        return
    if torch.cuda.is_available():
        gpu = replace(SETTINGS, device="cuda")
        pair = (folder / f"{name}-{TARGETS}", folder / f"{name}-1")
        yield "GPU, mixed precision", (load_net(pair[0], gpu), load_net(pair[1], gpu))


def _net(folder: Path, targets: int, size: tuple[int, int, int]) -> Net:
    import torch

    from gifworthy.models.pldvhd import PldVhd as Network

    shrink, height, width = size
    torch.manual_seed(0)
    arguments: dict[str, Plain] = {
        "targets": targets,
        "shrink": shrink,
        "height": height,
        "width": width,
    }
    network = Network(targets, shrink, height, width).eval()
    strips = torch.zeros(2, 3, strip_length(targets), height, width)
    use = Use("pldvhd", "", Reading.strips(targets, height, width, 25.0))
    card = Card("pldvhd", arguments, inputs=("strips",), use=use)
    save(network, card, (strips,), folder)
    return load_net(folder, SETTINGS)


def _noise(frames: int, size: tuple[int, int, int]) -> np.ndarray:
    shape = (1, frames, size[1], size[2], 3)
    return np.random.default_rng(0).integers(0, 255, shape, np.uint8)


def _memory(folder: Path) -> Iterator[Row]:
    """The peak of a process that scores videos of several lengths."""
    peaks = []
    pictures = film(1).frames
    for seconds in LENGTHS:
        path = folder / f"{seconds}.mp4"
        count = seconds * 25
        write(path, pictures[np.arange(count) % len(pictures)])
        words = [
            sys.executable,
            "-m",
            "benchmarks.pldvhd_speed",
            "score",
            str(folder / "small-5"),
            str(path),
        ]
        said = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
        peaks.append(float(said[0]))
        yield Row(
            f"small net: peak memory of scoring {seconds} s, MiB",
            f"{LENGTHS[0]} s: {peaks[0]:.0f}",
            f"{peaks[-1]:.0f}",
        )
    yield Row(f"small net: seconds for {LENGTHS[-1]} s of video, decoding included", "", said[1])


def score(model: str, video: str) -> None:
    """Score one video in pieces of 5 s; the peak of this process in MiB, and the seconds it took."""
    scorer = PldVhd.open(Path(model), SETTINGS)
    begun = time.perf_counter()
    with open_video(video, "fast", settings=SETTINGS) as opened:
        edges = np.arange(0, opened.duration, 5.0).tolist()
        segments = tuple(Segment(a, min(a + 5.0, opened.duration)) for a in edges)
        scorer.score(opened, segments)
    seconds = time.perf_counter() - begun
    status = Path("/proc/self/status").read_text()  # a child's own rusage begins with its parent's
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    print(f"{peak / 1024:.1f} {seconds:.1f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["score"]:
        score(*sys.argv[2:4])
    else:
        main()
