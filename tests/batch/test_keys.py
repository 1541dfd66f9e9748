"""What is asked the same has one name, what is asked otherwise another."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from gifworthy.batch.keys import card_of, choice_of, file_name, weights_of
from gifworthy.batch.orders import Order
from gifworthy.plans import Plan
from gifworthy.settings import Settings


def net(folder: Path, sha256: str, backbone: str = "pixels") -> str:
    """The folder of a net of these weights; it only has its card."""
    folder.mkdir(parents=True, exist_ok=True)
    card = {
        "format": 1,
        "network": "any",
        "arguments": {},
        "source": "",
        "inputs": ["x"],
        "preparation": None,
        "sha256": {"model.onnx": sha256},
        "use": {"scorer": "any", "reading": {"what": "vectors", "backbone": backbone}},
    }
    (folder / "config.json").write_text(json.dumps(card))
    return str(folder)


def with_net(part: str, folder: str) -> Plan:
    plans = {
        "scorer": Plan(scorer=folder),
        "selector": Plan(selector=folder),
        "map": Plan(map=folder),
    }
    return plans[part]


def choice(order: Order, plan: Plan) -> str:
    return choice_of(replace(order, plan=plan, weights=weights_of(plan, order.settings)))


@pytest.mark.parametrize("part", ["scorer", "selector", "map"])
def test_other_weights_are_another_choice_whatever_part_has_them(
    order: Order, tmp_path: Path, part: str
) -> None:
    plans = [
        with_net(part, net(tmp_path / name, weights))
        for name, weights in (("one", "aa"), ("two", "bb"), ("moved", "aa"))
    ]
    one, two, moved = (choice(order, plan) for plan in plans)
    assert one != two
    assert one == moved
    before = choice(order, plans[0])
    net(tmp_path / "one", "cc")  # trained anew, in the same folder
    assert choice(order, plans[0]) != before


def test_the_same_net_in_another_part_is_another_choice(order: Order, tmp_path: Path) -> None:
    folder = net(tmp_path / "net", "aa")
    plans = [with_net(part, folder) for part in ("scorer", "selector", "map")]
    plans += [Plan(scorer=folder, map=folder), Plan(scorer="position", map=folder)]
    assert len({choice(order, plan) for plan in plans}) == len(plans)


def test_choices_of_old_keep_their_names(order: Order, tmp_path: Path) -> None:
    assert choice(order, Plan()) == "signals-06104385"
    plan = Plan(scorer=net(tmp_path / "net", "aa"))
    card = card_of(plan, order.settings)
    assert card is not None
    assert weights_of(plan, order.settings) == card.fingerprint()


def test_the_net_that_chooses_says_what_is_read(tmp_path: Path) -> None:
    chooses, rates = net(tmp_path / "a", "aa"), net(tmp_path / "b", "bb", "c3d")
    settings = Settings(weights=tmp_path)
    for plan, backbone in (
        (Plan(selector=chooses), "pixels"),
        (Plan(scorer=rates), "c3d"),
        (Plan(selector=chooses, scorer=rates), "pixels"),
        (Plan(selector="a"), "pixels"),  # of that name among the weights of this machine
    ):
        card = card_of(plan, settings)
        assert card is not None
        assert card.use is not None
        assert card.use.reading.backbone == backbone
    assert card_of(Plan(map=rates), settings) is None


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("channel/talk.one", "channel/talk.one"),
        ("b/../../../x", "b/x"),
        ("/a//./b", "a/b"),
        ("caf\udce9", "caf\\udce9"),
    ],
)
def test_files_are_named_below_the_output(place: str, name: str) -> None:
    assert file_name(place) == name
    assert file_name(name) == name


def test_no_name_is_too_long() -> None:
    long, other = "host/" + "ä" * 300, "host/" + "ä" * 299 + "b"
    for place in (long, other):
        assert file_name(place).startswith("host/ää")
        assert max(len(part.encode()) for part in file_name(place).split("/")) <= 200
        assert file_name(file_name(place)) == file_name(place)
    assert file_name(long) != file_name(other)
    assert len(file_name("deep/" * 500)) == 32
    assert file_name("..") != file_name(".")
