"""A small trained PLD-VHD through the protocols of YouTube Highlights, TVSum and CoSum, as people do it.

Drawn videos lie where the published ones would, beside labels in the published layouts: a red square
that moves is what everybody wants to see, a still ground is dull.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("accelerate", reason="accelerate is not installed")
pytest.importorskip("h5py", reason="h5py is not installed")

import h5py
from scipy.io import savemat

import drawn
from commands import Run
from gifworthy.learning.datasets.tvsum import validation_videos
from gifworthy.learning.datasets.youtube_highlights import umt_splits

LEARN, JUDGE = 4, 2
PIECES, SECONDS, FPS = 6, 2, 10
LEARNT = ("small=true", "targets=1", "batch=4", "epochs=6", "patience=0", "mirrored=false")


def wanted(video: int) -> list[bool]:
    """Which of the six pieces of a video are highlights: two, elsewhere in each."""
    return [(place + video) % 3 == 0 for place in range(PIECES)]


def pictures(video: int) -> Iterator[drawn.Picture]:
    for place, is_wanted in enumerate(wanted(video)):
        ground = drawn.textured(10 * video + place, 96, 64)
        for frame in range(SECONDS * FPS):
            picture = ground.copy()
            if is_wanted:
                picture[16:48, 4 + 2 * frame : 36 + 2 * frame] = (250, 40, 30)
            yield picture


def draw(path: Path, video: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    recipe = drawn.Recipe(fps=Fraction(FPS), options=drawn.H264)
    drawn.write(path, pictures(video), recipe)


def names(split: str, count: int) -> list[str]:
    """Videos of one half of UMT's split of the domain `dog`."""
    return [video for video, own in umt_splits("dog").items() if own == split][:count]


def youtube_highlights(folder: Path) -> None:
    """`DOMAIN/VIDEO/{VIDEO.mp4,clip.json,match_label.json}`; frames are counted at 30 a second."""
    for number, name in enumerate([*names("train", LEARN), *names("validation", JUDGE)]):
        place = folder / "dog" / name
        draw(place / f"{name}.mp4", number)
        edges = 30.0 * SECONDS * np.arange(PIECES + 1)
        clips = [[a, b] for a, b in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)]
        match = [1 if is_wanted else -1 for is_wanted in wanted(number)]
        (place / "clip.json").write_text(json.dumps(clips))
        (place / "match_label.json").write_text(json.dumps([clips, match]))


def tvsum(folder: Path) -> None:
    """`ydata-tvsum50.mat`, 20 raters, and `video/VIDEO.mp4`; rater 1 grades the other way round."""
    videos = [f"other{n}" for n in range(LEARN)] + sorted(validation_videos())[:JUDGE]
    for number, name in enumerate(videos):
        draw(folder / "video" / f"{name}.mp4", number)
    with h5py.File(folder / "ydata-tvsum50.mat", "w") as file:
        table, stored = file.create_group("tvsum50"), file.create_group("#refs#")
        cells = {
            "video": [_codes(name) for name in videos],
            "category": [_codes("VU") for _ in videos],
            "length": [np.array([[float(PIECES * SECONDS)]]) for _ in videos],
            "user_anno": [_graded(number) for number in range(len(videos))],
        }
        for name, column in cells.items():
            made = table.create_dataset(name, (len(column), 1), dtype=h5py.ref_dtype)
            for place, cell in enumerate(column):
                made[place, 0] = stored.create_dataset(f"{name}{place}", data=cell).ref


def cosum(folder: Path) -> None:
    """`shots/TOPIC/NAMEn_shots.txt`, `annotation/TOPIC/n__JUDGE.mat`, and videos named as the shots."""
    topic = "01_base_jump"
    (folder / "shots" / topic).mkdir(parents=True)
    (folder / "annotation" / topic).mkdir(parents=True)
    for number in range(LEARN + JUDGE):
        draw(folder / "videos" / topic / f"base{number + 1}.mp4", number)
        firsts = 1 + 30 * SECONDS * np.arange(PIECES + 1)
        shots = folder / "shots" / topic / f"base{number + 1}_shots.txt"
        shots.write_text("".join(f"{first}\n" for first in firsts))
        for judge in ("kk", "vv", "dualplus"):
            picked = np.array(
                [[n + 1, 1] for n, is_wanted in enumerate(wanted(number)) if is_wanted]
            )
            savemat(folder / "annotation" / topic / f"{number + 1}__{judge}.mat", {"anno": picked})


def _codes(text: str) -> np.ndarray:
    return np.array([[ord(letter)] for letter in text], dtype=np.uint16)


def _graded(video: int) -> np.ndarray:
    """(20, frames): 5 of 5 where a piece is wanted, else 1; a frame late, as in the released file."""
    each = np.repeat([5.0 if is_wanted else 1.0 for is_wanted in wanted(video)], SECONDS * FPS)
    grades = np.roll(np.tile(each, (20, 1)), 1, axis=1)
    grades[0] = 6 - grades[0]
    return grades


LAYOUTS = {"youtube-highlights": youtube_highlights, "tvsum": tvsum, "cosum": cosum}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One net, learned from the training videos of YouTube Highlights' layout."""
    place = tmp_path_factory.mktemp("learned")
    youtube_highlights(place)
    for words in (
        ("data", "read", "youtube-highlights", ".", "-o", "labels.parquet"),
        ("train", "pldvhd", *LEARNT, "--data", "labels.parquet", "--videos", ".", "-o", "m", "-q"),
    ):
        subprocess.run([sys.executable, "-m", "gifworthy", *words], check=True, cwd=place)
    return place / "m"


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("dataset", "videos", "judged", "figure"),
    [
        ("youtube-highlights", ".", JUDGE, "mAP"),
        ("tvsum", "video", LEARN + JUDGE, "top-5 mAP"),
        ("cosum", "videos", LEARN + JUDGE, "top-5 mAP"),
    ],
)
def test_a_trained_net_goes_through_the_protocol(
    run: Run, model: Path, tmp_path: Path, dataset: str, videos: str, judged: int, figure: str
) -> None:
    """It finds the red square in videos that it never saw, and its row says on how many it was judged.

    What it learned from in one layout was never judged there: `train` leaves the judged videos alone.
    """
    LAYOUTS[dataset](tmp_path)
    assert run("data", "read", dataset, ".", "-o", "labels.parquet").code == 0
    done = run("evaluate", model, "--data", "labels.parquet", "--videos", videos, "--json")
    assert done.code == 0, done.err
    assert "left out" not in done.err
    rows = {row["name"]: row for row in json.loads(done.out)["rows"]}
    figures = {name: row["metrics"][figure]["mean"] for name, row in rows.items()}
    assert rows["m"]["n"] == judged
    assert figures["m"] > figures["random"] + 0.2
