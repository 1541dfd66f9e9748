"""`kill -9` in the midst of a training, and a training by two processes: the same model in the end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("accelerate", reason="accelerate is not installed")
pytest.importorskip("onnxscript", reason="the exporter of torch is not installed")

import torch
from safetensors.torch import load_file

from workshop import EXAMPLES, entry_points, rated, vectors_for, write_manifest

pytestmark = pytest.mark.slow
PATIENCE = 120


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Labels and vectors, and the example package installed."""
    manifest = rated(20)
    write_manifest(manifest, tmp_path)
    vectors_for(manifest, tmp_path / "vectors")
    info = tmp_path / "site" / "gifworthy_eager-0.1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: gifworthy-eager\nVersion: 0.1.0\n")
    (info / "entry_points.txt").write_text(entry_points())
    return tmp_path


def surroundings(place: Path) -> Mapping[str, str]:
    paths = os.pathsep.join((str(place / "site"), str(EXAMPLES / "eager" / "src")))
    return {**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1"}


def command(place: Path, out: str) -> list[str]:
    return [
        *("-m", "gifworthy", "train", "eager", "--data", str(place / "ratings.parquet")),
        *("--features", str(place / "vectors"), "-o", str(place / out), "--save-every", "0.1"),
        *("epochs=150", "batch=3", "patience=0"),
    ]


def same(place: Path, ours: str, theirs: str, within: float = 0.0) -> bool:
    first, second = (load_file(place / name / "weights.safetensors") for name in (ours, theirs))
    return all(torch.allclose(first[k], second[k], rtol=0, atol=within) for k in first)


def test_killed_and_killed_again_it_ends_with_the_same_weights(place: Path) -> None:
    environment = surroundings(place)
    train = [sys.executable, *command(place, "killed")]
    state = place / "killed.run" / "net.state"
    for _ in range(2):
        before = state.stat().st_mtime_ns if state.exists() else 0
        child = subprocess.Popen(train, env=environment)
        until = time.monotonic() + PATIENCE
        while not (state.exists() and state.stat().st_mtime_ns > before):
            assert child.poll() is None, "it ended before it was killed"
            assert time.monotonic() < until
            time.sleep(0.01)
        child.send_signal(signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL
        assert not (place / "killed").exists()
    subprocess.run(train, env=environment, check=True)
    whole = [sys.executable, *command(place, "whole")]
    subprocess.run(whole, env=environment, check=True)
    assert same(place, "killed", "whole")
    assert not (place / "killed.run").exists()


def test_two_processes_learn_what_one_does(place: Path) -> None:
    environment = surroundings(place)
    several = [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2"]
    less = ["epochs=3", "batch=8"]
    together = [*several, *command(place, "two")[:-3], *less]
    subprocess.run(together, env=environment, check=True, timeout=PATIENCE)
    alone = [sys.executable, *command(place, "one")[:-3], *less]
    subprocess.run(alone, env=environment, check=True)
    two, one = (load_file(place / name / "weights.safetensors") for name in ("two", "one"))
    assert torch.allclose(two["weigh.weight"], one["weigh.weight"], atol=1e-5)
