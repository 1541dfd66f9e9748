"""Nothing that is judged is ever learned from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import drawn_labels
from gifworthy.learning.datasets import DATASETS
from gifworthy.learning.manifest import Label, Manifest
from gifworthy.learning.parting import JUDGED_TOO, parted
from workshop import rated

JUDGE = DATASETS["ratings"]().judge()


def splits_of(manifest: Manifest) -> dict[str, set[str]]:
    """The videos of each split."""
    found: dict[str, set[str]] = {}
    for label in manifest.labels:
        found.setdefault(label.split, set()).add(label.video)
    return found


def test_splits_of_its_own_are_kept() -> None:
    found = splits_of(parted(rated(10), JUDGE, 0))
    assert found == {"train": {f"v{i}" for i in range(6)}, "validation": {"v6", "v7"}}


def test_without_splits_a_tenth_is_kept_for_the_judge_and_a_tenth_is_watched() -> None:
    manifest = rated(20, splits=False)
    found = splits_of(parted(manifest, JUDGE, 0))
    assert {name: len(videos) for name, videos in found.items()} == {"train": 16, "validation": 2}
    assert not found["train"] & found["validation"]
    assert found == splits_of(parted(manifest, JUDGE, 0))
    assert found != splits_of(parted(manifest, JUDGE, 1))


def test_where_no_split_is_to_be_watched_one_is_drawn() -> None:
    manifest = rated(22)
    joined = tuple(
        replace(label, split="train") if label.split == "validation" else label
        for label in manifest.labels
    )
    found = splits_of(parted(replace(manifest, labels=joined), JUDGE, 0))
    assert {name: len(videos) for name, videos in found.items()} == {"train": 18, "validation": 2}
    assert not (found["train"] | found["validation"]) & {"v20", "v21"}


def test_a_video_that_is_judged_is_not_learned_from_under_another_name() -> None:
    manifest = rated(10)
    leaked = replace(manifest.labels[-1], split="train", query="again", source="leak:1")
    found = parted(replace(manifest, labels=(*manifest.labels, leaked)), JUDGE, 0)
    assert "v9" not in found.videos
    assert [entry.first for entry in found.anomalies if entry.what == JUDGED_TOO] == ["leak:1"]


def test_a_history_is_learned_from_in_any_split(tmp_path: Path) -> None:
    """PHD-GIFs' test file alone: what its viewers chose before, never what is asked."""
    dataset = DATASETS["phd2"]()
    manifest = dataset.read(drawn_labels.phd2(tmp_path))
    targets = set(manifest.only(dataset.judge().takes).videos)
    found = parted(manifest, dataset.judge(), 0)
    assert found.labels
    assert not targets & set(found.videos)
    assert {label.role for label in found.labels} == {"history"}


@pytest.mark.parametrize("name", list(drawn_labels.LAYOUTS))
def test_no_video_is_learned_from_and_watched(name: str, tmp_path: Path) -> None:
    if name == "tvsum":
        pytest.importorskip("h5py", reason="TVSum's file needs h5py")
    dataset = DATASETS[name]()
    manifest = dataset.read(drawn_labels.LAYOUTS[name](tmp_path))
    many = tuple(_named(label, number) for number in range(9) for label in manifest.labels)
    found = splits_of(parted(replace(manifest, labels=many), dataset.judge(), 0))
    assert set(found) <= {"train", "validation"}
    assert not found.get("train", set()) & found.get("validation", set())


def _named(label: Label, number: int) -> Label:
    return replace(label, video=f"{label.video} {number}", who=f"{label.who} {number}")


def test_viewers_of_training_data_alone_are_learned_from(tmp_path: Path) -> None:
    """PHD²'s `training.csv` without `testing.csv`, which alone holds what its judge takes."""
    (tmp_path / "training.csv").write_text(
        "youtubeId,start,duration,user_id,video_duration,is_last\n"
        + "".join(f"v{n},0,5,u{n // 2},60,{bool(n % 2)}\n" for n in range(40))
    )
    dataset = DATASETS["phd2"]()
    found = parted(dataset.read(tmp_path), dataset.judge(), 0)
    assert {name: len(videos) for name, videos in splits_of(found).items()} == {
        "train": 36,
        "validation": 4,
    }
