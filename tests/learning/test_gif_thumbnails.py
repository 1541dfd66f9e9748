"""GIF-Thumbnails: our split, its comments, and what its rows say of the published labels."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import drawn_labels
from gifworthy.learning.datasets.gif_thumbnails import SPLIT, GifThumbnails, gif_thumbnails_split
from gifworthy.learning.evaluate import Table, evaluate
from gifworthy.learning.manifest import Manifest
from gifworthy.learning.storage import load, save
from gifworthy.learning.tables import as_json, as_text, difference

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "gif-thumbnails"
needs_labels = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not here")


@cache
def real() -> Manifest:
    return GifThumbnails().read(DATA)


@cache
def table() -> Table:
    return evaluate(real(), GifThumbnails().judge())


def posterior(row: str) -> float:
    return float(table().row(row).means[2])


def test_every_video_lies_in_one_part_of_the_published_size() -> None:
    parts = list(gif_thumbnails_split().values())
    assert len(parts) == 1070
    assert {part: parts.count(part) for part in SPLIT} == SPLIT


def test_comments_travel_with_the_labels(tmp_path: Path) -> None:
    manifest = GifThumbnails().read(drawn_labels.gif_thumbnails(tmp_path))
    assert manifest.curves["v1"].sum() == 190
    again = load(save(manifest, tmp_path / "labels.parquet"))
    assert again.curves["v1"].tolist() == manifest.curves["v1"].tolist()
    curve = again.cases[0].curve
    assert curve is not None
    assert curve.sum() == 190


def test_a_manifest_without_comments_has_no_posterior_score(tmp_path: Path) -> None:
    folder = drawn_labels.gif_thumbnails(tmp_path)
    (folder / "annotated_dm_count.json").unlink()
    manifest = GifThumbnails().read(folder)
    assert not manifest.curves
    judged = evaluate(load(save(manifest, tmp_path / "labels.parquet")), GifThumbnails().judge())
    assert np.isnan(judged.row("random").means[2])
    assert judged.row("random").known[0] == judged.row("random").count
    assert "together" in [row.name for row in judged.rows]
    assert "random peaks" not in [row.name for row in judged.rows]
    assert json.loads(as_json(judged))["rows"][0]["metrics"]["PS"]["mean"] is None


@pytest.mark.parametrize("counts", [[], [0] * 20])
def test_no_comment_at_all_is_said(tmp_path: Path, counts: list[int]) -> None:
    folder = drawn_labels.gif_thumbnails(tmp_path)
    (folder / "annotated_dm_count.json").write_text(json.dumps({"v1": counts}))
    manifest = GifThumbnails().read(folder)
    said = [anomaly.what for anomaly in manifest.anomalies]
    assert any("no comment" in what for what in said)
    assert np.isnan(evaluate(manifest, GifThumbnails().judge()).row("random").means[2])


@needs_labels
def test_the_split_is_the_seeded_draw_that_the_docs_name() -> None:
    order = np.random.default_rng(0).permutation(sorted(real().videos)).tolist()
    drawn = dict.fromkeys(order[:857], "train") | dict.fromkeys(order[857:963], "validation")
    assert gif_thumbnails_split() == drawn | dict.fromkeys(order[963:], "test")


@needs_labels
def test_rows_on_the_test_part() -> None:
    """papers/benchmarks.md, all videos: 0.90, peaks 1.13, people 1.44 and 1.75, oracle 2.75."""
    assert len(table().cases) == table().total == 107
    assert posterior("random") == pytest.approx(0.90, abs=0.08)
    assert posterior("random peaks") == pytest.approx(1.13, abs=0.1)
    assert posterior("usual share") == pytest.approx(1.23, abs=0.15)
    assert posterior("people, one beside the others") == pytest.approx(1.44, abs=0.09)
    assert posterior("people, best PS") == pytest.approx(1.75, abs=0.1)
    assert posterior("most commented") == pytest.approx(2.75, abs=0.06)


@needs_labels
def test_three_together_are_no_worse_than_single_habits() -> None:
    """Agreement with people and posterior score, against those who know single seconds only."""
    for rival in ("usual share", "each place alone"):
        apart, low, _ = difference(table(), "together", rival)
        assert (apart[2:] > 0).all(), rival
        assert low[2] > 0, rival
        assert low[4] > 0, rival
    apart, low, _ = difference(table(), "together, comments smoothed", "usual share")
    assert (low[2:] > 0).all()


@needs_labels
def test_what_others_published_stands_below_the_table() -> None:
    assert as_text(table()).splitlines()[-1].startswith("published, PS on the authors' own")
    assert "GEVADEN 1.07 / 1.06" in json.loads(as_json(table()))["notes"][0]
