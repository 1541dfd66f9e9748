"""PLD-VHD's scorer: windows that slide over real files, scores and focus from maps, and bad input."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import drawn
from gifworthy.checkpoints import CARD
from gifworthy.errors import WeightsBroken, WeightsMissing
from gifworthy.features import Features
from gifworthy.gaze import Through
from gifworthy.mapping import Between, Slider, focus, frames_of, look
from gifworthy.personal import Taste
from gifworthy.pipeline import CoverMaker
from gifworthy.plans import PLANS, Plan
from gifworthy.protocols import Pieces, Seeing
from gifworthy.readers import StripReader
from gifworthy.scorers.pldvhd import PldVhd
from gifworthy.scorers.saliency import Saliency
from gifworthy.settings import Settings
from gifworthy.sliding import Around, moment_of, strip_length
from gifworthy.types import Box, Floats, History, Scores, Segment
from gifworthy.video import open_video

Singles = NDArray[np.float32]
HIGH, WIDE, RATE = 32, 64, 10.0


class Redness:
    """A net that answers by hand: a place is hot where its target is red. Counts what it is shown."""

    batch = 1

    def __init__(self, targets: int) -> None:
        self.targets = targets
        self.shown = 0

    def __call__(self, *inputs: Singles) -> Singles:
        """The first output."""
        return self.outputs(*inputs)[0]

    def outputs(self, *inputs: Singles) -> tuple[Singles, ...]:
        """Scores and logits, as PLD-VHD's net gives them."""
        (strips,) = inputs
        assert strips.shape[1:] == (3, strip_length(self.targets), HIGH, WIDE)
        self.shown += strips.shape[2]
        targets = strips[:, :, 31::8]
        logits: Singles = ((targets[:, 0] - targets[:, 1]) / 18 - 8).astype(np.float32)
        scores = (1 / (1 + np.exp(-logits))).mean(axis=(2, 3))
        return scores.astype(np.float32), logits


def scorer_with(targets: int = 3) -> tuple[PldVhd, Redness]:
    net = Redness(targets)
    return PldVhd(net, StripReader(targets, HIGH, WIDE, RATE)), net


