"""Each published layout, read from a tiny one: values that can be seen in the head, and what is odd."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

import drawn_labels
from gifworthy.errors import LabelsNotFound, LabelsUnreadable
from gifworthy.learning.datasets import DATASETS
from gifworthy.learning.datasets.gif_thumbnails import comment_counts
from gifworthy.learning.datasets.video2gif import video_tags
from gifworthy.learning.datasets.yahoo_thumbnails import published_picks
from gifworthy.learning.judges.covers import CoverTrial
from gifworthy.learning.judging import Skipped
from gifworthy.learning.manifest import Manifest


def read(name: str, folder: Path) -> Manifest:
    return DATASETS[name]().read(folder)


def odd(manifest: Manifest) -> dict[str, int]:
    return {anomaly.what: anomaly.count for anomaly in manifest.anomalies}


def replaced(path: Path, before: str, after: str) -> None:
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after, 1))


def test_phd2_parts_histories_from_targets(tmp_path: Path) -> None:
    manifest = read("phd2", drawn_labels.phd2(tmp_path))
    assert manifest.personal
    first = manifest.labels[0]
    assert (first.video, first.start, first.end, first.who) == ("one", 0, 5, "ann")
    assert (first.role, first.split, first.source) == ("history", "test", "testing.csv:2")
    # video `one` is in ann's history and in bo's: two cases
    assert [(case.video, case.who) for case in manifest.cases] == [
        ("one", "ann"),
        ("two", "ann"),
        ("three", "ann"),
        ("one", "bo"),
        ("four", "bo"),
    ]
    assert odd(manifest) == {"the video's duration is not known (-1)": 1}
    assert math.isnan(manifest.labels[4].duration)


def test_phd2_counts_what_lies_past_the_end_and_in_both_files(tmp_path: Path) -> None:
    folder = drawn_labels.phd2(tmp_path)
    replaced(folder / "testing.csv", "two,20.0,4.0", "two,38.0,4.0")
    (folder / "training.csv").write_text(
        "youtubeId,start,duration,user_id,video_duration,is_last\ntwo,1,2,cy,40,True\n"
    )
    manifest = read("phd2", folder)
    assert odd(manifest)["a GIF ends after its video"] == 1
    assert odd(manifest)["a video is in training.csv and in testing.csv"] == 1
    assert manifest.labels[0].split == "train"


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("one,0.0", "one,soon", r"testing\.csv:2: field 'start' must be a number, not \"soon\""),
        ("one,0.0", "one,-3", r"testing\.csv:2: field 'start' must not lie below 0"),
        ("60.0,False", "60.0,maybe", r"testing\.csv:2: field 'is_last' must be True or False"),
        ("two,20.0,4.0,ann,40.0,False", "two,20.0", r"testing\.csv:3: must have 6 fields"),
        ("one,0.0,5.0,ann", "one,0.0,5.0,", r"testing\.csv:2: field 'user_id' must be text"),
        (",is_last", "", r"testing\.csv:1: the heading lacks is_last"),
    ],
)
def test_a_broken_row_says_file_line_and_field(
    before: str, after: str, says: str, tmp_path: Path
) -> None:
    folder = drawn_labels.phd2(tmp_path)
    replaced(folder / "testing.csv", before, after)
    with pytest.raises(LabelsUnreadable, match=says):
        read("phd2", folder)


def test_video2gif_turns_frames_into_seconds(tmp_path: Path) -> None:
    manifest = read("video2gif", drawn_labels.video2gif(tmp_path))
    label = manifest.labels[1]
    assert (label.start, label.end, label.fps, label.duration) == (10, 15, 10, 30)
    assert (label.item, label.split, label.topic, label.views) == ("g2", "test", "Sports", 20)
    assert manifest.labels[2].split == "train"
    assert video_tags(tmp_path) == {"a": ("ball", "goal"), "b": ("song",)}
    assert label.tags == "ball;goal"


def test_video2gif_says_what_it_leaves_out(tmp_path: Path) -> None:
    folder = drawn_labels.video2gif(tmp_path)
    replaced(folder / "metadata.txt", "g1;\t0;\t50", "g1;\t50;\t50")
    (folder / "testset.txt").write_text("a\ngone\n")
    manifest = read("video2gif", folder)
    assert len(manifest) == 2
    assert odd(manifest) == {
        "a GIF covers no frame": 1,
        "a test video has no GIF in metadata.txt": 1,
    }


def test_gif_thumbnails_keeps_showing_order(tmp_path: Path) -> None:
    manifest = read("gif-thumbnails", drawn_labels.gif_thumbnails(tmp_path))
    shown = [(label.item, label.order, label.start) for label in manifest.labels[:3]]
    assert shown == [("x.gif", 0, 2), ("x.gif", 1, 10), ("x.gif", 2, 5)]
    assert manifest.labels[0].duration == 20
    assert comment_counts(tmp_path)["v1"].sum() == 190


def test_gif_thumbnails_counts_what_is_odd(tmp_path: Path) -> None:
    folder = drawn_labels.gif_thumbnails(tmp_path)
    replaced(folder / "annotated_data.json", "[2.0, 10.0, 5.0]", "[2.0, 2.0, 50.0]")
    (folder / "annotated_dm_count.json").write_text(json.dumps({"v1": [1, 2, 3]}))
    assert odd(read("gif-thumbnails", folder)) == {
        "the list of comments is shorter than its video": 1,
        "a GIF repeats a second": 1,
        "a second lies past the list of comments": 3,
        "a second lies past the end of its video": 1,
    }


def test_youtube_highlights_reads_folders_and_one_file_alike(tmp_path: Path) -> None:
    folders = read("youtube-highlights", drawn_labels.youtube_highlights(tmp_path))
    clips = json.loads((tmp_path / "dog" / "a2nj7XCo2Rk" / "clip.json").read_text())
    whole = {"domain": "dog", "clips": clips, "match": [-1, 0, 1], "mturk": [0.0, 0.5, 2.0]}
    (tmp_path / "labels.json").write_text(json.dumps({"a2nj7XCo2Rk": whole}))
    one_file = read("youtube-highlights", tmp_path)
    values = [(label.start, label.end, label.value, label.who) for label in one_file.labels]
    assert values == [(label.start, label.end, label.value, label.who) for label in folders.labels]
    assert values[2] == (3, 6, 1, "match")
    assert values[5] == (3, 6, 2, "turk")
    assert {label.split for label in folders.labels} == {"validation"}


def test_youtube_highlights_counts_lists_that_do_not_fit(tmp_path: Path) -> None:
    folder = drawn_labels.youtube_highlights(tmp_path)
    path = folder / "dog" / "a2nj7XCo2Rk" / "match_label.json"
    replaced(path, "[-1, 0, 1]", "[-1, 0]")
    assert (
        odd(read("youtube-highlights", folder))["3 clips but another number of match labels"] == 1
    )


def test_tvsum_reads_a_grade_for_every_two_seconds(tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    manifest = read("tvsum", drawn_labels.tvsum(tmp_path))
    spans, grades = manifest.cases[0].grid()
    assert spans.tolist() == [[0, 2], [2, 4], [4, 6], [6, 8], [8, 10]]
    assert grades.shape == (20, 5)
    assert (grades == [1, 1, 1, 5, 1]).all()
    assert [case.labels[0].split for case in manifest.cases] == ["validation", "train"]


def test_summe_reads_every_raters_summary(tmp_path: Path) -> None:
    manifest = read("summe", drawn_labels.summe(tmp_path))
    spans, chosen = manifest.cases[0].grid()
    assert len(spans) == 5
    assert chosen[0].tolist() == [0, 0, 0, 0, 1]
    assert chosen[14].tolist() == [1, 0, 0, 0, 0]


def test_cosum_joins_shots_with_judges(tmp_path: Path) -> None:
    manifest = read("cosum", drawn_labels.cosum(tmp_path))
    spans, chosen = manifest.cases[0].grid()
    assert spans.tolist() == [[0, 2], [2, 4], [4, 6], [6, 8]]
    assert dict(zip(manifest.cases[0].raters, chosen.tolist(), strict=True)) == {
        "dualplus": [0, 1, 0, 1],
        "kk": [0, 1, 0, 0],
        "vv": [0, 1, 0, 0],
    }


def test_cosum_counts_a_pick_of_no_shot_and_refuses_frames_that_fall(tmp_path: Path) -> None:
    from scipy.io import savemat

    folder = drawn_labels.cosum(tmp_path)
    savemat(folder / "annotation" / "01_base_jump" / "1__kk.mat", {"a": np.array([[9, 1]])})
    assert odd(read("cosum", folder))["a judge picked a shot that is not there"] == 1
    shots = folder / "shots" / "01_base_jump" / "base1_shots.txt"
    shots.write_text("1\n61\n30\n")
    with pytest.raises(LabelsUnreadable, match=r"base1_shots\.txt:3: frame numbers must rise"):
        read("cosum", folder)


def test_yahoo_thumbnails_has_the_frames_that_look_like_the_cover(tmp_path: Path) -> None:
    dataset = DATASETS["yahoo-thumbnails"]()
    manifest = dataset.read(drawn_labels.yahoo_thumbnails(tmp_path))
    assert [(label.role, label.start, label.end) for label in manifest.labels] == [
        ("cover", 4.0, 4.04),
        ("alike", 3.8, 4.2),
    ]
    trial = dataset.judge().trial(manifest.cases[0])
    assert isinstance(trial, CoverTrial)
    assert np.flatnonzero(trial.matches_t).tolist() == list(range(95, 105))
    assert trial.judge_picks([3, 50, 104]).tolist() == [0, 1, 1]


def test_yahoo_thumbnails_reads_the_published_folders_too(tmp_path: Path) -> None:
    npz = read("yahoo-thumbnails", drawn_labels.yahoo_thumbnails(tmp_path))
    distance = np.load(tmp_path / "yahoo_thumbnail_siftflow_dist.npz")["u1"]
    (tmp_path / "yahoo_thumbnail_siftflow_dist.npz").unlink()
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "u1.txt").write_text("\n".join(map(str, distance)) + "\n")
    assert repr(read("yahoo-thumbnails", tmp_path).labels) == repr(npz.labels)
    (tmp_path / "results" / "random").mkdir(parents=True)
    (tmp_path / "results" / "random" / "u1.txt").write_text("101\n3\n")
    assert published_picks(tmp_path) == {"random": {"u1": [100, 2]}}


def test_yahoo_thumbnails_names_a_video_without_distances(tmp_path: Path) -> None:
    folder = drawn_labels.yahoo_thumbnails(tmp_path)
    replaced(folder / "yahoo_thumbnail_cikm2016.json", "u1", "u2")
    with pytest.raises(LabelsNotFound, match="video u2 has no distances"):
        read("yahoo-thumbnails", folder)


def test_qvhighlights_gives_zero_to_clips_that_no_row_covers(tmp_path: Path) -> None:
    dataset = DATASETS["qvhighlights"]()
    manifest = dataset.read(drawn_labels.qvhighlights(tmp_path))
    case = manifest.cases[0]
    assert (case.name, case.query) == ("7", "7: A dog runs.")
    trial = dataset.judge().trial(case)
    assert not isinstance(trial, Skipped)
    assert trial.oracle().tolist() == pytest.approx([0, 0, 0, 7 / 3, 4, 0, 0, 0, 0, 0])


def test_qvhighlights_wants_a_grade_for_each_relevant_clip(tmp_path: Path) -> None:
    folder = drawn_labels.qvhighlights(tmp_path)
    replaced(folder / "highlight_val_release.jsonl", "[3, 4]", "[3, 4, 5]")
    with pytest.raises(LabelsUnreadable, match=r"jsonl:1: field 'saliency_scores' must have 3"):
        read("qvhighlights", folder)


@pytest.mark.parametrize(
    ("name", "file", "before", "after", "says"),
    [
        ("ratings", "ratings.csv", "good", "great", "csv:3: field 'rating' must be one of bad"),
        ("ratings", "ratings.csv", "0,3,", "3,3,", "csv:2: field 'end' must lie after start"),
        ("frames", "frames.csv", "shop,0", "shop,-1", "csv:2: field 'second' must be 0 or more"),
        ("pairs", "pairs.csv", "8.0,60", "8.0,0", "csv:2: field 'duration' must be above 0"),
        ("clicks", "clicks.jsonl", '"clicked": 9', '"clicked": 900', "jsonl:2: field 'clicked'"),
        ("clicks", "clicks.jsonl", '"shown": 100', '"shown": "many"', "jsonl:1: field 'shown'"),
        ("clicks", "clicks.jsonl", "}", "", "jsonl:1: no JSON"),
    ],
)
def test_own_labels_that_are_broken(
    name: str, file: str, before: str, after: str, says: str, tmp_path: Path
) -> None:
    folder = drawn_labels.LAYOUTS[name](tmp_path)
    replaced(folder / file, before, after)
    with pytest.raises(LabelsUnreadable, match=says):
        read(name, folder)


def test_ratings_are_numbers(tmp_path: Path) -> None:
    manifest = read("ratings", drawn_labels.ratings(tmp_path) / "ratings.csv")
    assert [label.value for label in manifest.labels[:4]] == [1, 2, 1, 0]
    assert manifest.people == ("r1", "r2")


def test_a_score_holds_until_the_next(tmp_path: Path) -> None:
    (tmp_path / "frames.csv").write_text(
        "video,frame,fps,score\nv,0,10,1\nv,5,10,0\nv,90,10,1\nv,90,10,3\n"
    )
    manifest = read("frames", tmp_path)
    spans = [(label.start, label.end, label.value) for label in manifest.labels]
    assert spans == [(0, 0.5, 1), (0.5, 2.5, 0), (9, 11, 3)]
    assert odd(manifest) == {"a rater scored one moment twice; the last word counts": 1}


def test_clicks_are_shares_and_surer_the_oftener_shown(tmp_path: Path) -> None:
    manifest = read("clicks", drawn_labels.clicks(tmp_path))
    assert [(label.value, label.sure) for label in manifest.labels] == [(0.01, 0.5), (0.09, 0.5)]
    assert odd(manifest) == {"a cover was never shown; it is left out": 1}


def test_pairs_count_a_gif_of_no_video(tmp_path: Path) -> None:
    manifest = read("pairs", drawn_labels.pairs(tmp_path))
    assert [label.item for label in manifest.labels] == ["a.gif", "b.gif"]
    assert odd(manifest) == {"a GIF comes from no given video; it is left out": 1}
    assert manifest.labels[0].sure == 0.9


def test_own_labels_need_rows_and_a_known_ending(tmp_path: Path) -> None:
    (tmp_path / "ratings.csv").write_text("video,start,end,rating\n")
    with pytest.raises(LabelsNotFound, match="holds no rows"):
        read("ratings", tmp_path)
    (tmp_path / "ratings.xlsx").write_text("x")
    with pytest.raises(LabelsUnreadable, match=r"must end in \.csv or \.jsonl"):
        read("ratings", tmp_path / "ratings.xlsx")
