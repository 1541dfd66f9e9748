"""`make --viewer` and `rank --viewer --compare`: the same film, another cover."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

import drawn
from commands import QUICK, Run
from commands import read as as_promised
from gifworthy.checkpoints import Card, Use, save
from gifworthy.pipeline import CoverMaker, Ranking
from gifworthy.reading import Reading
from gifworthy.records.histories import Histories
from gifworthy.video import Video

KINDS = ("ball", "mascot", "rain", "door")
SECONDS, FPS = 2.0, 12
WIDTH, HEIGHT = 160, 96
VIEWERS = 12


@pytest.fixture(autouse=True)
def places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIFWORTHY_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("GIFWORTHY_RECORDS", str(tmp_path / "records.sqlite"))


def scene(kind: str, seed: int) -> Iterator[drawn.Picture]:
    """Something of one kind happens, before a ground and at a pace of its own."""
    random = np.random.default_rng(seed)
    tint = random.integers(-20, 20, 3)
    grounds = {"ball": (60, 90, 170), "mascot": (60, 140, 70), "rain": (110, 110, 115)}
    ground = np.array(grounds.get(kind, (170, 120, 60))) + tint
    coarse = random.integers(-25, 25, (HEIGHT // 8, WIDTH // 8, 3)) + ground
    small = coarse.clip(0, 255).astype(np.uint8)
    still = np.asarray(cv2.resize(small, (WIDTH, HEIGHT)), np.uint8)
    pace = random.uniform(0.8, 1.2)
    for number in range(int(SECONDS * FPS)):
        yield happening(kind, still.copy(), pace * number)


def happening(kind: str, picture: drawn.Picture, time: float) -> drawn.Picture:
    """What is seen at a moment, in frames."""
    across = int(20 + 5 * time) % WIDTH
    if kind == "ball":
        place = (across, int(70 - 50 * abs(np.sin(time / 5))))
        cv2.circle(picture, place, 12, (235, 120, 30), -1)
    elif kind == "mascot":
        box = cv2.boxPoints(((WIDTH / 2, HEIGHT / 2), (60, 30), 9 * time)).astype(np.int32)
        cv2.fillPoly(picture, [box], (240, 220, 60))
    elif kind == "rain":
        for column in range(0, WIDTH, 12):
            top = int(7 * time + 31 * column) % HEIGHT
            cv2.line(picture, (column, top), (column, top + 12), (230, 230, 255), 2)
    else:
        wide = int(30 + 12 * np.sin(time / 4))
        cv2.rectangle(picture, (80 - wide, 20), (80 + wide, 76), (200, 60, 160), -1)
    return picture


def film(name: str, order: tuple[str, ...], seed: int) -> Path:
    pictures = (p for place, kind in enumerate(order) for p in scene(kind, 100 * seed + place))
    recipe = drawn.Recipe(fps=Fraction(FPS), options=drawn.H264)
    return drawn.write(drawn.FOLDER / f"{name}.mp4", pictures, recipe)


def shuffled(seed: int) -> tuple[str, ...]:
    return tuple(np.random.default_rng(seed).permutation(KINDS).tolist())


def remember(run: Run, viewer: str, kind: str, seed: int) -> None:
    order = shuffled(seed)
    past, start = film(f"past-{seed}", order, seed), SECONDS * order.index(kind)
    told = run("history", "add", viewer, past, "--start", f"{start}", "--end", f"{start + SECONDS}")
    assert told.code == 0, told.err


def shown_kind(run: Run, source: Path, order: tuple[str, ...], *flags: str) -> str:
    told = run("make", source, *QUICK, *flags, "--overwrite", "--json")
    assert told.code == 0, told.err
    as_promised(told.out, "make")
    (highlight,) = json.loads(told.out)["highlights"]
    return order[int((highlight["start"] + highlight["end"]) / 2 / SECONDS)]


def test_each_viewer_gets_what_their_history_shows(run: Run) -> None:
    order = shuffled(7)
    final = film("final", order, 7)
    right = 0
    for number in range(VIEWERS):
        kind = KINDS[number % len(KINDS)]
        remember(run, f"viewer {number}", kind, 20 + number)
        right += shown_kind(run, final, order, "--viewer", f"viewer {number}") == kind
    assert right >= 0.9 * VIEWERS, f"{right} of {VIEWERS}"


def test_without_a_history_the_choice_is_everybodys(run: Run) -> None:
    order = shuffled(7)
    final = film("final", order, 7)
    plain = run("make", final, *QUICK, "-o", "plain.gif", "--json")
    told = run("make", final, *QUICK, "--viewer", "nobody", "-o", "hers.gif", "--json")
    assert "no history" in told.err
    assert told.err.count("\n") == 1
    assert json.loads(told.out)["highlights"] == json.loads(plain.out)["highlights"]
    assert Path("plain.gif").read_bytes() == Path("hers.gif").read_bytes()


def test_one_viewers_history_reaches_no_other(run: Run, tmp_path: Path) -> None:
    final = film("final", shuffled(7), 7)
    before = run("rank", final, "--viewer", "bob", "--json").out
    remember(run, "alice-the-viewer", "rain", 21)
    assert run("rank", final, "--viewer", "bob", "--json").out == before
    hers = run("rank", final, "--viewer", "alice-the-viewer", "--json")
    assert hers.out != before
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [p for p in kept if b"alice" in p.read_bytes() or "alice" in p.name]
    assert "alice" not in hers.out + hers.err


def test_a_forgotten_viewer_is_ranked_as_everybody(run: Run) -> None:
    final = film("final", shuffled(7), 7)
    plain = json.loads(run("rank", final, "--json").out)
    remember(run, "alice", "rain", 21)
    assert json.loads(run("rank", final, "--viewer", "alice", "--json").out) != plain
    assert run("history", "forget", "alice").code == 0
    assert json.loads(run("rank", final, "--viewer", "alice", "--json").out) == plain


def test_comparing_says_what_pulled_each_up(run: Run) -> None:
    order = shuffled(7)
    final = film("final", order, 7)
    remember(run, "alice", "rain", 21)
    rows = json.loads(run("rank", final, "--viewer", "alice", "--compare", "--json").out)[
        "segments"
    ]
    assert [row["place"] for row in rows] == list(range(1, len(rows) + 1))
    assert sorted(row["place_for_everybody"] for row in rows) == [row["place"] for row in rows]
    assert order[int(rows[0]["start"] / SECONDS + 0.5)] == "rain"
    assert rows[0]["pulled_by"]["video"].endswith("past-21.mp4")
    table = run("rank", final, "--viewer", "alice", "--compare").out
    assert table.startswith("mine  all  segment")
    assert "like past-21.mp4" in table.splitlines()[1]


def test_comparing_needs_a_viewer(run: Run) -> None:
    final = film("final", shuffled(7), 7)
    run("rank", final, "--compare").complained("--viewer", code=2)


def test_a_video_that_is_gone_still_says_where(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("video,start,end,duration\nelsewhere,7.5,7.9,8\n")
    assert run("history", "add", "late", "mine.csv").code == 0
    final = film("final", shuffled(7), 7)
    told = run("rank", final, "--viewer", "late", "--json")
    assert "1 of 1 past choices could not be looked at" in told.err
    habits = {s["start"]: s["reasons"]["habit"] for s in json.loads(told.out)["segments"]}
    assert habits[max(habits)] > habits[min(habits)]


@pytest.mark.parametrize("scorer", ["habits", "position"])
def test_other_scorers_are_bound_too(run: Run, scorer: str) -> None:
    final = film("final", shuffled(7), 7)
    remember(run, "alice", "rain", 21)
    told = run("rank", final, "--viewer", "alice", "--scorer", scorer, "--json")
    assert told.code == 0, told.err


def test_forgetting_while_a_cover_is_made_is_safe(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The history is read once, before the film is looked at; what is forgotten then comes not back."""
    final = film("final", shuffled(7), 7)
    remember(run, "alice", "rain", 21)
    before = run("rank", final, "--viewer", "alice", "--json").out
    histories = Histories.open(tmp_path / "records.sqlite")
    look = CoverMaker.rank

    def forgotten_meanwhile(maker: CoverMaker, video: Video) -> Ranking:
        maker._scorer()
        histories.forget("alice")
        return look(maker, video)

    monkeypatch.setattr(CoverMaker, "rank", forgotten_meanwhile)
    told = run("rank", final, "--viewer", "alice", "--json")
    assert (told.code, told.err, told.out) == (0, "", before)
    assert histories.of("alice") == ()
    assert b"past-21" not in (tmp_path / "records.sqlite").read_bytes()


def test_a_trained_model_is_bound_through_its_own_backbone(run: Run, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    pytest.importorskip("onnxscript", reason="the exporter of torch is not installed")
    from gifworthy.models.phd import PhdNet

    torch.manual_seed(0)
    arguments = {"features": 376, "nearest": 2, "first": 8, "second": 4}
    network = PhdNet(376, nearest=2, first=8, second=4)
    network.near.weight.data.fill_(-1.0)
    network.shares.copy_(torch.tensor([100.0, 0.0]))
    card = Card("phd", arguments, inputs=("rows",), use=Use("phd", "", Reading.vectors("pixels")))
    save(network.eval(), card, (torch.zeros(2, 376 + 376 + 2),), tmp_path / "taste")
    final = film("final", shuffled(7), 7)
    remember(run, "alice", "rain", 21)
    told = run("rank", final, "--plan", "./taste", "--viewer", "alice", "--json")
    assert told.code == 0, told.err
    best = json.loads(told.out)["segments"][0]
    assert set(best["reasons"]) == {"segment and history", "nearest choices", "habit"}
    assert shuffled(7)[int(best["start"] / SECONDS + 0.5)] == "rain", "distance decides"
