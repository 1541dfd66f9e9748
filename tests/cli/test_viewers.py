"""`make --viewer` and `rank --viewer --compare`: the same film, another cover."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from benchmarks.happenings import PROVED_ON, SECONDS, Film
from benchmarks.happenings import film as drawn_film

import drawn
from commands import QUICK, Run
from commands import read as as_promised
from gifworthy.checkpoints import Card, Use, save
from gifworthy.pipeline import CoverMaker, Ranking
from gifworthy.reading import Reading
from gifworthy.records.histories import Histories
from gifworthy.video import Video

KINDS = tuple(kind.name for kind in PROVED_ON)
VIEWERS = 12


@pytest.fixture(autouse=True)
def places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GIFWORTHY_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("GIFWORTHY_RECORDS", str(tmp_path / "records.sqlite"))


def film(name: str, seed: int) -> Film:
    return drawn_film(drawn.FOLDER / f"{name}.mp4", PROVED_ON, seed)


def final() -> Film:
    return film("final", 700)


def remember(run: Run, viewer: str, kind: str, seed: int) -> None:
    past = film(f"past-{seed}", seed)
    start = past.start_of(kind)
    span = ("--start", f"{start}", "--end", f"{start + SECONDS}")
    told = run("history", "add", viewer, past.path, *span)
    assert told.code == 0, told.err


def shown_kind(run: Run, source: Film, *flags: str) -> str:
    told = run("make", source.path, *QUICK, *flags, "--overwrite", "--json")
    assert told.code == 0, told.err
    as_promised(told.out, "make")
    (highlight,) = json.loads(told.out)["highlights"]
    return source.kind_at((highlight["start"] + highlight["end"]) / 2)


def test_each_viewer_gets_what_their_history_shows(run: Run) -> None:
    source, right = final(), 0
    for number in range(VIEWERS):
        kind = KINDS[number % len(KINDS)]
        remember(run, f"viewer {number}", kind, 20 + number)
        right += shown_kind(run, source, "--viewer", f"viewer {number}") == kind
    assert right >= 0.9 * VIEWERS, f"{right} of {VIEWERS}"


def test_without_a_history_the_choice_is_everybodys(run: Run) -> None:
    source = final()
    plain = run("make", source.path, *QUICK, "-o", "plain.gif", "--json")
    told = run("make", source.path, *QUICK, "--viewer", "nobody", "-o", "hers.gif", "--json")
    assert "no history" in told.err
    assert told.err.count("\n") == 1
    assert json.loads(told.out)["highlights"] == json.loads(plain.out)["highlights"]
    assert Path("plain.gif").read_bytes() == Path("hers.gif").read_bytes()


def test_one_viewers_history_reaches_no_other(run: Run, tmp_path: Path) -> None:
    source = final()
    before = run("rank", source.path, "--viewer", "bob", "--json").out
    remember(run, "alice-the-viewer", "rain", 21)
    assert run("rank", source.path, "--viewer", "bob", "--json").out == before
    hers = run("rank", source.path, "--viewer", "alice-the-viewer", "--json")
    assert hers.out != before
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [p for p in kept if b"alice" in p.read_bytes() or "alice" in p.name]
    assert "alice" not in hers.out + hers.err


def test_a_forgotten_viewer_is_ranked_as_everybody(run: Run) -> None:
    source = final()
    plain = json.loads(run("rank", source.path, "--json").out)
    remember(run, "alice", "rain", 21)
    assert json.loads(run("rank", source.path, "--viewer", "alice", "--json").out) != plain
    assert run("history", "forget", "alice").code == 0
    assert json.loads(run("rank", source.path, "--viewer", "alice", "--json").out) == plain


def test_comparing_says_what_pulled_each_up(run: Run) -> None:
    source = final()
    remember(run, "alice", "rain", 21)
    rows = json.loads(run("rank", source.path, "--viewer", "alice", "--compare", "--json").out)[
        "segments"
    ]
    assert [row["place"] for row in rows] == list(range(1, len(rows) + 1))
    assert sorted(row["place_for_everybody"] for row in rows) == [row["place"] for row in rows]
    assert source.kind_at(rows[0]["start"] + 0.5) == "rain"
    assert rows[0]["pulled_by"]["video"].endswith("past-21.mp4")
    table = run("rank", source.path, "--viewer", "alice", "--compare").out
    assert table.startswith("mine  all  segment")
    assert "like past-21.mp4" in table.splitlines()[1]


def test_comparing_needs_a_viewer(run: Run) -> None:
    source = final()
    run("rank", source.path, "--compare").complained("--viewer", code=2)


def test_a_video_that_is_gone_still_says_where(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("video,start,end,duration\nelsewhere,7.5,7.9,8\n")
    assert run("history", "add", "late", "mine.csv").code == 0
    source = final()
    told = run("rank", source.path, "--viewer", "late", "--json")
    assert "1 of 1 past choices could not be looked at" in told.err
    habits = {s["start"]: s["reasons"]["habit"] for s in json.loads(told.out)["segments"]}
    assert habits[max(habits)] > habits[min(habits)]


@pytest.mark.parametrize("scorer", ["habits", "position", "maximal-similarity", "video-mmr", "phd"])
def test_other_scorers_are_bound_too(run: Run, scorer: str) -> None:
    source = final()
    remember(run, "alice", "rain", 21)
    told = run("rank", source.path, "--viewer", "alice", "--scorer", scorer, "--json")
    assert told.code == 0, told.err


def test_forgetting_while_a_cover_is_made_is_safe(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The history is read once, before the film is looked at; what is forgotten then comes not back."""
    source = final()
    remember(run, "alice", "rain", 21)
    before = run("rank", source.path, "--viewer", "alice", "--json").out
    histories = Histories.open(tmp_path / "records.sqlite")
    look = CoverMaker.rank

    def forgotten_meanwhile(maker: CoverMaker, video: Video) -> Ranking:
        maker._scorer()
        histories.forget("alice")
        return look(maker, video)

    monkeypatch.setattr(CoverMaker, "rank", forgotten_meanwhile)
    told = run("rank", source.path, "--viewer", "alice", "--json")
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
    source = final()
    remember(run, "alice", "rain", 21)
    told = run("rank", source.path, "--plan", "./taste", "--viewer", "alice", "--json")
    assert told.code == 0, told.err
    best = json.loads(told.out)["segments"][0]
    assert set(best["reasons"]) == {"segment and history", "nearest choices", "habit"}
    assert source.kind_at(best["start"] + 0.5) == "rain", "distance decides"
