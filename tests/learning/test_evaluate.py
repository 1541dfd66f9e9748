"""Tables: the rows that every one must have, people's predictions, and what is skipped."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import drawn_labels
from gifworthy.errors import LabelsNotFound, LabelsUnreadable
from gifworthy.learning.datasets import DATASETS
from gifworthy.learning.evaluate import Table, evaluate
from gifworthy.learning.judges.gifs import GifJudge, GifTrial
from gifworthy.learning.manifest import Case, Label
from gifworthy.learning.predictions import Prediction, read_predictions
from gifworthy.learning.tables import as_json, as_text, difference


def scored(path: Path, *rows: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def judged(name: str, folder: Path, *rows: dict[str, object]) -> Table:
    dataset = DATASETS[name]()
    manifest = dataset.read(drawn_labels.LAYOUTS[name](folder))
    given = [read_predictions(scored(folder / "mine.jsonl", *rows))] if rows else []
    return evaluate(manifest, dataset.judge(), given)


def test_the_oracle_is_best_and_position_is_not_chance(tmp_path: Path) -> None:
    # ann's GIFs lie at 10-15 and 30-35 s of 50, bo's at 0-10 of 100: position finds bo's at once
    table = judged("phd2", tmp_path)
    best, by_position = table.row("oracle").means, table.row("position").means
    assert best[[0, 2]].tolist() == [1, 1]
    # both of bo's segments tie, so all 100 chosen frames are shown where 50 were wanted
    assert table.row("oracle").values_cm[1, 1] == pytest.approx(50 / 950)
    assert table.row("position").values_cm[1].tolist() == [1, 0, 1]
    assert by_position[0] < 1
    assert table.row("random").means[0] < by_position[0]
    assert table.cases == ("three", "four")


def test_people_are_a_row_where_there_are_several(tmp_path: Path) -> None:
    names = [row.name for row in judged("phd2", tmp_path).rows]
    assert names == ["random", "position", "oracle", "habits"]
    table = judged("ratings", tmp_path)
    # of the other's five unequal pairs three agree, one is a tie, one is wrong
    assert table.row("human").means[0] == pytest.approx(3.5 / 5)


def test_one_gif_is_judged_by_the_others_of_its_video(tmp_path: Path) -> None:
    """Two GIFs that share nothing, 5 of 30 s each: one tells nothing of the other."""
    assert judged("video2gif", tmp_path).row("human").means.tolist() == pytest.approx([1 / 6, 1, 1])


def test_gifs_of_several_people_that_overlap_tell_of_each_other() -> None:
    """0-10 and 5-10 of 20 s: the first finds half of what it shows right, the second all of it."""
    labels = tuple(
        Label("v", start, 10.0, 1.0, "drawn", item=str(start), duration=20.0)
        for start in (0.0, 5.0)
    )
    trial = GifJudge(by_several=True).trial(Case("v", "", "", labels))
    assert isinstance(trial, GifTrial)
    # precision: 1/2 at all recall; then 1 at a half, the envelope of 1/2 at the rest
    # nMSD: (10 - 2.5) / (20 - 2.5); then the median of five 0 and five 1 is 1/2: (5 - 5) / (20 - 5)
    expected = [(0.5 + (1 + 0.5) / 2) / 2, (7.5 / 17.5 + 0) / 2, 1]
    assert trial.human() == pytest.approx(np.array(expected))
    alone = GifJudge().trial(Case("v", "", "", labels))
    assert isinstance(alone, GifTrial)
    assert alone.human() is None, "of one person there is no other"


def test_bad_cases_are_what_raters_say_of_the_best(tmp_path: Path) -> None:
    table = judged("ratings", tmp_path, {"video": "v", "scores": [0, 0, 1, 0]})
    # the third span: one of two raters says bad
    assert table.row("mine").means[2] == 0.5
    assert table.row("oracle").means.tolist() == [1, 1, 0]


def test_predictions_that_are_the_truth_are_as_good_as_the_oracle(tmp_path: Path) -> None:
    truth: list[dict[str, object]] = [
        {"video": "three", "who": "ann", "segments": [[10, 15], [30, 35]], "scores": [1, 1]},
        {"video": "four", "segments": [[0, 10]], "scores": [3]},
    ]
    table = judged("phd2", tmp_path, *truth)
    assert table.row("mine").means.tolist() == table.row("oracle").means.tolist()


def test_each_row_says_on_how_many_it_was_judged(tmp_path: Path) -> None:
    table = judged("phd2", tmp_path, {"video": "four", "scores": list(range(20))})
    assert (table.row("mine").count, table.row("oracle").count, table.total) == (1, 2, 2)
    assert "1 of 2" in as_text(table)


def test_a_query_is_found_by_its_number(tmp_path: Path) -> None:
    scores = [0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0]  # two too many: cut, as published
    table = judged("qvhighlights", tmp_path, {"qid": 7, "pred_saliency_scores": scores})
    # each of the three grades: the wanted clip comes first for every rater who wants one
    assert table.row("mine").means[[1, 3, 5]].tolist() == [1, 1, 1]
    assert table.row("mine").means[0] == 1


def test_spans_of_ones_own_are_averaged_by_overlap() -> None:
    class Two:
        spans = np.array([[0.0, 2.0], [2.0, 4.0], [8.0, 9.0]])
        takes_any_length = False

    mine = Prediction(np.array([4.0, 8.0]), np.array([[0.0, 3.0], [3.0, 4.0]]), "here:1")
    assert mine.fitted(Two()).tolist() == [4, 6, 3]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"video": "four", "scores": [1, 2]}, r"mine\.jsonl:1: 2 scores for 20 spans of 5 s"),
        ({"video": "four", "scores": []}, "field 'scores' must have at least one number"),
        ({"video": "four", "scores": [1, None]}, "field 'scores', entry 1, must be a number"),
        ({"scores": [1]}, "field 'video' is missing"),
        ({"video": "four", "scores": [1], "segments": [[3, 2]]}, "field 'segments', entry 0"),
        ({"video": "four", "scores": [1], "segments": []}, "field 'segments' must have 1 entries"),
    ],
)
def test_predictions_that_are_broken(row: dict[str, object], says: str, tmp_path: Path) -> None:
    with pytest.raises(LabelsUnreadable, match=says):
        judged("phd2", tmp_path, row)


def test_predictions_of_other_videos_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LabelsNotFound, match=r"none of the judged cases .*'elsewhere'"):
        judged("phd2", tmp_path, {"video": "elsewhere", "scores": [1]})


def test_a_video_scored_twice_is_refused(tmp_path: Path) -> None:
    row: dict[str, object] = {"video": "four", "scores": [1]}
    with pytest.raises(LabelsUnreadable, match=r"jsonl:2: four was scored before"):
        read_predictions(scored(tmp_path / "mine.jsonl", row, row))
    with pytest.raises(LabelsNotFound, match="holds no scores"):
        read_predictions(scored(tmp_path / "empty.jsonl"))


def test_what_cannot_be_judged_is_counted(tmp_path: Path) -> None:
    folder = drawn_labels.phd2(tmp_path)
    testing = folder / "testing.csv"
    testing.write_text(testing.read_text().replace("bo,100.0", "bo,-1.0"))
    dataset = DATASETS["phd2"]()
    table = evaluate(dataset.read(folder), dataset.judge())
    assert [(s.what, s.count, s.first) for s in table.skipped] == [
        ("the video's duration is not known", 1, "four")
    ]
    assert "skipped: the video's duration is not known: 1" in as_text(table)


def test_nothing_to_judge_is_an_error_that_says_why(tmp_path: Path) -> None:
    folder = drawn_labels.phd2(tmp_path)
    testing = folder / "testing.csv"
    testing.write_text(testing.read_text().replace("True", "False"))
    dataset = DATASETS["phd2"]()
    with pytest.raises(LabelsNotFound, match="none of 0 cases can be judged"):
        evaluate(dataset.read(folder), dataset.judge())


def test_the_same_seed_gives_the_same_table(tmp_path: Path) -> None:
    dataset = DATASETS["phd2"]()
    manifest = dataset.read(drawn_labels.phd2(tmp_path))
    first, again = (evaluate(manifest, dataset.judge(), seed=5) for _ in range(2))
    assert as_json(first) == as_json(again)
    assert as_json(first) != as_json(evaluate(manifest, dataset.judge(), seed=6))


def test_a_metric_asked_of_fewer_cases_says_so(tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    table = judged("tvsum", tmp_path)
    assert table.row("oracle").known == (1, 2, 2, 2)
    assert "n=1" in as_text(table)
    assert json.loads(as_json(table))["rows"][0]["metrics"]["top-5 mAP"]["n"] == 1


def test_difference_of_a_row_with_itself_is_nothing(tmp_path: Path) -> None:
    table = judged("phd2", tmp_path)
    mean, low, high = difference(table, "oracle", "oracle")
    assert mean.tolist() == low.tolist() == high.tolist() == [0, 0, 0]
    gain = difference(table, "oracle", "random")[0]
    assert gain[0] > 0
    assert gain[1] < 0
