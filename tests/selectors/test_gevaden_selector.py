"""GEVADEN at use: a folder that chooses, on videos and on vectors, with what may not be shown left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("onnxscript", reason="the exporter of torch is not installed")

import drawn
from gifworthy.assignment import agreed, distances
from gifworthy.checkpoints import load_weights, read_card
from gifworthy.errors import VideoTooShort, WeightsBroken, WeightsMissing
from gifworthy.models.context import Context
from gifworthy.nets import build
from gifworthy.pipeline import CoverMaker
from gifworthy.protocols import Ingredients, Pieces, Scorer
from gifworthy.segmenters.seconds import Seconds
from gifworthy.selectors.gevaden import Gevaden, ReSeq2Seq
from gifworthy.settings import Settings
from gifworthy.testing import check_selector
from gifworthy.trained import chosen_plan, load_scorer, load_selector
from gifworthy.types import Segment
from gifworthy.video import Video, open_video
from storytellers import teller

SIZE = 6


def no_scorer() -> Scorer:
    raise AssertionError("it asks for no scorer")


def three(settings: Settings, count: int = 3, seed: int = 0) -> Ingredients:
    return Ingredients(settings, no_scorer, count, seed)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tellers")
    for name in ("gevaden", "reseq2seq"):
        teller(folder / name, name)
    teller(folder / "six", size=SIZE)
    teller(folder / "words", size=SIZE, words="cat;dog")
    return folder


def seconds(count: int) -> tuple[Segment, ...]:
    return tuple(Segment(a, b) for a, b in pairwise(np.arange(count + 1.0).tolist()))


def pieces(count: int = 9) -> Pieces:
    vectors = np.random.default_rng(0).normal(size=(count, SIZE)).astype(np.float32)
    return Pieces(seconds(count), float(count), vectors)


@pytest.mark.parametrize("name", ["gevaden", "reseq2seq"])
def test_it_keeps_what_selectors_owe(name: str, place: Path) -> None:
    selector = load_selector(str(place / name), three(Settings()))
    with open_video(drawn.cuts(), "fast") as video:
        board = check_selector(selector, video, Seconds().segment(video))
        assert board.chosen_by == name
        assert [h.segment.duration for h in board] == [1.0] * 3


def test_only_what_the_gate_let_through_is_shown(place: Path) -> None:
    selector = load_selector(str(place / "gevaden"), three(Settings()))
    allowed = (Segment(1.0, 2.0), Segment(3.5, 5.2), Segment(6.0, 7.0))
    with open_video(drawn.cuts(), "fast") as video:
        shown = {h.segment.start for h in selector.select(video, allowed)}
        assert shown == {1.0, 4.0, 6.0}
        with pytest.raises(VideoTooShort, match="2 whole seconds worth showing, gevaden shows 3"):
            selector.select(video, allowed[1:])


def test_a_folder_is_a_plan_of_three_seconds(place: Path) -> None:
    plan = chosen_plan(str(place / "gevaden"))
    assert (plan.segmenter, plan.selector, plan.shots) == ("seconds", str(place / "gevaden"), 3)
    with open_video(drawn.cuts(), "fast") as video:
        assert len(CoverMaker.load(plan, Settings()).choose(video)) == 3
    with pytest.raises(ValueError, match="gevaden tells 3 shots, not 2; give --shots 3"):
        CoverMaker.load(replace(plan, shots=2), Settings())


@pytest.mark.parametrize("draw", [drawn.half_second, drawn.one_frame])
def test_a_video_of_less_than_three_seconds_is_refused(place: Path, draw: object) -> None:
    selector = load_selector(str(place / "gevaden"), three(Settings()))
    with open_video(draw(), "fast") as video, pytest.raises(VideoTooShort, match="shows 3"):  # type: ignore[operator]
        selector.select(video, (video.bounds,))


def test_features_that_are_no_numbers_are_refused(place: Path) -> None:
    selector = Gevaden.open(place / "six", three(Settings()))
    broken = pieces()
    broken.inputs[4, 2] = np.nan
    with pytest.raises(ValueError, match="the features of 1 of 9 seconds hold nan or inf"):
        selector.tell(broken)
    with pytest.raises(VideoTooShort, match="2 seconds cannot be told in 3"):
        selector.tell(pieces(2))


def test_what_runs_without_torch_is_the_net(place: Path) -> None:
    import torch

    selector, given = Gevaden.open(place / "six", three(Settings(), seed=5)), pieces()
    card = read_card(place / "six")
    net = load_weights(build(card), place / "six", card)
    noise = np.random.default_rng(5).standard_normal((64, 3)).astype(np.float32)
    with torch.no_grad():
        told = net(torch.from_numpy(given.inputs), torch.from_numpy(noise))[0].double().numpy()
    found = selector.imagined(given, 64, np.random.default_rng(5))
    assert found == pytest.approx(told, abs=1e-5)
    expected = agreed(distances(told, given.inputs), selector.unit)
    assert selector.tell(given).tolist() == expected.tolist()


def test_the_rival_imagines_once(place: Path) -> None:
    with open_video(drawn.cuts(), "fast") as video:
        selector = ReSeq2Seq.open(place / "reseq2seq", three(Settings()))
        every = Seconds().segment(video)
        shots = Pieces(every, video.duration, selector.reader.of(video, every))
    assert selector.imagined(shots, 50, np.random.default_rng(0)).shape == (1, 3, 376)


def test_tags_change_what_is_told(place: Path) -> None:
    selector = Gevaden.open(place / "words", three(Settings()))
    told = [
        selector.imagined(replace(pieces(), tags=tags), 4, np.random.default_rng(0))
        for tags in (("a cat",), ("a dog",), ())
    ]
    assert np.abs(told[0] - told[1]).max() > 1e-6
    assert np.abs(told[0] - told[2]).max() > 1e-6
    assert selector.about(tags=("cat",)).tags == ("cat",)


def test_folders_are_not_mixed_up(place: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsBroken, match="holds reseq2seq, not gevaden"):
        Gevaden.open(place / "reseq2seq", three(Settings()))
    with pytest.raises(WeightsBroken, match="chooses and does not rate"):
        load_scorer(str(place / "gevaden"), Settings())
    with pytest.raises(WeightsMissing, match="gifworthy train gevaden"):
        Gevaden.load(three(Settings(weights=tmp_path)))
    assert Gevaden.load(three(Settings(weights=place))).name == "gevaden"


def test_a_video_is_the_whole_of_what_it_reads(place: Path) -> None:
    """Seconds that may not be shown are still read: what is told depends on the whole video."""

    class Listening:
        asked = 0

        def of(self, video: Video, segments: Sequence[Segment]) -> NDArray[np.float32]:
            self.asked = len(segments)
            return np.ones((len(segments), 376), np.float32)

    reader = Listening()
    selector = replace(Gevaden.open(place / "gevaden", three(Settings())), reader=reader)
    with open_video(drawn.cuts(), "fast") as video:
        selector.select(video, Seconds().segment(video)[:4])
    assert reader.asked == 8


class Numbered:
    """Second 0 looks like 0, second 1 like 10, and so on."""

    def of(self, video: Video, segments: Sequence[Segment]) -> NDArray[np.float32]:
        return np.array([[10 * segment.start] for segment in segments], np.float32)


class Imagining:
    """Three of four samples tell seconds 6 1 3, one 2 4 5; hears what it is given."""

    batch = 1

    def __init__(self) -> None:
        self.heard: list[NDArray[np.float32]] = []

    def __call__(self, *given: NDArray[np.float32]) -> NDArray[np.float32]:
        self.heard = list(given)
        told = np.array([[60, 10, 30]] * 48 + [[20, 40, 50]] * 16, np.float32)
        return told[:, :, None]

    def outputs(self, *given: NDArray[np.float32]) -> tuple[NDArray[np.float32], ...]:
        return (self(*given),)


def test_shots_are_shown_in_the_order_they_are_told_with_the_share_that_tells_them() -> None:
    net = Imagining()
    selector = Gevaden(
        Numbered(), net, Seconds(), 1.0, 2, Context(words=("cat", "dog")), seed=5, tags=("dog",)
    )
    with open_video(drawn.cuts(), "fast") as video:
        every = Seconds().segment(video)
        board = selector.select(video, every)
        assert [(h.segment.start, h.score) for h in board] == [
            (6.0, 0.75),
            (1.0, 0.75),
            (3.0, 0.75),
        ]
        shots, noise, words = net.heard
        expected = np.random.default_rng(5).standard_normal((64, 2)).astype(np.float32)
        assert noise.tolist() == expected.tolist()
        assert words.tolist() == [[0.0, 1.0]] * 64
        assert len(shots) == len(every) == 8
        without_1 = selector.select(video, (Segment(0.0, 1.0), Segment(2.0, 8.0)))
        assert [h.segment.start for h in without_1] == [2.0, 4.0, 5.0]
        assert len(net.heard[0]) == 8
