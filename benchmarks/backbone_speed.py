"""How fast each backbone is on this CPU, and how much of feature extraction is the net's own work.

    python -m benchmarks backbone_speed [BACKBONE ...]

A segment is one clip, as the backbone was published to read it. Its time is quoted beside that of plain
matrix products (1024 x 1024, single precision, torch) of as many floating-point operations, taken in turn
with it on one thread: the ratio says how near the net comes to what this processor can do, on any
machine. Weights are drawn; no published ones are needed.

Extraction is measured on `MINUTES` of real pictures at 720p, segments of 5 s, I3D in ONNX Runtime: the
share of the wall clock during which the net runs. The decoder works ahead in a thread of its own.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from benchmarks.material import video
from benchmarks.table import Row, markdown, paired
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from gifworthy.backbones.preparing import Singles
from gifworthy.backbones.published import PUBLISHED, ClipBackbone, Published
from gifworthy.checkpoints import MODEL, Card, save
from gifworthy.features import Features, Sampling
from gifworthy.nets import Net, OnnxNet, OpenVinoNet
from gifworthy.segmenters.fixed import Fixed
from gifworthy.stores import open_store
from gifworthy.video import open_video

THREADS = 1
RUNS = 3
SIDE = 1024
MINUTES = 2
EXTRACTED = "i3d"


def takes(word: str) -> bool:
    """Names of backbones."""
    return word in PUBLISHED


def main() -> None:
    names = [name for name in sys.argv[1:] if name in PUBLISHED] or list(PUBLISHED)
    torch.set_num_threads(THREADS)
    with tempfile.TemporaryDirectory() as folder:
        rows = [row for name in names for row in speed_rows(PUBLISHED[name], Path(folder))]
        if EXTRACTED in names:
            rows.append(extraction_row(Path(folder)))
    print(markdown("Backbones on a CPU", "python -m benchmarks backbone_speed", rows))


def speed_rows(about: Published, folder: Path) -> list[Row]:
    """One row for each way to run a backbone."""
    torch.manual_seed(0)
    network = about.network_class()(classes=0).eval()
    clip = torch.randn(1, *about.preparation.shape)
    operations = operations_of(network, clip)
    product = products(operations)
    folder = folder / about.name
    save(network, Card(about.name, {"classes": 0}), (clip.repeat(2, 1, 1, 1, 1),), folder)
    rows = [_row(about.name, "torch", partial(_in_torch, network, clip), product, operations)]
    for way, net in nets(folder / MODEL).items():
        rows.append(_row(about.name, way, partial(net, clip.numpy()), product, operations))
    return rows


def nets(path: Path) -> dict[str, Net]:
    """The exported net on what is installed."""
    found: dict[str, Net] = {"ONNX Runtime": OnnxNet(path, THREADS)}
    if find_spec("openvino") is not None:
        found["OpenVINO"] = OpenVinoNet(path, THREADS)
    return found


def operations_of(network: nn.Module, clip: torch.Tensor) -> int:
    """Floating-point operations of one clip, a multiplication and an addition counted as two."""
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        network(clip)
    return int(counter.get_total_flops())


def products(operations: int) -> Callable[[], object]:
    """Matrix products of that many operations."""
    a, b = torch.randn(2, SIDE, SIDE)
    times = max(1, round(operations / (2 * SIDE**3)))

    def multiply() -> None:
        with torch.inference_mode():
            for _ in range(times):
                torch.mm(a, b)

    return multiply


def _in_torch(network: nn.Module, clip: torch.Tensor) -> torch.Tensor:
    with torch.inference_mode():
        return torch.as_tensor(network(clip))


def _row(
    name: str, way: str, run: Callable[[], object], product: Callable[[], object], operations: int
) -> Row:
    seconds, plain, ratio = paired(run, product, RUNS)
    print(f"{name}, {way}: {ratio:.2f}", file=sys.stderr)
    return Row(
        f"{name}, {way}",
        f"matrix products, {operations / 1e9:.1f} GFLOP, {plain:.2f} s",
        f"{1 / seconds:.2f} segments a second; {ratio:.2f} times as long",
    )


@dataclass
class Timed:
    """A net that counts the seconds it runs."""

    net: Net
    seconds: float = 0.0

    def __call__(self, clips_ncthw: Singles, /) -> Singles:
        """The net's answer."""
        start = time.perf_counter()
        found = self.net(clips_ncthw)
        self.seconds += time.perf_counter() - start
        return found


def extraction_row(folder: Path) -> Row:
    """How much of the wall clock of `Features.of` the net runs, on a long video."""
    about = PUBLISHED[EXTRACTED]
    net = Timed(OnnxNet(folder / EXTRACTED / MODEL, THREADS))
    net(np.zeros((1, *about.preparation.shape), np.float32))
    net.seconds = 0.0
    backbone = ClipBackbone(net, about.preparation)
    store = open_store(folder / "features", 1 << 30)
    features = Features(backbone, store, "drawn", Sampling(about.preparation.frames))
    with open_video(video(MINUTES, 720)) as opened:
        segments = Fixed(5.0).segment(opened)
        start = time.perf_counter()
        features.of(opened, segments)
        seconds = time.perf_counter() - start
    return Row(
        f"{EXTRACTED} features of {MINUTES} minutes at 720p, {len(segments)} segments",
        f"wall clock, {seconds:.0f} s",
        f"{100 * net.seconds / seconds:.1f} % is the net's",
        "90 %",
    )


if __name__ == "__main__":
    main()
