"""The local page over real HTTP: what it serves, and whom it refuses."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import drawn
from gifworthy.errors import OutputError
from gifworthy.learning.rating.clips import Clips
from gifworthy.learning.rating.questions import Drawing
from gifworthy.learning.rating.schemes import RATINGS
from gifworthy.learning.rating.server import RatingServer
from gifworthy.learning.rating.session import Session
from gifworthy.learning.rating.site import Site
from gifworthy.settings import Settings
from gifworthy.stores import open_store

JSON = {"Content-Type": "application/json"}


class Page:
    """A browser, more or less."""

    def __init__(self, port: int) -> None:
        self.port = port

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, bytes, dict[str, str]]:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            link.request(method, path, body or None, headers or {})
            reply = link.getresponse()
            return reply.status, reply.read(), dict(reply.getheaders())
        finally:
            link.close()

    def questions(self, rater: str) -> list[dict[str, object]]:
        status, told, _ = self.ask("GET", f"/questions?rater={rater}")
        assert status == 200
        listed: list[dict[str, object]] = json.loads(told)["questions"]
        return listed

    def answer(self, **told: object) -> int:
        return self.ask("POST", "/answer", json.dumps(told).encode(), JSON)[0]


@pytest.fixture
def session(tmp_path: Path) -> Session:
    videos = (drawn.cuts(), drawn.pieces())
    return Session.begin(tmp_path / "labels", videos, RATINGS, Drawing(seconds=1.0), Settings())


@pytest.fixture
def page(session: Session, tmp_path: Path) -> Iterator[Page]:
    clips = Clips(Settings(), open_store(tmp_path / "clips"))
    with RatingServer(Site(session.questions, session.answers, clips)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield Page(server.server_port)
        server.shutdown()
        thread.join()


def test_a_rater_works_through_everything_and_comes_back(page: Page, session: Session) -> None:
    asked = page.questions("ann")
    assert sorted(int(str(q["number"])) for q in asked) == [q.number for q in session.questions]
    assert page.answer(number=asked[0]["number"], rater="ann", said="good") == 200
    assert session.answers.path.read_text().count("ann") == 1
    for question in asked[1:]:
        assert page.answer(number=question["number"], rater="ann", said="bad") == 200
    assert [q["said"] for q in page.questions("ann")] == ["good"] + ["bad"] * (len(asked) - 1)
    assert {q["said"] for q in page.questions("bo")} == {None}
    told = json.loads(page.ask("GET", "/agreement")[1])["told"]
    assert f"{len(asked)} answers by 1 rater;" in told


def test_pieces_of_one_video_are_asked_together_in_each_raters_own_order(page: Page) -> None:
    orders = {
        rater: [(q["video"], q["number"]) for q in page.questions(rater)] for rater in "abcdef"
    }
    for order in orders.values():
        videos = [video for video, _ in order]
        assert videos == sorted(videos, key=str)
    assert len({str(order) for order in orders.values()}) > 1
    assert [(q["video"], q["number"]) for q in page.questions("a")] == orders["a"]


def test_a_piece_is_seen_as_an_animation(page: Page) -> None:
    status, data, headers = page.ask("GET", "/clip/0")
    assert (status, headers["Content-Type"]) == (200, "image/webp")
    assert data[:4] == b"RIFF"
    assert b"ANMF" in data
    assert page.ask("GET", "/clip/0")[1] == data


def test_the_page_runs_its_own_script_only_and_fetches_nothing_from_elsewhere(page: Page) -> None:
    status, data, headers = page.ask("GET", "/")
    rules = headers["Content-Security-Policy"]
    nonce = rules.split("script-src 'nonce-")[1].split("'")[0]
    assert status == 200
    assert "default-src 'none'" in rules
    assert data.decode().count(f'nonce="{nonce}"') == 2
    assert b"{{" not in data
    assert b"http:" not in data
    assert b"https:" not in data
    assert page.ask("GET", "/")[2]["Content-Security-Policy"] != rules


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.2:1"])
def test_another_name_for_this_machine_is_refused(host: str, page: Page) -> None:
    for method, path in (("GET", "/"), ("GET", "/clip/0"), ("POST", "/answer")):
        assert page.ask(method, path, b"{}", {"Host": host, **JSON})[0] == 421


def test_localhost_is_this_machine(page: Page) -> None:
    assert page.ask("GET", "/", headers={"Host": f"localhost:{page.port}"})[0] == 200


@pytest.mark.parametrize(
    "path",
    [
        "/../../etc/passwd",
        "/clip/../questions.json",
        "/clip/%2e%2e%2fratings.csv",
        "/clip/0/../../x",
        "/ratings.csv",
        "/clip/",
        "/clip/-1",
        "/clip/0.5",
    ],
)
def test_no_path_leads_to_a_file(path: str, page: Page) -> None:
    assert page.ask("GET", path)[0] == 404


def test_answers_come_from_the_page_alone(page: Page, session: Session) -> None:
    body = json.dumps({"number": 0, "rater": "ann", "said": "good"}).encode()
    assert page.ask("POST", "/answer", body, {**JSON, "Origin": "http://evil.example"})[0] == 403
    assert page.ask("POST", "/answer", body, {"Content-Type": "text/plain"})[0] == 415
    assert page.ask("POST", "/answer", body, {**JSON, "Origin": "null"})[0] == 403
    assert not session.answers.given()
    own = {**JSON, "Origin": f"http://127.0.0.1:{page.port}"}
    assert page.ask("POST", "/answer", body, own)[0] == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"not json", 400),
        (b"[1]", 400),
        (b"{}", 400),
        (b'{"number": 99, "rater": "ann", "said": "good"}', 400),
        (b'{"number": -1, "rater": "ann", "said": "good"}', 400),
        (b'{"number": 0, "rater": "ann", "said": "superb"}', 400),
        (b'{"number": 0, "rater": "", "said": "good"}', 400),
        (b'{"number": 0, "rater": 3, "said": "good"}', 400),
        (b"x" * 20_000, 413),
    ],
)
def test_a_bad_answer_is_refused_in_words(body: bytes, status: int, page: Page) -> None:
    found, told, _ = page.ask("POST", "/answer", body, JSON)
    assert found == status
    assert json.loads(told)["error"]


def test_a_disk_that_refuses_is_told_to_the_rater(page: Page, session: Session) -> None:
    session.answers.path.mkdir()
    status, told, _ = page.ask(
        "POST", "/answer", b'{"number": 0, "rater": "ann", "said": "good"}', JSON
    )
    assert status == 500
    assert "ratings.csv" in json.loads(told)["error"]


def test_it_listens_on_this_machine_only_and_says_when_a_port_is_taken(
    page: Page, session: Session, tmp_path: Path
) -> None:
    clips = Clips(Settings(), open_store(tmp_path / "clips"))
    site = Site(session.questions, session.answers, clips)
    with RatingServer(site) as server:
        assert server.server_address[0] == "127.0.0.1"
        with pytest.raises(OutputError, match="--port"):
            RatingServer(site, server.server_port)