def red_then_not(path: Path, seconds: float = 8.0) -> Path:
    """A red square on the right in the first half, moving down; grey in the second."""
    pictures = []
    for frame in range(int(seconds * 10)):
        picture = np.full((64, 128, 3), 90, np.uint8)
        if frame < seconds * 5:
            picture[16 + frame // 4 : 32 + frame // 4, 88:112] = (250, 10, 10)
        pictures.append(picture)
    return drawn.write(path, pictures, drawn.Recipe(fps=Fraction(10), options=drawn.H264))


def test_a_segment_scores_by_its_frames_and_says_where_it_is_hot(tmp_path: Path) -> None:
    scorer, _ = scorer_with()
    with open_video(red_then_not(tmp_path / "red.mp4")) as video:
        scores = scorer.score(video, (Segment(0, 4), Segment(4, 8)))
    share = 16 * 24 / (64 * 128)
    assert scores.values[0] == pytest.approx(share, rel=0.2)
    assert scores.values[1] < 0.1 * scores.values[0]
    box = scores.focus[0]
    assert box is not None
    assert box.left == pytest.approx(88 / 128, abs=0.05)
    assert box.right == pytest.approx(112 / 128, abs=0.05)
    assert scores.focus[1] is None


def test_a_map_is_of_the_frame_that_was_asked(tmp_path: Path) -> None:
    """The square lies a quarter pixel lower each frame; its middle tells the time of the map."""
    scorer, _ = scorer_with()
    moments = np.array([0.25, 1.05, 2.05, 3.05])
    with open_video(red_then_not(tmp_path / "red.mp4")) as video:
        heat = scorer.heat(video, moments)
    assert heat.shape == (4, HIGH, WIDE)
    rows = (heat.sum(2) @ (np.arange(HIGH) + 0.5)) / heat.sum((1, 2)) * 64 / HIGH
    expected = 24 + (moments * 10).astype(int) // 4
    assert rows == pytest.approx(expected, abs=1.6)
    assert heat[0, :, : WIDE // 2].max() < 0.1 < heat[0, :, WIDE // 2 :].max()


class Trailing(Redness):
    """A net that pools over time: a place is hot where any of the last eight frames was red."""

    def outputs(self, *inputs: Singles) -> tuple[Singles, ...]:
        """Scores and logits."""
        (strips,) = inputs
        red = np.asarray((strips[:, 0] - strips[:, 1]) / 18 - 8, np.float32)
        ends = 32 + 8 * np.arange(self.targets)
        logits = np.stack([red[:, end - 8 : end].max(1) for end in ends], axis=1)
        return (1 / (1 + np.exp(-logits))).mean(axis=(2, 3)).astype(np.float32), logits


@pytest.mark.parametrize("targets", [1, 3])
def test_from_both_sides_a_trail_is_cut_to_the_thing_itself(targets: int, tmp_path: Path) -> None:
    """A square 16 wide goes 2 pixels a frame: its trail is 30 wide and 7 behind; before 31 frames, ahead."""
    pictures = []
    for frame in range(80):
        picture = np.full((64, 256, 3), 90, np.uint8)
        picture[24:40, 20 + 2 * frame : 36 + 2 * frame] = (250, 10, 10)
        pictures.append(picture)
    path = drawn.write(
        tmp_path / "goes.mp4", pictures, drawn.Recipe(fps=Fraction(10), options=drawn.H264)
    )
    scorer = PldVhd(Trailing(targets), StripReader(targets, HIGH, WIDE, RATE))
    frames = np.array([16, 40, 48, 56])
    with open_video(path) as video:
        heat = scorer.heat(video, moment_of(frames, RATE))
        close = scorer.heat_closely(video, moment_of(frames, RATE))

    def beside(maps: Floats) -> list[float]:
        lit = maps.sum(1) > 0.5 * maps.sum(1).max(1, keepdims=True)
        middles = (lit @ (np.arange(WIDE) + 0.5)) / lit.sum(1) * 256 / WIDE
        return [float(apart) for apart in middles - (28 + 2 * frames)]

    assert beside(heat) == pytest.approx([7, -7, -7, -7], abs=2.5)
    assert beside(close)[1:] == pytest.approx([0, 0, 0], abs=2.5)
    assert np.array_equal(close[0], heat[0])  # nothing to see before it: one side is all there is


@pytest.mark.parametrize("targets", [1, 2, 5])
def test_who_else_is_asked_and_how_strips_fall_changes_no_map(targets: int, tmp_path: Path) -> None:
    scorer, _ = scorer_with(targets)
    with open_video(red_then_not(tmp_path / "red.mp4")) as video:
        slider = Slider(scorer.net, scorer.reader)
        found = list(slider.maps(video, np.arange(80)))
        assert sorted(m.frame for m in found) == list(range(80))
        every = {m.frame: m for m in found}
        alone = list(slider.maps(video, np.array([37])))
    assert [m.frame for m in alone] == [37]
    assert np.array_equal(alone[0].map, every[37].map)
    heights = [every[frame].map.sum() for frame in (0, 8, 30, 31, 39)]
    assert heights == pytest.approx([heights[0]] * 5, rel=0.15)


def test_what_is_shared_is_shown_to_the_net_once(tmp_path: Path) -> None:
    shown = {}
    with open_video(red_then_not(tmp_path / "red.mp4", 40.0)) as video:
        for targets in (1, 5):
            scorer, net = scorer_with(targets)
            scorer.score(video, (Segment(0, 40),))
            shown[targets] = net.shown
    assert shown[1] == 50 * 32
    assert shown[5] == 11 * 64
    assert shown[1] / shown[5] > 2.2


def test_memory_does_not_grow_with_the_video(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many frames are wanted, few are held at a time."""
    monkeypatch.setattr("gifworthy.mapping.GROUP_BYTES", 100 * 3 * HIGH * WIDE)
    held = []
    scorer, _ = scorer_with(1)
    read = StripReader.at

    def counted(reader: StripReader, video: object, moments: NDArray[np.float64]) -> object:
        held.append(len(moments))
        return read(reader, video, moments)  # type: ignore[arg-type]

    monkeypatch.setattr(StripReader, "at", counted)
    with open_video(red_then_not(tmp_path / "red.mp4", 60.0)) as video:
        scorer.score(video, (Segment(0, 30), Segment(30, 60)))
    assert len(held) > 5
    assert max(held) <= 100


@pytest.mark.parametrize("draw", [drawn.one_frame, drawn.half_second])
def test_fewer_frames_than_a_window_still_get_maps(draw: Callable[[], Path]) -> None:
    scorer, _ = scorer_with()
    with open_video(draw()) as video:
        scores = scorer.score(video, (video.bounds,))
        heat = scorer.heat(video, np.array([0.0, video.duration]))
    assert np.isfinite(scores.values).all()
    assert heat.shape == (2, HIGH, WIDE)
    assert np.isfinite(heat).all()


def test_a_file_whose_size_changes_is_read_at_one_size(tmp_path: Path) -> None:
    path = changing_size(tmp_path / "changing.ts")
    scorer, _ = scorer_with()
    with open_video(path) as video:
        heat = scorer.heat(video, np.linspace(0.1, video.duration - 0.1, 8))
        scores = scorer.score(video, (video.bounds,))
    assert heat.shape == (8, HIGH, WIDE)
    assert np.isfinite(scores.values).all()


def changing_size(path: Path) -> Path:
    """Two MPEG streams of other sizes, one behind the other."""
    parts = []
    for number, (high, wide) in enumerate(((64, 96), (96, 160))):
        part = path.with_name(f"{number}.ts")
        pictures = [np.full((high, wide, 3), 60 + 8 * n, np.uint8) for n in range(20)]
        drawn.write(part, pictures, drawn.Recipe(fps=Fraction(10), options=drawn.H264))
        parts.append(part.read_bytes())
    path.write_bytes(b"".join(parts))
    return path


def test_strips_that_were_read_before_rate_as_their_targets_inside_do(tmp_path: Path) -> None:
    scorer, _ = scorer_with()
    segments = (Segment(1, 3), Segment(3.4, 4.4), Segment(5, 7))
    with open_video(red_then_not(tmp_path / "red.mp4")) as video:
        inputs = scorer.reader.of(video, segments)
        values = scorer.rate(Pieces(segments, video.duration, inputs))
        assert inputs.shape == (3, strip_length(3), HIGH, WIDE, 3)
        assert inputs[1, 39].mean() == pytest.approx(
            video.frames_at(Around.of(segments[1], 3, RATE).mapped[1:2]).frames.mean(), abs=3
        )
    assert values[0] > 5 * values[2]
    assert values[1] == pytest.approx(values[0], rel=0.1)  # at 4.7 s, outside, it is grey


def test_each_segment_is_stood_for_by_frames_of_its_own() -> None:
    frames = frames_of((Segment(0, 2), Segment(2.2, 2.3), Segment(2.4, 4)), 40, 10.0)
    assert [found.tolist() for found in frames] == [[0, 8, 16], [22], [24, 32]]


def test_moments_close_together_get_maps_close_together() -> None:
    close = Between.of(np.arange(0, 2, 0.1), 100, 10.0)
    assert close.wanted.tolist() == list(range(20))
    apart = Between.of(np.arange(0.05, 8, 0.8), 100, 10.0)
    assert apart.wanted.tolist() == list(range(0, 80, 8))
    assert Between.of(np.array([99.0]), 100, 10.0).wanted.tolist() == [99]


def test_focus_is_the_hot_part_that_holds_the_peak() -> None:
    heat = np.zeros((10, 20), np.float32)
    heat[2:4, 3:7], heat[8, 15] = 0.9, 0.8
    found = focus(heat)
    assert found is not None
    assert (found.left, found.top, found.right, found.bottom) == (0.15, 0.2, 0.35, 0.4)
    assert focus(np.full((10, 20), 0.3, np.float32)) is None


def test_maps_lie_between_0_and_1_even_far_out() -> None:
    class Sure(Redness):
        def outputs(self, *inputs: Singles) -> tuple[Singles, ...]:
            scores, logits = super().outputs(*inputs)
            return scores, logits * 1e6

    _, maps = look(
        Sure(1), np.random.default_rng(0).integers(0, 255, (1, 32, HIGH, WIDE, 3), np.uint8)
    )
    assert np.isfinite(maps).all()
    assert maps.min() >= 0
    assert maps.max() <= 1


def test_without_a_model_one_line_says_how_to_make_one(tmp_path: Path) -> None:
    assert PLANS["pldvhd"].scorer == "pldvhd"
    with pytest.raises(WeightsMissing, match="train one with `gifworthy train pldvhd"):
        PldVhd.load(Settings(weights=tmp_path))
    (tmp_path / "pldvhd").mkdir()
    (tmp_path / "pldvhd" / CARD).write_text(
        '{"format": 1, "network": "linear", "arguments": {}, "source": "", "inputs": [], '
        '"preparation": null, "sha256": {}, "use": null}'
    )
    with pytest.raises(WeightsBroken, match="holds linear, no pldvhd"):
        PldVhd.load(Settings(weights=tmp_path))


def test_plain_saliency_sees_what_moves_and_has_a_map(tmp_path: Path) -> None:
    scorer = Saliency.load(Settings())
    assert isinstance(scorer, Seeing)
    assert isinstance(scorer_with()[0], Seeing)
    with open_video(drawn_mover(tmp_path / "mover.mp4")) as video:
        heat = scorer.heat(video, np.array([1.0, 1.5]))
        scores = scorer.score(video, (Segment(0, 2), Segment(2, 4)))
    across = (heat.sum(1) @ (np.arange(heat.shape[2]) + 0.5)) / heat.sum((1, 2)) / heat.shape[2]
    assert heat.min() >= 0
    assert heat.max() <= 1
    assert across[1] > across[0] + 0.03
    assert scores.values[0] > scores.values[1]


def drawn_mover(path: Path) -> Path:
    """A bright square crosses a textured scene for two seconds, then lies still."""
    scene, pictures = drawn.textured(3, 160, 96), []
    for frame in range(48):
        picture = scene.copy()
        left = 30 + min(frame, 24) * 4
        picture[36:60, left : left + 24] = (250, 220, 40)
        pictures.append(picture)
    return drawn.write(path, pictures, drawn.Recipe(fps=Fraction(12), options=drawn.H264))


def test_for_a_viewer_taste_picks_and_the_map_still_crops() -> None:
    """A bound scorer has no map of its own; the crop follows that of the scorer before it was bound."""

    class Bound:
        def score(self, video: object, segments: tuple[Segment, ...]) -> Scores:
            del video
            return Scores(segments, np.arange(len(segments), dtype=float))

    maker = CoverMaker.load(Plan(scorer="saliency"), Settings(), bind=lambda _: Bound())
    gaze = maker.looks()
    assert isinstance(gaze, Through)
    assert isinstance(gaze.scorer, Saliency)
    scores = Scores((Segment(0, 1),), np.zeros(1), (Box(0.5, 0.5, 1, 1),))

    class Generic:
        def score(self, video: object, segments: tuple[Segment, ...]) -> Scores:
            del video, segments
            return scores

    history = History(np.zeros((0, 0)), np.array([0.5]), np.array([1.0]))
    with open_video(drawn.half_second()) as video:
        found = Taste(Generic(), Features.load("pixels", Settings()), history).score(
            video, scores.segments
        )
    assert found.focus == scores.focus
