"""The lively piece of a joined video is picked and a bad one never is; see `benchmarks/planted.py`."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks.planted import BAD, COUNT, Piece, Planting, clips, family, picks, plant, share

from gifworthy.gate import judge
from gifworthy.plans import plan_named
from gifworthy.scorers.signals import Signals
from gifworthy.settings import Settings
from gifworthy.types import Segment
from imagined import imagined
from test_flaws import frozen, lively, plain

SIGNALS = plan_named("signals")


def test_imagined_pieces_are_told_apart() -> None:
    """Dull, black, lively, frozen: two seconds of each; no file, no decoder."""
    pieces = tuple(Segment(start, start + 2.0) for start in (0.0, 2.0, 4.0, 6.0))
    draws = (lively, plain(0), lively, frozen)
    video = imagined(
        8.0,
        cuts=(2.0, 4.0, 6.0),
        motion=lambda t: 0.06 if 4 <= t < 6 else 0.001,
        draw=lambda t: draws[min(3, int(t / 2))](t),
    )
    refusals = judge(video, pieces)
    assert [r and r.word for r in refusals] == [None, "black", None, "frozen"]
    kept = tuple(p for p, refusal in zip(pieces, refusals, strict=True) if refusal is None)
    scores = Signals.load(Settings()).score(video, kept)
    assert kept[int(scores.values.argmax())] == pieces[2]


def test_a_pick_counts_where_most_of_it_lies() -> None:
    pieces = (Piece("dull", "a", "a.mp4", 0.0, 4.0), Piece("lively", "b", "b.mp4", 1.0, 4.0))
    planting = Planting(0, pieces, (64, 36))
    assert planting.spans == (Segment(0.0, 4.0), Segment(4.0, 7.0))
    assert planting.piece_of(Segment(3.0, 6.0)).name == "b"
    assert planting.piece_of(Segment(3.0, 4.5)).name == "a"


@pytest.mark.parametrize("number", range(COUNT))
def test_what_is_planted(number: int) -> None:
    planting = plant(number, clips())
    kinds = [piece.kind for piece in planting.pieces]
    assert (kinds.count("lively"), kinds.count("dull"), kinds.count("bad")) == (1, 4, 3)
    families = [family(piece) for piece in planting.pieces if piece.kind != "bad"]
    assert len(set(families)) == len(families)
    assert all(2.5 <= piece.end - piece.start <= 10.0 for piece in planting.pieces)


def test_every_bad_kind_and_every_lively_clip_is_planted() -> None:
    planted = {(p.kind, p.name) for n in range(COUNT) for p in plant(n, clips()).pieces}
    assert {name for kind, name in planted if kind == "bad"} == set(BAD)
    assert {p.name for p in clips() if p.kind == "lively"} <= {name for _, name in planted}


@pytest.fixture(scope="session")
def planted(videos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the joined videos are drawn; `PLANTED` keeps them from one run to the next."""
    assert videos
    kept = os.environ.get("PLANTED")
    return Path(kept) if kept else tmp_path_factory.mktemp("planted")


def test_a_few_real_ones(planted: Path) -> None:
    found = picks(SIGNALS, planted, count=2)
    assert [one.chosen.kind for one in found] == ["lively", "lively"]


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("effort", "least"), [("balanced", 0.9), ("fast", 0.7)])
def test_the_lively_piece_is_picked_and_a_bad_one_never(
    planted: Path, effort: str, least: float
) -> None:
    found = picks(replace(SIGNALS, effort=effort), planted)  # type: ignore[arg-type]
    assert share(found, "lively") >= least
    assert share(found, "bad") == 0
    assert not [one for one in found if one.shown.kind == "bad"]
