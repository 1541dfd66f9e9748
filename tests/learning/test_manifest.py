"""Manifests: cases, storage, splits that leak nothing, consensus, and which videos are still here."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from statistics import fmean

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gifworthy.errors import LabelsNotFound, LabelsUnreadable, OutputExists
from gifworthy.learning.consensus import agreement, consensus
from gifworthy.learning.manifest import Anomaly, Label, Manifest, Oddities, runs
from gifworthy.learning.presence import file_of, find_videos
from gifworthy.learning.splits import Leak, leaks, split
from gifworthy.learning.storage import load, save


def label(video: str, who: str = "", value: float = 1.0, start: float = 0.0) -> Label:
    return Label(video, start, start + 1, value, "here:1", who=who)


def manifest(*labels: Label, personal: bool = False) -> Manifest:
    return Manifest("own", "larger is better", labels, personal=personal)


def test_cases_gather_by_video_and_by_viewer_only_where_taste_is_personal() -> None:
    labels = (label("a", "x"), label("b", "x"), label("a", "y"))
    assert [case.video for case in manifest(*labels).cases] == ["a", "b"]
    personal = manifest(*labels, personal=True)
    assert [(case.video, case.who) for case in personal.cases] == [
        ("a", "x"),
        ("b", "x"),
        ("a", "y"),
    ]


def test_the_grid_has_a_row_for_each_rater_and_a_gap_for_silence() -> None:
    case = manifest(
        label("v", "r1", 3, start=5), label("v", "r1", 1, start=0), label("v", "r2", 2, start=0)
    ).cases[0]
    spans, values = case.grid()
    assert spans.tolist() == [[0, 1], [5, 6]]
    assert values[0].tolist() == [1, 3]
    assert values[1, 0] == 2
    assert math.isnan(values[1, 1])


def test_runs_of_true_values() -> None:
    assert runs([True, True, False, True]) == [(0, 2), (3, 4)]
    assert runs([False, False]) == []


def test_oddities_count_and_remember_the_first() -> None:
    oddities = Oddities()
    for where in ("a:1", "a:2"):
        oddities.note("odd", where)
    assert oddities.anomalies() == (Anomaly("odd", 2, "a:1"),)


def test_a_stored_manifest_is_plain_parquet(tmp_path: Path) -> None:
    path = save(manifest(label("v")), tmp_path / "m.parquet")
    assert pq.read_table(path).column("video").to_pylist() == ["v"]
    with pytest.raises(OutputExists):
        save(manifest(label("w")), path)
    assert load(save(manifest(label("w")), path, overwrite=True)).videos == ("w",)


def test_what_is_no_manifest_is_said_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "m.parquet"
    with pytest.raises(LabelsNotFound, match="gifworthy data read"):
        load(path)
    path.write_text("text")
    with pytest.raises(LabelsUnreadable, match="is no manifest, or a damaged one"):
        load(path)
    pq.write_table(pa.table({"a": [1]}), path)
    with pytest.raises(LabelsUnreadable, match="no manifest of gifworthy"):
        load(path)


def test_a_manifest_of_a_newer_version_or_without_a_column_is_refused(tmp_path: Path) -> None:
    path = save(manifest(label("v")), tmp_path / "m.parquet")
    table = pq.read_table(path)
    pq.write_table(table.drop_columns(["who"]), path)
    with pytest.raises(LabelsUnreadable, match="lacks the column who"):
        load(path)
    newer = table.schema.metadata[b"gifworthy"].replace(b'"version": 1', b'"version": 99')
    pq.write_table(table.replace_schema_metadata({b"gifworthy": newer}), path)
    with pytest.raises(LabelsUnreadable, match="version 99, newer than 1"):
        load(path)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=60),
    st.integers(0, 99),
    st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_a_split_never_leaks(pairs: list[tuple[int, int]], seed: int, personal: bool) -> None:
    labels = tuple(label(f"v{video}", f"p{who}") for video, who in pairs)
    whole = manifest(*labels, personal=personal)
    parted = split(whole, seed, {"train": 0.5, "validation": 0.2, "test": 0.3})
    assert not leaks(parted)
    left_out = sum(anomaly.count for anomaly in parted.anomalies)
    assert len(parted) + left_out == len(whole)
    assert personal or not left_out
    assert repr(split(whole, seed, {"train": 0.5, "validation": 0.2, "test": 0.3})) == repr(parted)


def test_a_split_has_the_shares_that_were_asked_for() -> None:
    parted = split(manifest(*(label(f"v{i}") for i in range(100))), seed=0)
    counts = [
        sum(x.split == part for x in parted.labels) for part in ("train", "validation", "test")
    ]
    assert counts == [80, 10, 10]
    with pytest.raises(ValueError, match="sum to 1"):
        split(parted, 0, {"train": 0.5})


def test_leaks_are_named() -> None:
    labels = (
        replace(label("a", "x"), split="train"),
        replace(label("a", "y"), split="test"),
        replace(label("b", "x"), split="test"),
    )
    video = Leak("video", "a", ("test", "train"))
    assert leaks(manifest(*labels)) == (video,)
    assert leaks(manifest(*labels, personal=True)) == (
        video,
        Leak("viewer", "x", ("test", "train")),
    )


def test_consensus_of_binary_labels_is_the_majority() -> None:
    said = [label("v", f"r{i}", value) for i, value in enumerate((1.0, 1.0, 0.0))]
    merged = consensus(manifest(*said)).labels
    assert [(x.value, x.who) for x in merged] == [(1, "consensus")]
    assert merged[0].sure == pytest.approx(2 / 3)


def test_consensus_of_grades_is_the_mean_and_sure_where_they_agree() -> None:
    said = [label("v", "r1", 1), label("v", "r2", 5)]
    said += [label("v", "r1", 4, start=9), label("v", "r2", 4, start=9)]
    apart, alike = consensus(manifest(*said)).labels
    assert (apart.value, apart.sure) == (3, 0)  # as far apart as the scale allows
    assert (alike.value, alike.sure) == (4, 1)
    with pytest.raises(ValueError, match="own tastes"):
        consensus(manifest(*said, personal=True))


def reference_alpha(values: list[list[float]]) -> float:
    """Krippendorff's alpha by pairs: observed over expected squared difference."""
    units = [[v for v in unit if not math.isnan(v)] for unit in zip(*values, strict=True)]
    units = [unit for unit in units if len(unit) > 1]
    everything = [v for unit in units for v in unit]
    n = len(everything)
    observed = fmean([sum((a - b) ** 2 for a in u for b in u) / (len(u) - 1) for u in units])
    observed *= len(units) / n
    expected: float = sum((a - b) ** 2 for a in everything for b in everything) / (n * (n - 1))
    return 1 - observed / expected


