"""PLD-VHD's recipe: what each pixel is told to be, by whom, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("accelerate", reason="accelerate is not installed")

import torch

from gifworthy.errors import LabelsNotFound, LabelsUnreadable, WeightsMissing
from gifworthy.learning import teachers
from gifworthy.learning.examples import Examples
from gifworthy.learning.losses import divergence, known_cross_entropy
from gifworthy.learning.recipes.gaze import Gaze
from gifworthy.learning.recipes.lim import Lim
from gifworthy.learning.recipes.pldvhd import PldVhd, values_at
from gifworthy.learning.run import Run
from gifworthy.learning.teachers import Plain, Watcher, teacher_of, told
from gifworthy.models.pldvhd import PldVhd as Network
from gifworthy.readers import StripReader, open_reader
from gifworthy.reading import Reading
from gifworthy.settings import Settings
from workshop import imagined_examples, imagined_looks, of_other_lengths

SMALL = PldVhd(small=True, targets=3, batch=2)


def test_every_pixel_of_what_is_known_counts_alike() -> None:
    """The cross-entropy a second time, in plain numpy; an unknown target counts for nothing."""
    random = np.random.default_rng(0)
    logits, wanted = random.normal(0, 2, (2, 3, 4, 5)), random.uniform(0, 1, (2, 3, 4, 5))
    known = np.array([[1, 0, 1], [0, 1, 1]])
    shown = 1 / (1 + np.exp(-logits))
    each = -(wanted * np.log(shown) + (1 - wanted) * np.log(1 - shown)).mean((2, 3))
    expected = each[known > 0].mean()
    found = known_cross_entropy(*(torch.tensor(x) for x in (logits, wanted, known)))
    assert found.item() == pytest.approx(expected)


def test_the_divergence_is_none_between_a_map_and_itself() -> None:
    seen = torch.rand(2, 4, 5) * 0.8 + 0.1
    assert divergence(torch.logit(seen), seen).tolist() == pytest.approx([0, 0], abs=1e-6)
    corner, middle = torch.zeros(1, 2, 2), torch.full((1, 2, 2), 0.25)
    corner[0, 0, 0] = 1
    assert divergence(torch.logit(middle), corner).item() == pytest.approx(np.log(4), rel=1e-4)


def test_a_target_is_worth_what_the_segment_is_that_it_lies_in() -> None:
    """Imagined videos have five segments of 4 s, two of them in a GIF; targets lie 0.32 s apart."""
    examples = imagined_examples(SMALL.reading(), videos=4)
    example = examples.train[0]
    edges = np.array([1.0, 4.0, 7.9, 8.0, 21.0])
    assert values_at(example, edges).tolist()[:4] == example.values[[0, 1, 1, 2]].tolist()
    assert np.isnan(values_at(example, edges)[4])
    grades = SMALL._grades(examples)
    rows = {int(row): value for row, value in zip(example.rows, example.values, strict=True)}
    assert {row: grades[row].tolist() for row in rows} == {row: [v] * 3 for row, v in rows.items()}


def test_targets_in_other_segments_have_their_own_labels() -> None:
    """2.5 frames a second: targets 3.2 s apart, so the outer two of three lie in the neighbours. What
    begins so early is looked at backwards: the later target comes first."""
    slow = replace(SMALL, rate=2.5)
    examples = imagined_examples(slow.reading(), videos=4)
    example = examples.train[0]
    grades = slow._grades(examples)
    second = grades[int(example.rows[1])]
    assert second.tolist() == example.values[2::-1].tolist()
    assert second[0] != second[2]
    first = grades[int(example.rows[0])]
    assert np.isnan(first).sum() == 1


def test_graded_labels_scale_and_binary_ones_decide() -> None:
    examples = imagined_examples(SMALL.reading(), videos=4)
    graded = tuple(
        replace(example, values=np.array([1.0, 2.0, 3.0, 4.0, 5.0])) for example in examples.train
    )
    examples = Examples(graded, examples.validation, examples.inputs)
    rows = graded[0].rows
    found = [SMALL._grades(examples)[int(row)][1] for row in rows]
    assert found == [0, 0.25, 0.5, 0.75, 1]
    binary = replace(SMALL, labels="binary")._grades(examples)
    assert [binary[int(row)][1] for row in rows] == [0, 0, 0, 1, 1]


def test_highlight_frames_learn_the_teachers_map_and_others_that_nothing_is_here() -> None:
    """The loss falls to its lowest where the map is the teacher's in light segments and empty in dark."""
    examples = imagined_examples(SMALL.reading(), videos=4)
    shown = np.zeros((len(examples.inputs), 3, 64, 96), np.uint8)
    shown[..., 16:32, 24:48] = 255
    run = Run(0, Path("unused"))
    example = examples.train[0]
    rows = np.array(
        [example.rows[np.argmax(example.values)], example.rows[np.argmin(example.values)]]
    )
    maps = torch.full((2, 3, 64, 96), -9.0)
    maps[0, :, 16:32, 24:48] = 9
    everywhere = maps.clone()
    everywhere[0] = 9

    class Says(torch.nn.Module):
        def __init__(self, logits: torch.Tensor) -> None:
            super().__init__()
            self.logits = logits

        def forward(self, strips: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            del strips
            return torch.zeros(2, 3), self.logits

    def lost(recipe: PldVhd, logits: torch.Tensor) -> float:
        recipe = replace(recipe, mirrored=False)
        loss = recipe._loss(examples, shown, run)
        return float(loss(Says(logits), rows[:, None], np.random.default_rng(0)))

    assert lost(SMALL, maps) < 1e-3 < 0.5 < lost(SMALL, everywhere)
    blind = replace(SMALL, spatial=False)
    assert lost(blind, everywhere) < 1e-3 < 0.5 < lost(blind, maps)


def test_the_plain_teacher_looks_at_what_moves_but_not_across_a_cut() -> None:
    strip = np.full((40, 64, 96, 3), 90, np.uint8)
    strip += np.random.default_rng(0).integers(0, 60, (64, 96, 3), np.uint8)
    for number in range(32):
        strip[number, 20:36, 40 + number : 56 + number] = (240, 230, 30)
    strip[32:] = np.random.default_rng(1).integers(100, 250, (64, 96, 3), np.uint8)
    moving, fresh = Plain()(strip, 25.0)
    assert moving.max() == fresh.max() == 255
    down, across = np.unravel_index(moving.argmax(), moving.shape)
    assert 16 <= down <= 40
    assert 66 <= across <= 90
    cut = strip.copy()
    cut[38:] = np.random.default_rng(2).integers(0, 120, (64, 96, 3), np.uint8)
    assert (Plain()(cut, 25.0)[1] == Plain()(np.repeat(cut[39:], 40, axis=0), 25.0)[1]).all()


def test_a_teacher_with_weights_is_shown_each_window_alone() -> None:
    class Net:
        batch = 1
        seen: ClassVar[list[float]] = []

        def __call__(self, *inputs: np.ndarray) -> np.ndarray:
            return self.outputs(*inputs)[0]

        def outputs(self, *inputs: np.ndarray) -> tuple[np.ndarray, ...]:
            assert inputs[0].shape == (1, 3, 32, 32, 64)
            self.seen.append(float(inputs[0][0, 0, -1, 0, 0]))
            logits = np.full((1, 1, 32, 64), -5, np.float32)
            logits[..., 10:14, 20:26] = 3
            return np.zeros((1, 1), np.float32), logits

    strip = np.zeros((48, 16, 32, 3), np.uint8) + np.arange(48, dtype=np.uint8)[:, None, None, None]
    maps = Watcher(Net(), 32, 64)(strip, 25.0)
    assert Net.seen == [31, 39, 47]
    assert maps.shape == (3, 32, 64)
    assert maps[0, 12, 23] == 255 > maps[0, 30, 60]


def test_a_teacher_is_asked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    examples = imagined_examples(SMALL.reading(), videos=4)
    first = told(examples, "plain", 25.0, Run(0, tmp_path))
    monkeypatch.setattr(teachers, "teacher_of", lambda *_: pytest.fail("asked again"))
    assert np.array_equal(told(examples, "plain", 25.0, Run(0, tmp_path)), first)
    assert first.shape == (len(examples.inputs), 3, 64, 96)


def test_missing_weights_say_where_they_are_from(tmp_path: Path) -> None:
    settings = Settings(weights=tmp_path)
    with pytest.raises(
        WeightsMissing, match=r"TASED_v2.pt is not there; get TASED_v2.pt from github"
    ):
        teacher_of("tased", settings)
    with pytest.raises(WeightsMissing, match="nowhere is not there"):
        teacher_of(str(tmp_path / "nowhere"), settings)
    examples = imagined_examples(PldVhd(targets=1).reading(), videos=4)
    with pytest.raises(WeightsMissing, match="gifworthy weights fetch s3d"):
        PldVhd(targets=1).learn(examples, Run(0, tmp_path, settings=settings))


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"small": True, "pretrained": True}, "no weights were published for a small net"),
        ({"begin": "x", "pretrained": True}, "one set of weights"),
        ({"targets": 0}, "targets must be at least 1"),
        ({"rate": 0.0}, "rate must be above 0"),
        ({"auxiliary": -1.0}, "auxiliary must be at least 0"),
    ],
)
def test_fields_that_make_no_sense_are_refused(fields: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        PldVhd(**fields)  # type: ignore[arg-type]


def norms(part: torch.nn.Module) -> set[float | None]:
    """How quickly its norms follow."""
    return {n.momentum for n in part.modules() if isinstance(n, torch.nn.BatchNorm3d)}


def test_only_published_weights_keep_slow_norms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new decoder, or a net of our own gone on from, could not follow 0.001 in a thousand steps."""
    (tmp_path / "config.json").touch()
    net, run = Network(1, 8, 64, 96), Run(0, tmp_path)
    monkeypatch.setattr("gifworthy.learning.finetuning.go_on_from", lambda *_: None)
    replace(SMALL, begin=str(tmp_path))._begin(net, run)
    assert norms(net) == {0.1}
    net = Network(1, 8, 64, 96)
    monkeypatch.setattr(
        "gifworthy.learning.finetuning.published_state", lambda *_: net.encoder.state_dict()
    )
    PldVhd()._begin(net, run)
    assert norms(net.encoder) == {0.001}
    assert norms(net.decoder) == {0.1}


def test_vectors_have_no_pixels(tmp_path: Path) -> None:
    with pytest.raises(LabelsUnreadable, match="give the videos with --videos"):
        SMALL.learn(imagined_examples(), Run(0, tmp_path))


def test_the_reading_of_a_strip_opens_its_reader() -> None:
    reading = SMALL.reading()
    assert reading.shape == (48, 64, 96, 3)
    assert open_reader(reading, Settings()) == StripReader(3, 64, 96, 25.0)
    with pytest.raises(ValueError, match="rate must be above 0"):
        Reading.strips(1, 64, 96, 0.0)


def test_a_net_learns_from_eye_movements_and_teaches(tmp_path: Path) -> None:
    """Everybody looks at one corner: after a few steps so does the net, and it is a teacher."""
    looks = imagined_looks(tmp_path / "looks", 5)
    recipe = Gaze(str(looks), small=True, batch=4, learning_rate=0.3, mirrored=False)
    examples = imagined_examples(recipe.reading(), videos=5)
    learned = recipe.learn(examples, Run(0, tmp_path, steps=12))
    with torch.inference_mode():
        logits = learned.network(learned.inputs[0])[1][0, 0]
    at = np.unravel_index(int(logits.argmax()), logits.shape)
    assert at[0] < 40
    assert at[1] < 50


def test_eye_movements_of_other_videos_teach_nothing(tmp_path: Path) -> None:
    recipe = Gaze(small=True)
    examples = imagined_examples(recipe.reading(), videos=5)
    with pytest.raises(LabelsNotFound, match="fixations=FOLDER"):
        recipe.learn(examples, Run(0, tmp_path))
    (tmp_path / "points.csv").write_text("video,second,x,y\nother,1,0.5,0.5\n")
    with pytest.raises(LabelsNotFound, match="nobody looked at any of the 2 videos"):
        replace(recipe, fixations=str(tmp_path)).learn(examples, Run(0, tmp_path))


def test_short_videos_teach_what_long_ones_lack(tmp_path: Path) -> None:
    """The first number is high in segments of short videos; labels, which lim never reads, are turned."""
    examples = of_other_lengths(imagined_examples(videos=15))
    random = np.random.default_rng(0)
    inputs = random.normal(0, 1, examples.inputs.shape).astype(np.float32)
    for number, example in enumerate(examples.train):
        inputs[example.rows, 0] += 3.0 if number < 4 else -3.0 if number >= 8 else 0.0
    examples = replace(examples, inputs=inputs)
    recipe = Lim(width=16, epochs=2, pairs=1000, learning_rate=1e-2)
    learned = recipe.learn(examples, Run(0, tmp_path))
    with torch.inference_mode():
        low, high = learned.network(torch.tensor([[-3.0] + [0.0] * 5, [3.0] + [0.0] * 5]))
    assert high > low + 1


def test_videos_of_one_length_tell_nothing(tmp_path: Path) -> None:
    with pytest.raises(LabelsNotFound, match="durations tell nothing"):
        Lim(width=16).learn(imagined_examples(), Run(0, tmp_path))
