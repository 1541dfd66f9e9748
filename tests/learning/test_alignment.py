"""GIFs are found in the videos they were cut from, and are not found where they are not from."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from benchmarks.alignment import Change, Found, cut, measure
from PIL import Image

import drawn
from gifworthy.errors import LabelsNotFound, LabelsUnreadable
from gifworthy.learning.alignment import Aligner
from gifworthy.learning.datasets.pairs import Pairs, as_csv
from gifworthy.settings import Settings
from gifworthy.stores import open_store
from gifworthy.types import Segment
from gifworthy.video import open_video

PLAIN = Change(Segment(2.4, 5.0))
CHANGES = {
    "plain": PLAIN,
    "small": replace(PLAIN, width=80),
    "fast": replace(PLAIN, speed=1.6),
    "slow": replace(PLAIN, speed=0.7),
    "thinned": replace(PLAIN, dropped=0.3, fps=15),
    "few colours": replace(PLAIN, colours=8),
    "cropped": replace(PLAIN, crop=(0.05, 0.02, 0.0, 0.05)),
    "captioned": replace(PLAIN, caption="LOOK AT IT"),
    "all": Change(Segment(2.4, 5.0), 120, 12.5, 1.4, 0.15, (0.03, 0.05, 0.05, 0.0), 32, "LOOK"),
}


@pytest.fixture(scope="module")
def aligner() -> Aligner:
    return Aligner.of((drawn.pieces(), drawn.cuts()), Settings())


@pytest.mark.parametrize("name", list(CHANGES))
def test_a_changed_gif_is_found(name: str, aligner: Aligner, tmp_path: Path) -> None:
    made = cut(drawn.cuts(), CHANGES[name], tmp_path / "a.gif")
    found = Found(made, aligner.find(made.gif))
    assert found.is_right
    assert max(found.errors) <= 0.15
    assert found.alignment.speed == pytest.approx(CHANGES[name].speed, rel=0.06)
    assert not found.alignment.is_guess
    assert 0.4 < found.alignment.sure <= 1


def test_the_part_that_is_shown_is_told(aligner: Aligner, tmp_path: Path) -> None:
    made = cut(drawn.cuts(), CHANGES["cropped"], tmp_path / "a.gif")
    part = aligner.find(made.gif).part
    assert (part.left, part.top, part.right, part.bottom) == pytest.approx(
        (0.05, 0.02, 1.0, 0.95), abs=0.015
    )


def test_a_gif_from_elsewhere_is_reported_with_its_distance(tmp_path: Path) -> None:
    made = cut(drawn.cuts(), PLAIN, tmp_path / "a.gif")
    found = Aligner.of((drawn.pieces(),), Settings()).find(made.gif)
    assert found.video is None
    assert found.nearest == drawn.pieces()
    assert found.distance >= 18


def test_a_gif_in_which_nothing_moves_is_called_a_guess(tmp_path: Path) -> None:
    still = (drawn.textured(5) for _ in range(200))
    video = drawn.write(tmp_path / "still.mp4", still)
    made = cut(video, Change(Segment(2.0, 4.0)), tmp_path / "a.gif")
    found = Aligner.of((video,), Settings()).find(made.gif)
    assert found.video == video
    assert found.is_guess
    assert found.sure < 0.5


def test_a_gif_longer_than_the_video_is_from_elsewhere(aligner: Aligner, tmp_path: Path) -> None:
    made = cut(drawn.cuts(), replace(PLAIN, span=Segment(0.0, 8.0), speed=0.1), tmp_path / "a.gif")
    found = aligner.find(made.gif)
    assert (found.video, found.distance) == (None, 64.0)


@pytest.mark.parametrize(
    "span", [Segment(0.0, 8.0), Segment(3.0, 3.04), Segment(7.0, 8.0), Segment(0.0, 0.6)]
)
def test_the_shortest_the_longest_the_first_and_the_last_are_found(
    span: Segment, aligner: Aligner, tmp_path: Path
) -> None:
    made = cut(drawn.cuts(), replace(PLAIN, span=span, fps=25), tmp_path / "a.gif")
    found = Found(made, aligner.find(made.gif))
    assert found.is_right
    assert found.errors[0] <= 0.15


def test_a_still_is_found(aligner: Aligner, tmp_path: Path) -> None:
    with open_video(drawn.cuts()) as video:
        picture = video.frames_at(np.array([4.2])).frames[0]
    Image.fromarray(picture).save(tmp_path / "still.gif")
    found = aligner.find(tmp_path / "still.gif")
    assert found.video == drawn.cuts()
    assert found.segment.start == pytest.approx(4.2, abs=0.08)


def test_a_video_in_place_of_a_gif_is_told(aligner: Aligner, tmp_path: Path) -> None:
    slides = drawn.write(
        tmp_path / "long.mp4",
        (drawn.textured(n) for n in range(3)),
        drawn.Recipe(options=drawn.H264, times=(0.0, 100.0, 200.0)),
    )
    with pytest.raises(LabelsUnreadable, match="is it a video"):
        aligner.find(slides)


def test_without_a_video_there_is_nothing_to_align_with() -> None:
    with pytest.raises(LabelsNotFound, match="no video"):
        Aligner.of((), Settings())


def test_hashes_are_remembered_and_a_damaged_memory_is_made_again(tmp_path: Path) -> None:
    store = open_store(tmp_path / "hashes")
    first = Aligner.of((drawn.cuts(),), Settings(), store)
    (kept,) = (tmp_path / "hashes").glob("*/*")
    modified = kept.stat().st_mtime_ns, kept.read_bytes()
    again = Aligner.of((drawn.cuts(),), Settings(), store)
    assert np.array_equal(again.tracks[0].hashes, first.tracks[0].hashes)
    assert kept.read_bytes() == modified[1]
    kept.write_bytes(b"PK damaged")
    mended = Aligner.of((drawn.cuts(),), Settings(), store)
    assert np.array_equal(mended.tracks[0].hashes, first.tracks[0].hashes)


def test_a_folder_of_gifs_and_videos_is_read_as_pairs(tmp_path: Path) -> None:
    for folder in ("gifs", "videos/more"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "videos" / "more" / "cuts.mp4").write_bytes(drawn.cuts().read_bytes())
    cut(drawn.cuts(), PLAIN, tmp_path / "gifs" / "a.gif")
    cut(drawn.pieces(), replace(PLAIN, span=Segment(0.2, 1.8)), tmp_path / "gifs" / "b.gif")
    (tmp_path / "gifs" / "c.gif").write_bytes(b"GIF89a, but no more")
    told: list[str] = []
    settings = Settings(cache=tmp_path / "cache")
    manifest = Pairs().telling(settings, told.append).read(tmp_path)
    (label,) = manifest.labels
    assert (label.video, label.item, label.source) == ("more/cuts.mp4", "a.gif", "gifs/a.gif")
    assert (label.start, label.end) == pytest.approx((2.4, 5.0), abs=0.15)
    assert told == ["cuts.mp4", "a.gif", "b.gif", "c.gif"]
    odd = {anomaly.what: anomaly.first for anomaly in manifest.anomalies}
    assert odd["a GIF cannot be read; it is left out"] == "c.gif"
    assert odd["a GIF comes from no given video; it is left out"].startswith("b.gif (")


def test_what_is_written_is_read_again(aligner: Aligner, tmp_path: Path) -> None:
    made = cut(drawn.cuts(), PLAIN, tmp_path / "a.gif")
    found = aligner.find(made.gif)
    names = {made.gif: "a.gif", drawn.cuts(): "cuts.mp4"}
    foreign = replace(found, distance=30.0)
    (tmp_path / "pairs.csv").write_text(as_csv([found, foreign], names))
    rows = list(csv.DictReader(io.StringIO((tmp_path / "pairs.csv").read_text())))
    assert [row["video"] for row in rows] == ["cuts.mp4", ""]
    assert rows[1]["distance"] == "30.0"
    manifest = Pairs().read(tmp_path)
    (label,) = manifest.labels
    assert label.start == pytest.approx(found.segment.start, abs=1e-3)
    assert label.duration == pytest.approx(8.0, abs=0.05)
    assert label.sure == pytest.approx(found.sure, abs=1e-3)


@pytest.mark.slow
def test_a_hundred_gifs_of_real_videos_are_found(videos: Path, tmp_path: Path) -> None:
    films = sorted(path for path in videos.iterdir() if path.suffix in (".mp4", ".webm"))
    found, strangers = measure(films, tmp_path, 5)
    assert len(found) >= 100
    right = [one for one in found if one.is_right]
    assert len(right) >= 0.97 * len(found)
    assert np.mean([one.errors[0] for one in right]) <= 0.2
    assert not [one for one in found if one.alignment.video not in (None, one.cut.video)]
    assert np.mean([one.video is None for one in strangers]) >= 0.95