def test_agreement_is_krippendorffs_alpha() -> None:
    values: list[list[float]] = [[1, 2, 3, 3, math.nan], [1, 2, 4, 3, 2], [math.nan, 3, 3, 3, 2]]
    assert agreement(np.array(values)) == pytest.approx(reference_alpha(values))
    assert agreement(np.array([[1.0, 2.0], [1.0, 2.0]])) == 1
    assert agreement(np.array([[2.0, 2.0], [2.0, 2.0]])) == 1
    assert math.isnan(agreement(np.array([[1.0, 2.0]])))


def test_missing_videos_are_a_report(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("one.mp4", "deep/two.WEBM", "three.txt"):
        (tmp_path / name).write_bytes(b"")
    presence = find_videos(manifest(*map(label, ("one", "deep/two", "three"))), tmp_path)
    assert str(presence) == "2 of 3 videos"
    assert presence.missing == ("three",)
    assert presence.found["deep/two"] == tmp_path / "deep" / "two.WEBM"


def test_a_folder_of_videos_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(LabelsNotFound, match="nope is not there; give the folder"):
        find_videos(manifest(label("one")), tmp_path / "nope")
    (tmp_path / "one.mp4").write_bytes(b"")
    with pytest.raises(LabelsNotFound, match=r"one\.mp4 is a file, not a folder"):
        find_videos(manifest(label("one")), tmp_path / "one.mp4")


def test_a_name_that_has_its_ending_gets_no_second_one() -> None:
    assert file_of("flower.MP4") == "flower.MP4"
    assert file_of("flower.v2") == "flower.v2.mp4"
