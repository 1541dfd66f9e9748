"""The Ray engine gives what the local one gives."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from drawn import moving, write
from gifworthy.batch.catalogue import Machines
from gifworthy.errors import BatchError

pytest.importorskip("ray", reason="ray is absent")

LOOK = ("--seconds", "0.6", "--width", "48", "--fps", "5")


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in (folder / "covers").rglob("*.*")
    }


@pytest.mark.timeout(300)
def test_ray_gives_the_same_bytes_as_the_pool(tiny: Callable[[int], Path], tmp_path: Path) -> None:
    videos = tiny(4)
    (videos / "broken.mp4").write_bytes(b"nothing")
    told = {}
    for engine in ("local", "ray"):
        command = [sys.executable, "-m", "gifworthy", "batch", str(videos), "--json", *LOOK]
        command += ["-o", str(tmp_path / engine), "--engine", engine, "--workers", "2"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 1, done.stderr
        told[engine] = json.loads(done.stdout)
    assert told["ray"]["made"] == told["local"]["made"] == 4
    assert told["ray"]["failures"] == told["local"]["failures"] == {"VideoUnreadable": 1}
    assert files(tmp_path / "ray") == files(tmp_path / "local")
    assert len(files(tmp_path / "ray")) == 2 * 4


def test_a_cluster_that_is_not_there_is_told(tiny: Callable[[int], Path], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "gifworthy", "batch", str(tiny(1)), "-o", str(tmp_path / "c")]
    command += ["--engine", "ray", "--address", "127.0.0.1:1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "no Ray cluster answers at 127.0.0.1:1" in done.stderr


class Nodes:
    """As much of Ray as tells which nodes live; `own` is the one that this process hangs on."""

    def __init__(self, **alive: bool) -> None:
        self.alive = alive
        self.silent = False

    def nodes(self) -> list[dict[str, object]]:
        if self.silent:
            raise RuntimeError("the cluster does not answer")
        return [{"NodeID": name, "Alive": alive} for name, alive in self.alive.items()]

    def get_runtime_context(self) -> Nodes:
        return self

    def get_node_id(self) -> str:
        return "own"


@pytest.mark.parametrize(
    ("alive", "silent", "said"),
    [
        ({"own": True, "other": False}, False, None),
        ({"own": False, "other": True}, False, "node of this machine is lost; run the same"),
        ({"own": False, "other": False}, False, "no node of the cluster is left; run the same"),
        ({"own": True}, True, "no node of the cluster is left"),
    ],
)
def test_a_dead_cluster_ends_the_run(
    alive: dict[str, bool], silent: bool, said: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gifworthy.batch import cluster

    monkeypatch.setattr(cluster, "PULSE_SECONDS", 0.02)
    monkeypatch.setattr(cluster, "SILENT_SECONDS", 0.5)
    nodes = Nodes(**alive)
    nodes.silent = silent
    pulse = cluster._Pulse(nodes)
    pulse.check()
    time.sleep(0.7)
    if said is None:
        pulse.check()
    else:
        with pytest.raises(BatchError, match=said):
            pulse.check()
    pulse.stop()


def children_of(pid: int, pattern: str) -> list[int]:
    """Processes that this one started, by a pattern in their command."""
    told = subprocess.check_output(["ps", "-ww", "-eo", "pid,ppid,args"], text=True)
    found = [line.split(maxsplit=2) for line in told.splitlines()[1:]]
    return [
        int(own) for own, parent, text in found if int(parent) == pid and re.search(pattern, text)
    ]


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_node_that_dies_ends_a_local_run(tmp_path: Path) -> None:
    for number in range(4):  # each takes seconds
        write(tmp_path / f"v{number}.mp4", moving(number + 1, 100, 320, 240))
    command = [sys.executable, "-m", "gifworthy", "batch", str(tmp_path)]
    command += ["-o", str(tmp_path / "c"), "--engine", "ray", "--workers", "1"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    log, until = tmp_path / "c" / "log.jsonl", time.monotonic() + 90
    while (
        '"event": "made"' not in (log.read_text() if log.exists() else "")
        and time.monotonic() < until
    ):
        time.sleep(0.02)
    try:
        (node,) = children_of(process.pid, "/raylet ")
        (agent,) = children_of(node, "(?i)dashboard.*agent")
        os.kill(agent, signal.SIGKILL)  # the node ends itself with it, and its workers
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 1
    assert "no node of the cluster is left; run the same command again" in said


@pytest.mark.parametrize("wrong", [{"engine": "spark"}, {"workers": -1}, {"gpus": -0.5}])
def test_machines_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong)).rstrip("s")):
        Machines(**wrong)  # type: ignore[arg-type]
