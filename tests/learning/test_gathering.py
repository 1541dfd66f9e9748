"""What is read before a training: once, in order, and only what is there and says something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from gifworthy.errors import LabelsNotFound, LabelsUnreadable, VideoTooShort, VideoUnreadable
from gifworthy.learning.datasets import DATASETS
from gifworthy.learning.examples import Examples, Inputs
from gifworthy.learning.gathering import MISSING, ONE, examples_of, values_of
from gifworthy.learning.judges.gifs import GifJudge
from gifworthy.learning.judging import Skipped, Trial
from gifworthy.learning.manifest import Anomaly, Case, Label, Manifest
from gifworthy.learning.parting import parted
from gifworthy.learning.sources import Material, Source, open_source, segments_of
from gifworthy.reading import NOTHING, Reading
from gifworthy.settings import Settings
from gifworthy.types import Segment
from workshop import draw_videos, rated

JUDGE = DATASETS["ratings"]().judge()


@dataclass
class Written:
    """A source that remembers who asked; v1 is not here, v2 is broken, v3 has one segment."""

    asked: list[str] = field(default_factory=list)
    spoilt: str = ""

    def read(self, case: Case, trial: Trial) -> tuple[tuple[Segment, ...], Inputs] | None:
        self.asked.append(case.video)
        if case.video == "v1":
            return None
        if case.video == "v2":
            raise VideoUnreadable("v2.mp4 is no video; give one")
        number = float(case.video[1:])
        inputs = np.full((len(trial.spans), 3), number, np.float32)
        inputs[:, 1] = np.arange(len(inputs))
        if case.video == self.spoilt:
            inputs[2, 2] = np.nan
        kept = slice(0, 1 if case.video == "v3" else None)
        return segments_of(trial.spans)[kept], inputs[kept]


def gathered(source: Source, folder: Path) -> tuple[Examples, Sequence[Anomaly]]:
    return examples_of(
        parted(rated(10), JUDGE, 0), JUDGE, source, folder, lambda *_: None, "x.parquet"
    )


def test_every_row_lies_where_its_example_says(tmp_path: Path) -> None:
    examples, skipped = gathered(Written(), tmp_path)
    assert [example.case.video for example in examples.train] == ["v0", "v4", "v5"]
    assert [example.case.video for example in examples.validation] == ["v6", "v7"]
    for example in examples.train + examples.validation:
        pieces = examples.pieces(example)
        assert pieces.inputs[:, 0].tolist() == [float(example.case.video[1:])] * 4
        assert examples.inputs[example.rows, 1].tolist() == [0, 1, 2, 3]
        assert all(examples.at(int(row)) is example for row in example.rows)
    assert {entry.what: entry.count for entry in skipped} == {
        MISSING: 1,
        "left out: VideoUnreadable": 1,
        ONE: 1,
    }


def test_what_was_read_is_not_read_again(tmp_path: Path) -> None:
    first, again = Written(), Written()
    before, _ = gathered(first, tmp_path)
    after, skipped = gathered(again, tmp_path)
    assert len(first.asked) == 8
    assert again.asked == []
    assert np.array_equal(before.inputs, after.inputs)
    assert len(skipped) == 3


def test_what_is_no_number_names_video_and_segment(tmp_path: Path) -> None:
    with pytest.raises(LabelsUnreadable, match=r"v5: the vector of segment 2 \(4\.0-6\.0 s\)"):
        gathered(Written(spoilt="v5"), tmp_path)


def test_nothing_to_learn_names_the_file(tmp_path: Path) -> None:
    labels = tuple(replace(label, value=2.0 * (label.start > 100)) for label in rated(5).labels)
    manifest = replace(rated(5), labels=labels)
    with pytest.raises(LabelsNotFound, match=r"^x\.parquet: no video is left .*one grade"):
        examples_of(manifest, JUDGE, Written(), tmp_path, lambda *_: None, "x.parquet")


def test_a_manifest_without_a_positive_is_refused(tmp_path: Path) -> None:
    @dataclass(frozen=True)
    class Even:
        metrics = ()
        by_topic = False

        def takes(self, label: Label) -> bool:
            return True

        def trial(self, case: Case) -> Trial | Skipped:
            return Level(np.array([[0.0, 5.0], [5.0, 10.0]]))

    with pytest.raises(LabelsNotFound, match=r"x: there is no positive .* has the value 0; give"):
        examples_of(parted(rated(10), JUDGE, 0), Even(), Written(), tmp_path, lambda *_: None, "x")


@dataclass(frozen=True)
class Level:
    """Every span is as good as the others."""

    spans: np.ndarray
    takes_any_length: bool = False

    def judge(self, scores_n: np.ndarray) -> np.ndarray:
        return np.zeros(0)

    def oracle(self) -> np.ndarray:
        return np.zeros(len(self.spans))

    def human(self) -> None:
        return None


def gif(start: float, end: float) -> Trial:
    label = Label("v", start, end, 1.0, "x:1", duration=20.0, fps=10.0)
    trial = GifJudge().trial(Case("v", "", "", (label,)))
    assert not isinstance(trial, Skipped)
    return trial


def test_segments_of_our_own_are_valued_by_the_frames_that_were_chosen() -> None:
    spans = np.array([[0.0, 2.0], [2.0, 5.0], [5.0, 7.0], [7.0, 9.0]])
    assert values_of(gif(3.0, 7.0), spans).tolist() == pytest.approx([0, 2 / 3, 1, 0])
    trial = gif(3.0, 7.0)
    assert values_of(trial, trial.spans).tolist() == trial.oracle().tolist()


def test_segments_that_nobody_graded_have_no_value() -> None:
    trial = JUDGE.trial(rated(1).cases[0])
    assert not isinstance(trial, Skipped)
    found = values_of(trial, np.array([[0.0, 2.0], [1.0, 3.0], [8.0, 9.0]]))
    assert found[:2].tolist() == [2.0, 1.5]
    assert np.isnan(found[2])


@pytest.fixture(scope="module")
def drawn_rated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two drawn videos of 8 s, 10 frames a second."""
    return draw_videos(rated(2), tmp_path_factory.mktemp("drawn"))


