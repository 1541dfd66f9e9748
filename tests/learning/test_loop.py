"""The loop: the same numbers whatever interrupts it, the best net kept, and a clear word when it fails."""

from __future__ import annotations

import itertools
import math
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("accelerate", reason="accelerate is not installed")

import torch
from torch import Tensor, nn

from gifworthy.errors import LabelsNotFound, OutputError, TrainingDiverged, WeightsBroken
from gifworthy.learning.examples import Example, Examples
from gifworthy.learning.judges.gifs import GifJudge
from gifworthy.learning.ordering import ordered_pairs
from gifworthy.learning.recipe import Course, Rows
from gifworthy.learning.run import Progress, Run
from gifworthy.learning.states import place_of, read
from gifworthy.protocols import Pieces
from gifworthy.types import Floats
from workshop import imagined_examples

TESTS = Path(__file__).resolve().parent.parent


def net(seed: int = 3) -> nn.Module:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Dropout(0.3), nn.Linear(8, 1))


def rate(network: nn.Module, pieces: Pieces) -> Floats:
    scores = network(torch.from_numpy(np.asarray(pieces.inputs, np.float32)))[:, 0]
    return np.asarray(scores.double().numpy())


def course(examples: Examples, **changes: object) -> Course:
    """Pairs of six-number vectors; dropout and lots in the loss, Adam, a schedule."""
    network = net()
    optimizer = torch.optim.Adam(network.parameters(), 0.02)

    def loss(given: nn.Module, rows: Rows, random: np.random.Generator) -> Tensor:
        vectors = torch.from_numpy(np.asarray(examples.inputs[rows.ravel()], np.float32))
        vectors = vectors + 0.1 * torch.from_numpy(random.normal(size=vectors.shape)).float()
        scores: Tensor = given(vectors).reshape(-1, 2)
        return nn.functional.softplus(scores[:, 1] - scores[:, 0]).mean()

    plain = Course(
        network,
        ordered_pairs(examples.train, 0.5, 0, np.random.default_rng(0)),
        loss,
        optimizer,
        rate,
        torch.optim.lr_scheduler.StepLR(optimizer, 2, 0.5),
        batch=7,
        epochs=4,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def learned(run: Run, **changes: object) -> list[Tensor]:
    """The weights that a run ends with."""
    examples = imagined_examples()
    run.folder.mkdir(exist_ok=True)
    taken = course(examples, **changes)
    run.fit(taken, examples)
    return list(taken.network.state_dict().values())


def same(ours: Sequence[Tensor], theirs: Sequence[Tensor]) -> bool:
    return all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))


def test_it_learns(tmp_path: Path) -> None:
    told: list[Progress] = []
    examples = imagined_examples()
    run = Run(0, tmp_path, listen=told.append)
    run.fit(course(examples, epochs=12), examples)
    state = read(place_of(tmp_path, "net"))
    assert state is not None
    assert state.best_value > 0.9
    losses = [point.value for point in state.points if point.name == "loss"]
    assert np.mean(losses[-5:]) < np.mean(losses[:5]) / 2
    assert told[-1].step == told[-1].steps == state.step
    assert told[-1].judged
    assert not told[0].judged


def test_the_same_seed_gives_the_same_net(tmp_path: Path) -> None:
    first = learned(Run(5, tmp_path / "a"))
    torch.rand(17)  # whatever else draws from torch's own lots
    assert same(first, learned(Run(5, tmp_path / "b")))
    assert not same(first, learned(Run(6, tmp_path / "c")))


@pytest.mark.parametrize("stop", [1, 9, 23])
def test_what_stopped_goes_on_to_the_same_net(stop: int, tmp_path: Path) -> None:
    whole = learned(Run(0, tmp_path / "whole"), epochs=3)

    def interrupt(now: Progress) -> None:
        if now.step == stop:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        learned(Run(0, tmp_path / "parts", listen=interrupt), epochs=3)
    assert same(whole, learned(Run(0, tmp_path / "parts"), epochs=3))


