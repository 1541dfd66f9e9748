"""The Ray engine gives what the local one gives."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gifworthy.batch.catalogue import Machines

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


@pytest.mark.parametrize("wrong", [{"engine": "spark"}, {"workers": -1}, {"gpus": -0.5}])
def test_machines_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong)).rstrip("s")):
        Machines(**wrong)  # type: ignore[arg-type]
