"""What pages of other sites may ask and tell: by a beacon's word, for one experiment, and nothing else."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qsl

import pytest
import uvicorn
from fastapi.testclient import TestClient

from gifworthy.errors import RecordsUnreadable
from gifworthy.records.experiments import Design, Experiment, Experiments
from gifworthy.service.app import create_app
from gifworthy.service.beacon import WEEK, shown_at, tenant_by, word_of
from gifworthy.service.house import House
from gifworthy.service.signing import tenant_of

FOREIGN = {"Sec-Fetch-Site": "cross-site", "User-Agent": "Mozilla/5.0 (X11) Firefox/140"}
COVER = f"/v1/covers/{'a' * 64}.gif"
VARIANTS = [{"video": "v", "arm": "moving", "cover": COVER, "spans": [[1.0, 2.0]]}]


@pytest.fixture
def open_client(house: House) -> TestClient:
    """A server that others can reach, so that everybody needs a key or a word."""
    house.config = replace(house.config, host="0.0.0.0", public="https://covers.example.org")
    return TestClient(create_app(house))


def owner(house: House, tenant: str = "ours") -> dict[str, str]:
    _, word = house.keys.make(tenant, "a person", ["read", "write", "events"])
    return {"Authorization": f"Bearer {word}"}


def begun(client: TestClient, headers: dict[str, str]) -> tuple[str, str]:
    """An experiment whose second arm shows a cover of ours, and its word."""
    design = {"name": "Front page", "arms": ["still", "moving"], "planned": 1000}
    made = client.post("/v1/experiments", json=design, headers=headers).json()["id"]
    put = client.put(f"/v1/experiments/{made}/variants", json=VARIANTS, headers=headers)
    assert put.status_code == 204
    told = client.get(f"/v1/experiments/{made}/beacon", headers=headers).json()
    assert f"https://covers.example.org/static/beacon.js?experiment={made}" in told["snippet"]
    assert 'data-gifworthy="v"' in told["snippet"]
    return made, told["beacon"]


def asked(client: TestClient, experiment: str, word: str, unit: str = "u") -> Any:
    query = {"beacon": word, "unit": unit, "video": ["v", "w"]}
    place = f"/v1/experiments/{experiment}/assignments"
    return client.get(place, params=query, headers=FOREIGN)


def event(given: dict[str, Any], kind: str, exposure: str) -> dict[str, Any]:
    said = {name: given[name] for name in ("unit", "arm", "version", "propensity")}
    return {"id": f"{exposure}.{kind}", "kind": kind, "exposure": exposure, "video": "v"} | {
        "at": time.time(),
        **said,
    }


def test_a_page_of_another_site_is_told_the_arms_of_all_its_covers(
    open_client: TestClient, house: House
) -> None:
    experiment, word = begun(open_client, owner(house))
    answers = [asked(open_client, experiment, word, f"u{number}") for number in range(20)]
    assert {answer.headers["access-control-allow-origin"] for answer in answers} == {"*"}
    given = [answer.json()["given"]["v"] for answer in answers]
    assert {one["arm"] for one in given} == {"still", "moving"}
    moving = next(one for one in given if one["arm"] == "moving")
    still = next(one for one in given if one["arm"] == "still")
    assert moving["cover"].startswith(COVER)
    assert ".jpg?" in moving["still"]
    assert (still["cover"], still["still"]) == ("", "")
    assert abs(answers[0].json()["now"] - time.time()) < 5


def test_what_a_page_tells_as_plain_text_is_counted_once(
    open_client: TestClient, house: House
) -> None:
    mine = owner(house)
    experiment, word = begun(open_client, mine)
    given = asked(open_client, experiment, word).json()["given"]["v"]
    events = [event(given, kind, "x") for kind in ("impression", "viewable", "click")]
    body = json.dumps({"experiment": experiment, "events": events})
    headers = {**FOREIGN, "Content-Type": "text/plain;charset=UTF-8"}
    place = f"/v1/events?beacon={word}"
    assert open_client.post(place, content=body, headers=headers).json()["new"] == 3
    assert open_client.post(place, content=body, headers=headers).json()["new"] == 0
    told = open_client.get(f"/v1/experiments/{experiment}/report", headers=mine).json()
    assert sum(arm["clicks"] for arm in told["results"]) == 1


BROKEN: dict[str, dict[str, Any]] = {
    "another experiment's arm": {"arm": "of another experiment"},
    "no arm": {"arm": None},
    "a value that is no number": {"kind": "conversion", "value": {"euros": 9.9}},
    "a value that is too much": {"kind": "dwell", "value": 1e12},
    "a list": {"id": ["1"]},
    "a version without an end": {"version": "inf"},
    "a version of 400 digits": {"version": 10**400},
    "a time without an end": {"at": "-inf"},
    "a likelihood that is none": {"propensity": "nan"},
    "no unit": {"unit": "somebody"},
}


@pytest.mark.parametrize("name", BROKEN)
def test_one_broken_event_does_not_take_the_others_of_a_page_along(
    open_client: TestClient, house: House, name: str
) -> None:
    """Nobody mends what a page tells, and the page keeps nothing that was answered."""
    experiment, word = begun(open_client, owner(house))
    given = asked(open_client, experiment, word).json()["given"]["v"]
    good = [event(given, kind, "x") for kind in ("impression", "viewable", "click")]
    events = [good[0], event(given, "play", "y") | BROKEN[name], *good[1:]]
    body = json.dumps({"experiment": experiment, "events": events})
    answer = open_client.post(f"/v1/events?beacon={word}", content=body, headers=FOREIGN)
    assert answer.json() == {"new": 3, "refused": 1}
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_page_may_read_every_refusal(
    open_client: TestClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that it may not read looks like a server that is away, and would be asked again and again."""
    experiment, word = begun(open_client, owner(house))
    other = Experiment("exp_gone", "ours", "gone", Design(("a", "b")), salt="", created=0.0)
    gone = word_of(house.database.secret, other)
    telling, asking = f"/v1/events?beacon={word}", f"/v1/experiments/{experiment}/assignments"
    many = {"beacon": word, "unit": "u", "video": ["v"] * 101}
    answers = [
        open_client.post(telling, content=b"nothing", headers=FOREIGN),
        open_client.post(telling, content=b'{"experiment": "e"}', headers=FOREIGN),
        open_client.get(asking, params=many, headers=FOREIGN),
        asked(open_client, "exp_gone", gone),
    ]

    def away(*_: object) -> None:
        raise RecordsUnreadable("the database is away")

    monkeypatch.setattr(Experiments, "split", away)
    answers.append(asked(open_client, experiment, word))
    assert [answer.status_code for answer in answers] == [422, 422, 422, 404, 503]
    assert {answer.headers["access-control-allow-origin"] for answer in answers} == {"*"}
    plain = open_client.get(f"{asking}?beacon=&unit=u&video=v", headers=FOREIGN)
    assert plain.status_code == 403
    assert "access-control-allow-origin" not in plain.headers


