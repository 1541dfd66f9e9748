"""GEVADEN from people's GIFs to a cover of three shots, and RankNet's three best, by the page's commands."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("accelerate", reason="accelerate is not installed")
pytest.importorskip("onnxscript", reason="the exporter of torch is not installed")

from benchmarks.drawn_stories import draw_all

from commands import Run, read
from gifworthy.cli import main
from gifworthy.segmenters.seconds import Seconds
from gifworthy.settings import Settings
from gifworthy.trained import open_trained
from gifworthy.video import open_video

TINY = ("state=16", "gif_state=8", "epochs=3", "batch=4", "patience=0")
RANKNET = ("backbone=pixels", "stride=none", "tags=none", "width=16", "epochs=3")
MARGIN = 0.15
"""The videos have ten frames a second, and a shot may end a frame later for the sake of its loop."""


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> tuple[str | Path, ...]:
    """Ten drawn videos with three GIFs for each of two answers, and comments; read as a person does."""
    folder = tmp_path_factory.mktemp("stories")
    draw_all(folder / "clips", 10, 0)
    words = ("data", "read", "gif-thumbnails", folder / "clips", "-o", folder / "gifs.parquet")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["gifworthy", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
    assert not ended.value.code
    return "--data", folder / "gifs.parquet", "--videos", folder / "clips"


def shots_of(told: str) -> list[tuple[float, float]]:
    """Start and end of each highlight, in showing order."""
    shown = read(told, "make")["highlights"]
    assert isinstance(shown, list)
    return [(shot["start"], shot["end"]) for shot in shown]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_trained_teller_makes_a_cover_of_three_seconds(
    run: Run, known: tuple[str | Path, ...], tmp_path: Path
) -> None:
    trained = run("train", "gevaden", *TINY, *known, "-o", "model")
    assert trained.code == 0, trained.err
    last = trained.out.splitlines()[-1].split("  ")
    assert last[0].startswith("on 1 validation video: P@3 "), trained.out
    posterior, missed = (next(x for x in last if x.startswith(n)) for n in ("PS ", "PME "))
    assert 0 <= float(posterior.removeprefix("PS ")) <= 3
    assert missed.endswith(" %")

    judged = run("evaluate", "model", *known, "--json")
    rows = {row["name"]: row["metrics"] for row in json.loads(judged.out)["rows"]}
    assert 0 < rows["model"]["PME"]["mean"] < 1
    assert 0 < rows["model"]["PS"]["mean"] <= 3

    video = known[3] / "v00.mp4"  # type: ignore[operator]
    cover = run("make", video, "--plan", "./model", "--shots", "3", "--json")
    assert cover.code == 0, cover.err
    shots = shots_of(cover.out)
    assert [end - start for start, end in shots] == pytest.approx([1.0] * 3, abs=MARGIN)
    for number, (start, end) in enumerate(shots):
        assert all(end <= a or b <= start for a, b in shots[:number])
    refused = run("make", video, "--plan", "./model", "--shots", "2", "-o", "two.gif")
    refused.complained("gevaden tells 3 shots, not 2; give --shots 3", code=2)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_trained_ranker_shows_its_three_best(
    run: Run, known: tuple[str | Path, ...], tmp_path: Path
) -> None:
    trained = run("train", "video2gif", *RANKNET, *known, "-o", "v2g", "-q")
    assert trained.code == 0, trained.err
    video = known[3] / "v00.mp4"  # type: ignore[operator]
    words = ("--plan", "./v2g", "--shots", "3", "--selector", "top", "--segmenter", "seconds")
    cover = run("make", video, *words, "--json")
    assert cover.code == 0, cover.err
    with open_video(video, "fast") as opened:
        seconds = Seconds().segment(opened)
        scores = open_trained(tmp_path / "v2g", Settings()).score(opened, seconds).values
    best = np.sort((-scores).argsort()[:3])
    shots = shots_of(cover.out)
    assert [end - start for start, end in shots] == pytest.approx([1.0] * 3, abs=MARGIN)
    middles = [(start + end) / 2 for start, end in shots]
    assert middles == pytest.approx([seconds[place].middle for place in best], abs=0.5)
