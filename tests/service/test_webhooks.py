"""Who ordered a job hears of its end, once it is taken, and can check who says so."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest
from fastapi.testclient import TestClient

from gifworthy.records.deliveries import PAUSES, Deliveries
from gifworthy.records.orders import Order
from gifworthy.service.house import House
from gifworthy.service.reaching import Reach
from gifworthy.service.webhooks import Postman


class Listening(BaseHTTPRequestHandler):
    heard: ClassVar[list[tuple[dict[str, str], bytes]]] = []
    status: ClassVar[int] = 204

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def listening(status: int = 204) -> Iterator[str]:
    Listening.heard.clear()
    Listening.status = status
    server = HTTPServer(("127.0.0.1", 0), Listening)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/heard"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def postman(house: House) -> Postman:
    return Postman(Deliveries(house.database), Reach(5, private=True))


def end_one(house: House, url: str) -> None:
    house.jobs.order(Order("local", "vid_1", "cover", {}, webhook=url))
    job = house.jobs.claim("a worker")
    assert job is not None
    assert house.jobs.complete(job, {"cover": "c"})


def test_the_end_is_told_once_and_signed(
    house: House, postman: Postman, client: TestClient
) -> None:
    with listening() as url:
        end_one(house, url)
        assert postman.deliver()
        assert not postman.deliver()
    ((headers, body),) = Listening.heard
    told = json.loads(body)
    assert (told["type"], told["data"]["state"]) == ("job.completed", "completed")
    assert told["data"]["outcome"] == {"cover": "c"}
    secret = client.get("/v1/webhooks/secret").json()["secret"]
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


def test_a_message_that_is_not_taken_is_sent_again_and_not_for_ever(
    house: House, postman: Postman
) -> None:
    with listening(500) as url:
        end_one(house, url)
        deliveries, now = postman.deliveries, 4e9
        for pause in (*PAUSES, None):
            delivery = deliveries.claim(now)
            assert delivery is not None
            deliveries.failed(delivery, "it answered 500", now)
            if pause is not None:
                assert deliveries.claim(now + pause - 1) is None
                now += pause
        assert deliveries.claim(now + 1e9) is None
    (kept,) = deliveries.of("local")
    assert (kept.attempts, kept.answer, kept.due) == (len(PAUSES) + 1, "it answered 500", None)


def test_what_became_of_a_message_stands_with_its_job(
    house: House, postman: Postman, client: TestClient
) -> None:
    def told() -> dict[str, object]:
        (job,) = client.get("/v1/jobs").json()["jobs"]
        assert client.get(job["links"]["self"]).json()["webhook"] == job["webhook"]
        return dict(job["webhook"])

    house.jobs.order(Order("local", "vid_1", "cover", {}, webhook="http://hook.example/"))
    assert told() == {"state": "waiting", "attempts": 0, "answer": "", "next": None}
    job = house.jobs.claim("a worker")
    assert job is not None
    house.jobs.complete(job, {})
    for number in range(1, len(PAUSES) + 2):
        delivery = postman.deliveries.claim(now=number * 1e10)
        assert delivery is not None
        postman.deliveries.failed(delivery, "it answered 500", now=number * 1e10)
        webhook = told()
        assert (webhook["attempts"], webhook["answer"]) == (number, "it answered 500")
    assert (webhook["state"], webhook["next"]) == ("given_up", None)


def test_a_message_that_arrived_is_said_to_have(
    house: House, postman: Postman, client: TestClient
) -> None:
    with listening() as url:
        end_one(house, url)
        assert postman.deliver()
    (job,) = client.get("/v1/jobs").json()["jobs"]
    assert job["webhook"] == {"state": "arrived", "attempts": 1, "answer": "204", "next": None}


def test_an_address_of_our_own_network_hears_nothing(house: House) -> None:
    postman = Postman(Deliveries(house.database), Reach(5))
    with listening() as url:
        end_one(house, url)
        assert postman.deliver()
    assert Listening.heard == []
    (kept,) = postman.deliveries.of("local")
    assert "only" in kept.answer or "public" in kept.answer


def test_who_is_cancelled_or_lost_is_told_too(house: House, postman: Postman) -> None:
    job = house.jobs.order(Order("local", "vid_1", "cover", {}, webhook="http://example.org/"))
    house.jobs.cancel("local", job.id)
    (kept,) = postman.deliveries.of("local")
    assert json.loads(kept.body)["type"] == "job.cancelled"


def test_what_is_no_address_is_refused_at_once(client: TestClient, house: House) -> None:
    answer = client.post("/v1/videos/vid_1/covers?webhook=file:///etc/passwd", json={})
    assert answer.status_code == 422