def test_one_tenants_visitors_do_not_use_up_anothers_patience(house: House) -> None:
    config = house.config
    bounds = replace(config.bounds, per_minute=6)
    house.config = replace(
        config, host="0.0.0.0", bounds=bounds, public="https://covers.example.org"
    )
    client = TestClient(create_app(house))
    (ours, our_word), (theirs, their_word) = (
        begun(client, owner(house, tenant)) for tenant in ("ours", "theirs")
    )
    statuses = [asked(client, ours, our_word).status_code for _ in range(7)]
    assert statuses == [200] * 6 + [429]
    assert asked(client, theirs, their_word).status_code == 200


def test_visitors_behind_a_trusted_proxy_are_told_apart(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The web server reads `FORWARDED_ALLOW_IPS`; what anybody else says of whom it asks for is only text."""
    bounds = replace(house.config.bounds, per_minute=6)
    house.config = replace(house.config, host="0.0.0.0", bounds=bounds)
    app = create_app(house)
    made = Experiments(house.database).begin("ours", "one", Design(("a", "b")))
    word = word_of(house.database.secret, made)
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "10.0.0.5")
    web = uvicorn.Config(app, log_config=None)
    web.load()

    def statuses(proxy: str) -> list[int]:
        client = TestClient(cast(Any, web.loaded_app), client=(proxy, 1))
        place = f"/v1/experiments/{made.id}/assignment?beacon={word}&unit=u&video=v"
        visitors = (FOREIGN | {"X-Forwarded-For": f"192.0.2.{number}"} for number in range(10))
        return [client.get(place, headers=visitor).status_code for visitor in visitors]

    assert statuses("10.0.0.5") == [200] * 10
    assert statuses("10.0.0.6") == [200] * 6 + [429] * 4


def test_a_word_opens_its_own_experiment_and_nothing_else(
    open_client: TestClient, house: House
) -> None:
    experiment, word = begun(open_client, owner(house))
    another, _ = begun(open_client, owner(house))
    refused = asked(open_client, another, word)
    assert refused.status_code == 403
    assert refused.headers["access-control-allow-origin"] == "*"
    assert asked(open_client, experiment, word.replace("ours", "others")).status_code == 403
    assert asked(open_client, experiment, "ours.").status_code == 403
    for place in ("report", "beacon", "report.png"):
        path = f"/v1/experiments/{experiment}/{place}?beacon={word}"
        assert open_client.get(path, headers=FOREIGN).status_code in (401, 403), place
    assert open_client.get(f"/v1/videos?beacon={word}").status_code in (401, 403)


def test_without_a_word_another_sites_page_is_refused(client: TestClient) -> None:
    answer = client.post("/v1/events", json={"experiment": "e", "events": []}, headers=FOREIGN)
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_more_than_a_body_may_hold_is_refused_unread(client: TestClient) -> None:
    answer = client.post("/v1/events", content=b" " * ((1 << 20) + 1))
    assert answer.status_code == 413


def test_a_body_that_is_no_json_is_refused_in_words(client: TestClient) -> None:
    answer = client.post("/v1/events", content=b"nothing")
    assert answer.status_code == 422
    assert answer.json()["error"]["type"] == "Invalid"


def test_a_signed_cover_keeps_its_address_for_a_week_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monday = (time.time() // WEEK) * WEEK

    def at(moment: float) -> tuple[str, str]:
        for module in ("beacon", "signing"):
            clock = SimpleNamespace(time=lambda: moment)
            monkeypatch.setattr(f"gifworthy.service.{module}.time", clock)
        return shown_at(b"secret", "ours", COVER)

    first = at(monday + 0.01)
    assert at(monday + WEEK - 1) == first
    assert at(monday + WEEK + 1) != first
    path, _, query = first[0].partition("?")
    assert tenant_of(b"secret", path, parse_qsl(query)) == "ours"


def test_what_is_not_ours_is_given_as_it_stands() -> None:
    own = "https://elsewhere.example/still.jpg"
    assert shown_at(b"secret", "ours", own) == (own, "")


def test_a_word_of_one_database_is_nothing_in_another(house: House, client: TestClient) -> None:
    made = Experiments(house.database).begin("ours", "one", Design(("a", "b")))
    word = word_of(house.database.secret, made)
    assert tenant_by(house.database.secret, word, made.id) == "ours"
    assert tenant_by(b"another", word, made.id) is None
    assert tenant_by(house.database.secret, word, made.id + "0") is None
