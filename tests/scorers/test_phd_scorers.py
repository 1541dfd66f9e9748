"""PHD-GIFs' scorers, each alone, on a model whose numbers are chosen by hand; and what needs no model."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import drawn
from gifworthy.checkpoints import Card, Use, save
from gifworthy.errors import WeightsMissing
from gifworthy.features import Features
from gifworthy.personal import PersonalScorer, Taste, bound, features_for, scores_for_viewers
from gifworthy.protocols import Pieces, Scorer
from gifworthy.reading import Reading
from gifworthy.scorers import SCORERS
from gifworthy.scorers.phd import Phd, PhdCa, Residual, SvmD
from gifworthy.settings import Settings
from gifworthy.testing import check_scorer
from gifworthy.types import Floats, History, Segment
from gifworthy.video import Video, open_video

RIVALS = ("phd-ca", "svm-d", "residual")
SEGMENTS = tuple(Segment(2.0 * n, 2.0 * n + 2) for n in range(len(drawn.PIECES)))
EAST, NORTH = (1.0, 0.0), (0.0, 1.0)
PIECES = Pieces(
    (Segment(0, 1), Segment(1, 2), Segment(2, 3)), 3.0, np.array([EAST, NORTH, (0.6, 0.8)], "f4")
)


def history(vectors: Floats, passed: Floats | None = None) -> History:
    count = len(vectors)
    beside = np.arange(count, dtype=np.intp)
    unknown = np.full(count, np.nan)
    if passed is None:
        return History(vectors, unknown, np.ones(count), unknown)
    return History(vectors, unknown, np.ones(count), unknown, passed=passed, beside=beside)


@cache
def folder(size: int) -> Path:
    """A model that always says `first number of the segment`, and minus the distance to the closest."""
    torch = pytest.importorskip("torch", reason="torch is not installed")
    pytest.importorskip("onnxscript", reason="the exporter of torch is not installed")
    from gifworthy.models.phd import PhdNet

    network = PhdNet(size, nearest=1, first=2, second=2)
    for layer in network.layers:
        if isinstance(layer, torch.nn.Linear):
            layer.weight.data.zero_()
            layer.bias.data.zero_()
            layer.weight.data[0, 0] = 1.0
    network.near.weight.data.fill_(-1.0)
    network.shares.copy_(torch.tensor([1.0, 1.0]))
    place = drawn.FOLDER / f"phd-by-hand-{size}" / "phd"
    arguments = {"features": size, "nearest": 1, "first": 2, "second": 2}
    card = Card("phd", arguments, inputs=("rows",), use=Use("phd", "", Reading.vectors("pixels")))
    save(network.eval(), card, (torch.zeros(2, 2 * size + 1),), place)
    return place


def test_each_part_alone_is_what_the_sum_is_made_of() -> None:
    whole, aware, near = (
        part.open(folder(2), Settings()).for_viewer(history(np.array([NORTH])))
        for part in (Phd, PhdCa, SvmD)
    )
    assert aware.rate(PIECES).argsort().tolist() == [1, 2, 0], "the first number of the segment"
    assert near.rate(PIECES).argsort().tolist() == [0, 2, 1], "the nearest choice"
    assert whole.rate(PIECES) == pytest.approx(aware.rate(PIECES) + near.rate(PIECES), abs=1e-6)


def test_what_knows_no_history_ranks_nothing_by_it() -> None:
    assert SvmD.open(folder(2), Settings()).rate(PIECES).tolist() == [0, 0, 0]


def test_the_residual_model_learns_what_a_viewer_passed_over() -> None:
    """Who takes what points north and leaves what points east wants what everybody likes least."""
    generic = Residual.open(folder(2), Settings())
    assert generic.rate(PIECES).argsort().tolist() == [1, 2, 0]
    own = generic.for_viewer(history(np.array([NORTH] * 40), np.array([EAST] * 40)))
    assert own.rate(PIECES).argsort().tolist() == [0, 2, 1]
    east, north, _ = own._weights
    assert east < -0.2, "passed over"
    assert north > 0.2, "chosen"
    blind = generic.for_viewer(history(np.array([NORTH])))
    assert blind.rate(PIECES).tolist() == generic.rate(PIECES).tolist()


@pytest.mark.parametrize("name", RIVALS)
def test_rivals_owe_what_scorers_owe(name: str, tmp_path: Path) -> None:
    settings = Settings(weights=folder(376).parent, cache=tmp_path)
    scorer = SCORERS[name].load(settings)
    with open_video(drawn.pieces(), "fast") as video:
        check_scorer(scorer, video, SEGMENTS)
        vectors = features_for(scorer, settings).of(video, SEGMENTS)
        assert isinstance(scorer, PersonalScorer)
        check_scorer(scorer.for_viewer(history(vectors[:2], vectors[2:4])), video, SEGMENTS)


@pytest.mark.parametrize("name", RIVALS)
def test_rivals_without_weights_say_how_to_get_them(name: str, tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="gifworthy train phd"):
        SCORERS[name].load(Settings(weights=tmp_path))


def test_without_a_model_phd_is_a_taste_that_needs_no_training(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(weights=tmp_path / "none", cache=tmp_path)
    with caplog.at_level(logging.WARNING):
        scorer = Phd.load(settings)
    assert "holds no phd model" in caplog.text
    with open_video(drawn.pieces(), "fast") as video:
        generic = SCORERS["signals"].load(settings).score(video, SEGMENTS).values
        everybodys = check_scorer(scorer, video, SEGMENTS).values
        assert everybodys.argsort().tolist() == generic.argsort().tolist()
        vectors = features_for(scorer, settings).of(video, SEGMENTS)
        least = int(generic.argmin())
        own = scorer.for_viewer(history(vectors[least : least + 1]))
        gained = check_scorer(own, video, SEGMENTS).values - everybodys
        assert gained.argmax() == least


@pytest.mark.parametrize("name", ["signals", "phd", "habits", "maximal-similarity", "svm-d"])
def test_one_look_at_a_video_serves_many_viewers(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(weights=folder(376).parent, cache=tmp_path)
    scorer: Scorer = SCORERS[name].load(settings)
    features = features_for(scorer, settings)
    with open_video(drawn.pieces(), "fast") as video:
        vectors = features.of(video, SEGMENTS)
        viewers = [history(vectors[n : n + 1]) for n in range(3)] + [history(np.zeros((0, 0)))]
        apart = [bound(scorer, v, features).score(video, SEGMENTS).values for v in viewers]
        looks: list[object] = []
        real = Features.of

        def counted(own: Features, seen: Video, some: Sequence[Segment]) -> Floats:
            looks.append(seen)
            return real(own, seen, some)

        monkeypatch.setattr(Features, "of", counted)
        together = list(scores_for_viewers(scorer, video, SEGMENTS, viewers, features))
    assert [found.values.tolist() for found in together] == [a.tolist() for a in apart]
    assert len(looks) <= 2, "everybody's scores, and the viewers': not once for each viewer"
    if name != "habits":
        assert apart[0].tolist() != apart[1].tolist()


def test_a_history_that_is_unlike_a_video_is_not_trusted(tmp_path: Path) -> None:
    settings = Settings(cache=tmp_path)
    features = Features.load("pixels", settings)
    scorer = Taste(SCORERS["signals"].load(settings), features)
    with open_video(drawn.pieces(), "fast") as video:
        vectors = features.of(video, SEGMENTS)
        chance = np.random.default_rng(0).normal(vectors.mean(axis=0), vectors.std(axis=0))
        scores = scorer.for_viewer(history(chance[None])).score(video, SEGMENTS)
        same = scorer.for_viewer(history(vectors[:1])).score(video, SEGMENTS)
    taste = [{r.name: r.value for r in row}["taste"] for row in scores.reasons]
    assert taste == pytest.approx([0] * len(SEGMENTS))
    assert {r.name: r.value for r in same.reasons[0]}["taste"] > 1
