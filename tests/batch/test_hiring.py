"""Who cannot be hired is told at once: a GPU that no node has, an actor that never gets ready."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gifworthy.batch.catalogue import Machines
from gifworthy.batch.orders import Item, Order, Row
from gifworthy.batch.running import Engine
from gifworthy.cli.batch_orders import order_of
from gifworthy.cli.choices import ScoringFlags, SelectingFlags
from gifworthy.cli.flags import PartFlags
from gifworthy.cli.looks import LookFlags
from gifworthy.errors import BatchError


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"gpus": 0.25}, "--gpus shares out the GPUs of a Ray cluster; give --engine ray"),
        ({"address": "auto"}, "--address is of a Ray cluster; give --engine ray"),
        ({"engine": "ray", "gpus": 1.5}, "a whole number, not 1.5"),
    ],
)
def test_what_only_a_cluster_has_is_refused_without_one(
    wrong: dict[str, object], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        Machines(**wrong)  # type: ignore[arg-type]
    assert Machines("ray", gpus=0.25, address="auto").gpus == 0.25


@pytest.mark.parametrize(
    ("gpus", "device", "used"),
    [(0.0, None, "cpu"), (0.25, None, "cuda"), (0.25, "openvino", "openvino"), (1.0, "cpu", "cpu")],
)
def test_whoever_gets_a_gpu_uses_it(
    gpus: float, device: str | None, used: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GIFWORTHY_DEVICE", raising=False)
    if device is not None:
        monkeypatch.setenv("GIFWORTHY_DEVICE", device)
    order = order_of("c", SelectingFlags(), ScoringFlags(), PartFlags(), LookFlags(), gpus)
    assert order.settings.device == used


class Nodes:
    """As much of Ray as tells what its nodes have."""

    def __init__(self, processors: int, *gpus: float) -> None:
        self.processors, self.gpus = processors, gpus

    def cluster_resources(self) -> dict[str, float]:
        return {"CPU": self.processors, "GPU": sum(self.gpus)}

    def nodes(self) -> list[dict[str, object]]:
        dead: dict[str, object] = {"Alive": False, "Resources": {"GPU": 64.0}}
        return [dead, *({"Alive": True, "Resources": {"GPU": own}} for own in self.gpus)]


def test_a_share_must_be_on_one_node() -> None:
    from gifworthy.batch import cluster

    cluster._check_gpus(Nodes(8, 1, 4), 4)
    cluster._check_gpus(Nodes(8), 0)
    with pytest.raises(BatchError, match="no node of the cluster has more than 4"):
        cluster._check_gpus(Nodes(8, 4, 4), 5)
    assert cluster._room_on(Nodes(8, 1, 1), 0.3) == 6  # three on each
    assert cluster._room_on(Nodes(5, 1, 1), 0.3) == 4
    assert cluster._room_on(Nodes(5, 1, 1), 0) == 4


@pytest.mark.timeout(120)
def test_a_gpu_that_nobody_has_is_told_at_once(tiny: Callable[[int], Path], tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="ray is absent")
    command = [sys.executable, "-m", "gifworthy", "batch", str(tiny(1)), "-o", str(tmp_path / "c")]
    done = subprocess.run(
        [*command, "--engine", "ray", "--gpus", "0.25"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "CUDA_VISIBLE_DEVICES": ""},
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1, done.stderr
    assert "--gpus 0.25 is more than there is: the cluster has no GPU" in done.stderr


def wait_for_room(engine: Engine) -> None:
    """Until an actor is ready, a minute and a half at most."""
    until = time.monotonic() + 90
    while not engine.room and time.monotonic() < until:
        engine.collect(0.5)


@pytest.mark.timeout(180)
def test_an_actor_that_never_gets_ready_ends_the_run(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ray", reason="ray is absent")
    from gifworthy.batch import cluster

    class Stillborn:  # not of this module, which no node could import
        def __init__(self, *_: object) -> None:
            raise ModuleNotFoundError("No module named 'gifworthy'")

        def ready(self) -> bool:
            return True

        def work(self, item: Item) -> Row:
            return Row(item)

    monkeypatch.setattr(cluster, "Actor", Stillborn)
    engine = cluster.Cluster(order, Machines("ray", 1), "")
    said = "cannot start on the cluster: ModuleNotFoundError: No module named 'gifworthy'"
    try:
        with pytest.raises(BatchError, match=said):
            wait_for_room(engine)
    finally:
        engine.close()
