"""`evaluate` binds what was never trained to each viewer's history, as it binds what was."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

import drawn
from gifworthy.learning.judges.gifs import GifJudge
from gifworthy.learning.manifest import Label, Manifest, Oddities
from gifworthy.learning.predicting import Bench, predict
from gifworthy.learning.sources import Material
from gifworthy.settings import Settings

LENGTH = 2.0 * len(drawn.PIECES)


def label(video: str, start: float, role: str) -> Label:
    end = start + 5.0
    return Label(video, start, end, 1.0, "x:1", who="ann", split="test", role=role, duration=LENGTH)


@pytest.mark.parametrize("scorer", ["maximal-similarity", "video-mmr", "phd"])
@pytest.mark.parametrize("chosen", [0, 1, 2])
def test_what_was_chosen_in_the_same_film_is_found(
    scorer: str, chosen: int, tmp_path: Path
) -> None:
    """The past film is the target's twin, so what looks most like the choice is the very same span."""
    for name in ("past", "now"):
        shutil.copy(drawn.pieces(), tmp_path / f"{name}.mp4")
    labels = (label("past", 5.0 * chosen, "history"), label("now", 0.0, "target"))
    bench = Bench(
        Manifest("phd2", "drawn", labels, personal=True),
        GifJudge(only=lambda found: found.role == "target"),
        Material(videos=tmp_path),
        Settings(cache=tmp_path / "cache", weights=tmp_path / "none"),
        Oddities(),
    )
    ((_, found),) = predict(scorer, bench).by_key.items()
    assert int(np.argmax(found.scores)) == chosen


def test_without_a_history_all_are_alike(tmp_path: Path) -> None:
    shutil.copy(drawn.pieces(), tmp_path / "now.mp4")
    bench = Bench(
        Manifest("phd2", "drawn", (label("now", 0.0, "target"),), personal=True),
        GifJudge(),
        Material(videos=tmp_path),
        Settings(cache=tmp_path / "cache"),
        Oddities(),
    )
    ((_, found),) = predict("maximal-similarity", bench).by_key.items()
    assert len(set(found.scores.tolist())) == 1