@pytest.fixture
def usual_ctrl_c() -> Iterator[None]:
    """Ctrl-C as a program of its own takes it, whatever runs the tests."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def pressing(examples: Examples, step: int, times: int = 1) -> dict[str, object]:
    """A loss in the midst of whose `step` somebody presses Ctrl-C."""
    usual, calls = course(examples).loss, itertools.count(1)

    def loss(network: nn.Module, rows: Rows, random: np.random.Generator) -> Tensor:
        if next(calls) == step:
            for _ in range(times):
                signal.raise_signal(signal.SIGINT)
        return usual(network, rows, random)

    return {"loss": loss}


@pytest.mark.usefixtures("usual_ctrl_c")
def test_ctrl_c_finishes_the_step_under_way_and_saves_it(tmp_path: Path) -> None:
    whole = learned(Run(0, tmp_path / "whole"))
    parts = Run(0, tmp_path / "parts", save_seconds=1e9)
    with pytest.raises(KeyboardInterrupt, match="stopped after step 9; the same command goes on"):
        learned(parts, **pressing(imagined_examples(), 9))
    state = read(place_of(parts.folder, "net"))
    assert state is not None
    assert state.step == 9
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert same(whole, learned(parts))


@pytest.mark.usefixtures("usual_ctrl_c")
def test_a_second_ctrl_c_stops_at_once(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt) as stopped:
        learned(Run(0, tmp_path, save_seconds=1e9), **pressing(imagined_examples(), 9, times=2))
    assert str(stopped.value) == ""
    assert read(place_of(tmp_path, "net")) is None
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.usefixtures("usual_ctrl_c")
def test_a_program_that_ignores_ctrl_c_is_not_stopped(tmp_path: Path) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    learned(Run(0, tmp_path), **pressing(imagined_examples(), 9))
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_what_was_killed_goes_on_to_the_same_net(tmp_path: Path) -> None:
    """A process kills itself without warning in the midst of step 20, its state being of step 19."""
    whole = learned(Run(0, tmp_path / "whole"))
    script = (
        "import os, signal, sys\n"
        f"sys.path[:0] = [{str(TESTS)!r}, {str(TESTS / 'learning')!r}]\n"
        "from pathlib import Path\n"
        "from test_loop import Run, course, imagined_examples\n"
        "def dying(now):\n"
        "    if now.step == 20: os.kill(os.getpid(), signal.SIGKILL)\n"
        "examples = imagined_examples()\n"
        f"Run(0, Path({str(tmp_path)!r}), save_seconds=0, listen=dying).fit(course(examples), examples)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    state = read(place_of(tmp_path, "net"))
    assert state is not None
    assert state.step == 19
    assert same(whole, learned(Run(0, tmp_path)))


def test_the_best_net_is_kept_and_it_stops_when_it_grows_no_better(tmp_path: Path) -> None:
    said = iter([0.5, 0.7, 0.6, 0.6, 0.9, 0.9])
    kept: list[list[Tensor]] = []

    def judge(network: nn.Module, validation: Sequence[Example]) -> Mapping[str, float]:
        assert validation
        assert not network.training
        kept.append([value.clone() for value in network.state_dict().values()])
        return {"how good": next(said)}

    final = learned(
        Run(0, tmp_path), epochs=6, patience=2, judge=judge, rate=None, watch="how good"
    )
    assert len(kept) == 4  # 0.6 twice in a row is no better than 0.7
    assert same(final, kept[1])


def test_a_metric_that_is_better_when_smaller_is_watched_so(tmp_path: Path) -> None:
    examples = imagined_examples()
    run = Run(0, tmp_path, GifJudge().metrics)
    run.fit(course(examples, watch="nMSD"), examples)
    state = read(place_of(tmp_path, "net"))
    assert state is not None
    values = [point.value for point in state.points if point.name == "validation nMSD"]
    assert state.best_value == min(values)


def test_a_loss_that_is_no_number_names_step_and_videos(tmp_path: Path) -> None:
    examples = imagined_examples()

    def loss(network: nn.Module, rows: Rows, random: np.random.Generator) -> Tensor:
        del random
        value = math.nan if examples.at(int(rows[0, 0])).case.video == "v2" else 1.0
        scores: Tensor = network(torch.zeros(2, 6))
        return value * scores.mean()

    pairs = ordered_pairs(examples.train, 0.5, 0, np.random.default_rng(0))
    of_one = np.stack([pair for pair in pairs if examples.at(pair[0]).case.video == "v2"])
    with pytest.raises(TrainingDiverged, match=r"nan at step 1, .*videos v2; lower the learning"):
        learned(Run(0, tmp_path), loss=loss, items=of_one)


def test_without_validation_the_last_net_is_kept(tmp_path: Path) -> None:
    examples = replace(imagined_examples(), validation=())
    run = Run(0, tmp_path, steps=3)
    run.fit(course(examples), examples)
    state = read(place_of(tmp_path, "net"))
    assert state is not None
    assert state.best is None
    assert state.finished


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"watch": "beauty"}, "watch must be one of nACC"),
        ({"batch": 0}, "batch and epochs"),
        ({"rate": None}, "rate"),
    ],
)
def test_a_course_that_cannot_be_run_is_refused(
    changes: dict[str, object], word: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=word):
        learned(Run(0, tmp_path), **changes)


def test_nothing_to_learn_from_is_said(tmp_path: Path) -> None:
    with pytest.raises(LabelsNotFound, match="better and a worse"):
        learned(Run(0, tmp_path), items=np.empty((0, 2), np.intp))


def test_a_damaged_state_is_said_and_not_run(tmp_path: Path) -> None:
    learned(Run(0, tmp_path, steps=2))
    place = place_of(tmp_path, "net")
    place.write_bytes(place.read_bytes()[:-300])
    with pytest.raises(WeightsBroken, match=r"net.state is damaged .*; remove"):
        learned(Run(0, tmp_path))


def test_a_full_disk_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        del handle
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gifworthy.files.os.fsync", full)
    with pytest.raises(OutputError, match=r"net.state cannot be written: No space left on device"):
        learned(Run(0, tmp_path, steps=2))


def test_two_nets_of_one_run_are_kept_apart(tmp_path: Path) -> None:
    examples, run = imagined_examples(), Run(0, tmp_path, steps=4)
    for name in ("net 1", "net 2"):
        run.start(name)
        run.fit(course(examples), examples, name)
    ours, theirs = (read(place_of(tmp_path, name)) for name in ("net 1", "net 2"))
    assert ours is not None
    assert theirs is not None
    assert not same(list(ours.network.values()), list(theirs.network.values()))
