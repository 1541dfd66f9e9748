"""What every data set's reader owes, over every name on the shelf, on a tiny one in its layout."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from drawn_labels import LAYOUTS
from gifworthy.errors import LabelsError, LabelsNotFound
from gifworthy.learning.datasets import DATASETS
from gifworthy.learning.evaluate import evaluate
from gifworthy.learning.judging import Skipped
from gifworthy.learning.storage import load, save
from gifworthy.learning.tables import as_json, as_text

NAMES = list(DATASETS)


def layout(name: str, folder: Path) -> Path:
    """A tiny data set in its layout."""
    if name == "tvsum":
        pytest.importorskip("h5py", reason="TVSum's file needs h5py, of the extra [train]")
    return LAYOUTS[name](folder)


def test_every_data_set_has_a_layout_here() -> None:
    assert set(NAMES) == set(LAYOUTS)


@pytest.mark.parametrize("name", NAMES)
def test_labels_are_whole(name: str, tmp_path: Path) -> None:
    dataset = DATASETS[name]()
    manifest = dataset.read(layout(name, tmp_path))
    assert dataset.name == manifest.name == name
    assert manifest.labels
    for label in manifest.labels:
        assert 0 <= label.start < label.end
        assert 0 <= label.sure <= 1
        assert label.video
        assert label.source
    assert all(fact.what for fact in dataset.facts(manifest))


@pytest.mark.parametrize("name", NAMES)
def test_a_judge_gives_as_many_figures_as_it_names(name: str, tmp_path: Path) -> None:
    dataset = DATASETS[name]()
    judge = dataset.judge()
    cases = dataset.read(layout(name, tmp_path)).only(judge.takes).cases
    trials = [trial for case in cases if not isinstance(trial := judge.trial(case), Skipped)]
    assert trials
    for trial in trials:
        best = trial.judge(trial.oracle())
        worst = trial.judge(-trial.oracle())
        assert best.shape == (len(judge.metrics),)
        for metric, high, low in zip(judge.metrics, best, worst, strict=True):
            if np.isfinite(high):
                assert high >= low if metric.larger_is_better else high <= low


@pytest.mark.parametrize("name", NAMES)
def test_a_table_has_the_rows_that_every_table_must(name: str, tmp_path: Path) -> None:
    dataset = DATASETS[name]()
    table = evaluate(dataset.read(layout(name, tmp_path)), dataset.judge())
    names = [row.name for row in table.rows]
    assert names[:2] == ["random", "position"]
    assert "oracle" in names
    assert len(table.cases) + sum(entry.count for entry in table.skipped) == table.total
    assert as_text(table).count("\n") >= 4
    assert '"rows"' in as_json(table)


@pytest.mark.parametrize("name", NAMES)
def test_a_manifest_comes_back_as_it_was(name: str, tmp_path: Path) -> None:
    manifest = DATASETS[name]().read(layout(name, tmp_path))
    again = load(save(manifest, tmp_path / "labels.parquet"))
    assert repr(again.labels) == repr(manifest.labels)  # nan is not equal to nan
    assert (again.name, again.scale, again.personal) == (
        manifest.name,
        manifest.scale,
        manifest.personal,
    )
    assert again.anomalies == manifest.anomalies


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_of_another_kind_is_named_in_one_line(name: str, tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"no labels")
    with pytest.raises(LabelsNotFound, match=tmp_path.name) as told:
        DATASETS[name]().read(tmp_path)
    assert "\n" not in str(told.value)
    with pytest.raises(LabelsNotFound):
        DATASETS[name]().read(tmp_path / "nowhere")


@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_rubbish_is_a_clear_error(name: str, tmp_path: Path) -> None:
    layout(name, tmp_path)
    spoilt = [path for path in sorted(tmp_path.rglob("*")) if path.is_file()]
    for path in spoilt:
        path.write_bytes(b"\xff\xfe\x00 rubbish \x00\xff" * 9)
    with pytest.raises(LabelsError) as told:
        DATASETS[name]().read(tmp_path)
    assert any(path.name in str(told.value) for path in spoilt) or "holds no" in str(told.value)
