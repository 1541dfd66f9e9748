"""Training with vectors that were read before: what the loop costs beside the bare steps of the same net.

`python -m benchmarks training`; the head of Video2GIF (4096, 512, 128, 1), 50 pairs a step, 100 steps.
What is paid once (the state on disk, TensorBoard's file) is in it.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from benchmarks.table import Row, markdown, paired

from gifworthy.learning.examples import Example, Examples
from gifworthy.learning.judges.gifs import GifJudge, GifTrial
from gifworthy.learning.manifest import Case, Label
from gifworthy.learning.ordering import ordered_pairs
from gifworthy.learning.recipe import Course, Rows
from gifworthy.learning.run import Run
from gifworthy.learning.sources import segments_of

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.optim import SGD

SIZE, VIDEOS, PIECES, BATCH, STEPS, RUNS = 4096, 100, 40, 50, 100, 3


def main() -> None:
    missing = [name for name in ("torch", "accelerate", "tensorboard") if not find_spec(name)]
    if missing:
        print(f"training: skipped, {missing[0]} is not installed")
        return
    with TemporaryDirectory() as place:
        examples = _examples(Path(place))
        pairs = ordered_pairs(examples.train, 0.5, 0, np.random.default_rng(0))
        pairs = np.random.default_rng(1).permutation(pairs)[: BATCH * STEPS]
        runs = iter(range(100))
        ours, bare, ratio = paired(
            lambda: _by_the_loop(examples, pairs, Path(place) / str(next(runs))),
            lambda: _bare(examples, pairs),
            RUNS,
        )
    rows = [
        Row(
            f"pairs a second, {BATCH} a step, {SIZE} numbers each, from disk",
            f"the same steps without the loop: {len(pairs) / bare:,.0f}",
            f"{len(pairs) / ours:,.0f}",
        ),
        Row("time of the loop", "the bare steps", f"{ratio:.2f} x", "", "1.15 x"),
    ]
    print(markdown("Training with cached features", "python -m benchmarks training", rows))


def _examples(place: Path) -> Examples:
    """Imagined videos; their vectors are mapped from disk, as in a training."""
    judge, found = GifJudge(), []
    for number in range(VIDEOS):
        label = Label(f"v{number}", 20.0, 30.0, 1.0, "imagined:1", duration=5.0 * PIECES, fps=10.0)
        case = Case(label.video, "", "", (label,))
        trial = judge.trial(case)
        assert isinstance(trial, GifTrial)
        segments = segments_of(trial.spans)
        found.append(Example(case, segments, trial.oracle(), number * PIECES, trial))
    shape = (VIDEOS * PIECES, SIZE)
    inputs = np.memmap(place / "inputs.bin", np.float32, "w+", shape=shape)
    inputs[:] = np.random.default_rng(0).normal(size=shape)
    return Examples(tuple(found), (), inputs)


def _net() -> tuple[nn.Module, SGD]:
    import torch
    from torch import nn

    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Linear(SIZE, 512), nn.ReLU(), nn.Linear(512, 128), nn.ReLU(), nn.Linear(128, 1)
    )
    return network, torch.optim.SGD(network.parameters(), 1e-3, momentum=0.9, nesterov=True)


def _loss(network: nn.Module, examples: Examples, rows: Rows) -> Tensor:
    import torch

    scores = network(torch.from_numpy(examples.inputs[rows.ravel()])).reshape(-1, 2)
    loss: Tensor = (1 - scores[:, 0] + scores[:, 1]).clamp(min=0).mean()
    return loss


def _by_the_loop(examples: Examples, pairs: Rows, folder: Path) -> None:
    network, optimizer = _net()
    folder.mkdir()
    course = Course(
        network,
        pairs,
        lambda net, rows, _: _loss(net, examples, rows),
        optimizer,
        lambda _, pieces: np.zeros(len(pieces.segments)),
        batch=BATCH,
        epochs=1,
    )
    Run(0, folder).fit(course, examples)


def _bare(examples: Examples, pairs: Rows) -> None:
    network, optimizer = _net()
    network.train()
    for first in range(0, len(pairs), BATCH):
        optimizer.zero_grad()
        _loss(network, examples, pairs[first : first + BATCH]).backward()  # type: ignore[no-untyped-call]
        optimizer.step()


if __name__ == "__main__":
    main()
