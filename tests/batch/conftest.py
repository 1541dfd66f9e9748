"""Tiny videos and batches over them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from commands import Run, driven
from drawn import moving, write
from gifworthy.batch.orders import Order
from gifworthy.plans import Plan
from gifworthy.settings import Settings
from gifworthy.types import Style

TINY = Style(width=48, fps=5, seconds=0.6)

Draw = Callable[..., Path]


@pytest.fixture(scope="session")
def tiny_videos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Eight videos of a second, each of its own scene."""
    folder = tmp_path_factory.mktemp("tiny")
    return [write(folder / f"v{n}.mp4", moving(n + 1, 25, 64, 48)) for n in range(8)]


@pytest.fixture
def tiny(tiny_videos: list[Path], tmp_path: Path) -> Callable[[int], Path]:
    """A folder of our own with the first few of them."""

    def copy(count: int) -> Path:
        folder = tmp_path / "videos"
        folder.mkdir(exist_ok=True)
        for video in tiny_videos[:count]:
            shutil.copy2(video, folder)
        return folder

    return copy


@pytest.fixture
def order(tmp_path: Path) -> Order:
    """Tiny covers by the default plan."""
    return Order(Plan(), TINY, Settings(threads=1), str(tmp_path / "covers"))


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """`gifworthy batch`, in an empty folder of its own."""
    monkeypatch.chdir(tmp_path)
    return driven(capfd, monkeypatch, "batch")
