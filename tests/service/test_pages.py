"""What a browser may do in somebody's name, what a page may run, and what a log may hold."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

import drawn
from gifworthy.service.app import create_app
from gifworthy.service.house import COOKIE, House

FOREIGN = {"Sec-Fetch-Site": "cross-site"}


def test_another_sites_page_can_do_nothing_here(client: TestClient) -> None:
    data = drawn.pieces().read_bytes()
    assert client.post("/v1/videos", content=data, headers=FOREIGN).status_code == 403
    assert client.get("/v1/videos", headers=FOREIGN).status_code == 403
    assert client.get("/", headers=FOREIGN).status_code == 403
    assert client.get("/v1/videos").json()["videos"] == []


def test_a_name_that_only_leads_here_is_refused(client: TestClient) -> None:
    answer = client.get("/v1/videos", headers={"Host": "rebound.example.org"})
    assert answer.status_code == 403
    assert "is called localhost" in answer.json()["error"]["message"]


def test_the_page_runs_only_our_scripts(client: TestClient) -> None:
    answer = client.get("/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "<script>" not in answer.text
    assert " onclick" not in answer.text


def test_a_hostile_name_is_only_text(client: TestClient) -> None:
    name = "<script>alert(1)</script>.mp4"
    data = drawn.pieces().read_bytes()
    video = client.post("/v1/videos", content=data, headers={"Upload-Name": name}).json()
    assert video["name"] == "script>.mp4"
    page = client.get("/").text
    assert "script&gt;.mp4" in page
    assert "script>.mp4" not in page


def test_who_signs_in_is_remembered_out_of_reach_of_scripts(house: House) -> None:
    house.config = replace(house.config, host="0.0.0.0")
    client = TestClient(create_app(house))
    _, word = house.keys.make("ours", "a person", ["read", "write"])
    assert client.get("/", follow_redirects=False).headers["location"] == "/sign-in"
    wrong = client.post("/sign-in", data={"key": "gw_no_no"}, follow_redirects=False)
    assert "refused" in wrong.headers["location"]
    answer = client.post("/sign-in", data={"key": word}, follow_redirects=False)
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert client.get("/").status_code == 200
    assert client.get("/", headers=FOREIGN).status_code == 403
    client.post("/sign-out")
    client.cookies.delete(COOKIE)
    assert client.get("/", follow_redirects=False).status_code == 303


def test_another_sites_page_signs_nobody_in_or_out(house: House) -> None:
    """Who is signed in with a stranger's key, and does not know it, sends the stranger videos."""
    house.config = replace(house.config, host="0.0.0.0")
    client = TestClient(create_app(house))
    _, word = house.keys.make("strangers", "a stranger's", ["read", "write"])
    for site in ("cross-site", "same-site"):
        foreign = {"Sec-Fetch-Site": site}
        for place, data in (("/sign-in", {"key": word}), ("/sign-out", {})):
            answer = client.post(place, data=data, headers=foreign, follow_redirects=False)
            assert (answer.status_code, answer.headers.get("set-cookie")) == (403, None), place
    own = {"Sec-Fetch-Site": "same-origin"}
    signed = client.post("/sign-in", data={"key": word}, headers=own, follow_redirects=False)
    assert signed.headers["set-cookie"].startswith(COOKIE)


def test_no_key_is_logged(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.config = replace(house.config, host="0.0.0.0")
    client = TestClient(create_app(house))
    _, word = house.keys.make("ours", "a program", ["read"])
    with caplog.at_level(logging.DEBUG):
        client.get("/v1/videos?most=3", headers={"Authorization": f"Bearer {word}"})
        client.get("/v1/videos", headers={"Authorization": f"Bearer {word}x"})
    assert '"path": "/v1/videos"' in caplog.text
    assert word.split("_", 2)[2][:12] not in caplog.text