def read(reading: Reading, material: Material) -> tuple[tuple[Segment, ...], Inputs]:
    manifest = rated(2)
    source = open_source(reading, manifest, material, Settings())
    case = manifest.cases[0]
    trial = JUDGE.trial(case)
    assert not isinstance(trial, Skipped)
    found = source.read(case, trial)
    assert found is not None
    return found


def test_frames_are_read_in_order_and_square(drawn_rated: Path) -> None:
    segments, inputs = read(Reading.clips(4, 32), Material(drawn_rated))
    assert inputs.shape == (4, 4, 32, 32, 3)
    assert inputs.dtype == np.uint8
    assert len(segments) == 4
    red = (inputs[..., 0] > 180) & (inputs[..., 1] < 100)
    assert red[0].sum() > red[1].sum() > red[2].sum()  # good, average, bad: the square shrinks


def test_each_frame_may_be_followed_by_the_next(drawn_rated: Path) -> None:
    _, single = read(Reading.clips(3, 32), Material(drawn_rated))
    _, double = read(Reading.clips(3, 32, step=0.01), Material(drawn_rated))
    assert double.shape == (4, 6, 32, 32, 3)
    assert np.array_equal(double[:, ::2], single)
    assert not np.array_equal(double[:, 1::2], single)


def test_videos_are_cut_by_a_segmenter_of_ones_own(drawn_rated: Path) -> None:
    segments, inputs = read(Reading.vectors("pixels"), Material(drawn_rated, segmenter="fixed"))
    assert len(segments) == len(inputs)
    assert segments != segments_of(np.array([[0.0, 2.0], [2.0, 4.0], [4.0, 6.0], [6.0, 8.0]]))


def test_segments_too_short_for_a_snippet_are_left_out(drawn_rated: Path) -> None:
    segments, _ = read(Reading.vectors("pixels", 20, stride=8), Material(drawn_rated))
    assert len(segments) == 4  # 2 s at 10 frames a second are 20 frames
    with pytest.raises(VideoTooShort, match=r"v0\.mp4: none of 4 segments has the 21 frames"):
        read(Reading.vectors("pixels", 21, stride=8), Material(drawn_rated))


def test_what_is_needed_is_said(tmp_path: Path) -> None:
    manifest: Manifest = rated(2)
    with pytest.raises(LabelsNotFound, match=r"frames .* --videos$"):
        open_source(Reading.clips(), manifest, Material(), Settings())
    with pytest.raises(LabelsNotFound, match="--features"):
        open_source(Reading.vectors("pixels"), manifest, Material(), Settings())
    with pytest.raises(LabelsNotFound, match="none of the 2 videos"):
        open_source(Reading.clips(), manifest, Material(tmp_path), Settings())
    with pytest.raises(LabelsNotFound, match="segmenter shots needs videos"):
        open_source(NOTHING, manifest, Material(segmenter="shots"), Settings())
