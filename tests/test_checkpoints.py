"""A net on disk: whole or not at all, nothing in it can run, and it knows when it was changed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("onnxscript", reason="the exporter of torch is not installed")

import torch
from torch import nn

from gifworthy.checkpoints import (
    Card,
    file_of,
    load_weights,
    read_card,
    read_mean_clip,
    save,
)
from gifworthy.errors import OutputError, WeightsBroken, WeightsMissing
from gifworthy.nets import OnnxNet
from small_network import PREPARATION, small_checkpoint, small_network


def tiny() -> nn.Module:
    return nn.Linear(3, 2)


def saved(folder: Path) -> Card:
    return save(tiny(), Card("tiny", {"depth": 2}), (torch.zeros(2, 3),), folder)


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint that is saved once, for tests that copy it."""
    folder = tmp_path_factory.mktemp("saved") / "net"
    saved(folder)
    return folder


@pytest.fixture
def net(one: Path, tmp_path: Path) -> Path:
    """A checkpoint that a test may spoil."""
    return Path(shutil.copytree(one, tmp_path / "net"))


def test_what_was_saved_is_read_again(tmp_path: Path) -> None:
    folder = small_checkpoint(tmp_path)
    card = read_card(folder)
    assert card.network == "r2plus1d-18"
    assert card.arguments == {"classes": 5, "width": 8}
    assert card.preparation == PREPARATION
    assert set(card.sha256) == {"model.onnx", "weights.safetensors"}
    loaded = load_weights(small_network(), folder, card)
    wanted = small_network().state_dict()
    assert all(torch.equal(array, wanted[name]) for name, array in loaded.state_dict().items())


def test_the_folder_may_be_read_by_others_and_holds_nothing_else(one: Path) -> None:
    assert one.stat().st_mode & 0o777 == 0o755
    assert [path.name for path in one.parent.iterdir()] == ["net"]
    assert sorted(path.name for path in one.iterdir()) == [
        "config.json",
        "model.onnx",
        "weights.safetensors",
    ]
    assert all(path.stat().st_mode & 0o044 == 0o044 for path in one.iterdir())


def test_saving_again_replaces_the_whole_folder(net: Path, tmp_path: Path) -> None:
    before = read_card(net)
    (tmp_path / "net" / "left over").write_text("")
    after = saved(tmp_path / "net")
    assert before.sha256 != after.sha256  # other weights were drawn
    assert read_card(tmp_path / "net") == after
    assert [path.name for path in tmp_path.iterdir()] == ["net"]
    assert not (tmp_path / "net" / "left over").exists()


def test_a_net_that_cannot_be_exported_leaves_the_old_one(
    net: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = read_card(net)

    def refuse(*args: object, **given: object) -> None:
        raise RuntimeError("no such operator")

    monkeypatch.setattr(torch.onnx, "export", refuse)
    with pytest.raises(RuntimeError, match="no such operator"):
        saved(tmp_path / "net")
    assert read_card(tmp_path / "net") == before
    assert [path.name for path in tmp_path.iterdir()] == ["net"]


def test_a_full_disk_is_said_and_leaves_the_old_one(
    net: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = read_card(net)

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gifworthy.checkpoints._write_weights", full)
    with pytest.raises(OutputError, match="No space left on device"):
        saved(tmp_path / "net")
    assert read_card(tmp_path / "net") == before
    assert [path.name for path in tmp_path.iterdir()] == ["net"]


class Recurrent(nn.Module):
    """(T, 3) -> (1, 2), whatever T."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(3, 2, batch_first=True)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return torch.as_tensor(self.lstm(rows[None])[1][0][-1])


@pytest.mark.filterwarnings("ignore:The tensor attributes")
def test_recurrent_nets_take_any_length_though_others_were_traced_before(tmp_path: Path) -> None:
    network = Recurrent().eval()
    torch.export.export(network, (torch.zeros(4, 3),))  # leaves its own kernel in torch's cache
    card = save(
        network, Card("recurrent"), (torch.zeros(4, 3),), tmp_path / "net", axes=("seconds",)
    )
    net = OnnxNet(file_of(tmp_path / "net", card, "model.onnx"))
    for seconds in (1, 4, 9):
        rows = torch.linspace(-1, 1, 3 * seconds).reshape(seconds, 3)
        np.testing.assert_allclose(net(rows.numpy()), network(rows).detach().numpy(), atol=1e-6)


class Unrolled(nn.Module):
    """A net that is written for the number of rows that it is traced with."""

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return torch.stack([row * place for place, row in enumerate(rows)])


def test_a_net_for_one_length_only_is_refused_and_leaves_the_old_one(
    net: Path, tmp_path: Path
) -> None:
    before = read_card(net)
    with pytest.raises(ValueError, match="'input' of 5 seconds only"):
        save(Unrolled(), Card("unrolled"), (torch.zeros(5, 3),), net, axes=("seconds",))
    assert read_card(net) == before
    assert [path.name for path in tmp_path.iterdir()] == ["net"]


def test_a_net_goes_on_learning_after_it_was_saved(tmp_path: Path) -> None:
    network = tiny().train()
    save(network, Card("tiny"), (torch.zeros(2, 3),), tmp_path / "net")
    assert network.training


def test_a_mean_clip_goes_with_it(tmp_path: Path) -> None:
    clip = np.arange(24, dtype=np.float32).reshape(3, 2, 2, 2)
    card = save(tiny(), Card("tiny"), (torch.zeros(2, 3),), tmp_path / "net", clip)
    found = read_mean_clip(tmp_path / "net", card)
    assert found is not None
    assert np.array_equal(found, clip)
    assert read_mean_clip(tmp_path, Card("without")) is None


def test_the_fingerprint_tells_weights_and_preparation_apart(one: Path, tmp_path: Path) -> None:
    first, second = read_card(one), saved(tmp_path / "other")
    assert first.fingerprint() == read_card(one).fingerprint()
    assert first.fingerprint() != second.fingerprint()
    assert Card("x").fingerprint() != Card("x", preparation=PREPARATION).fingerprint()
    assert Card("x", source="here").fingerprint() == Card("x", source="there").fingerprint()


@pytest.mark.parametrize("name", ["model.onnx", "weights.safetensors"])
def test_a_file_that_was_changed_is_said(net: Path, name: str) -> None:
    card, path = read_card(net), net / name
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(WeightsBroken, match=f"{name} is not what was saved"):
        file_of(net, card, name)
    path.unlink()
    with pytest.raises(WeightsMissing, match=name):
        file_of(net, card, name)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"format": 1}',
        '{"format": 1, "network": "x", "arguments": 3, "source": "", "inputs": [], '
        '"preparation": {"frames": "many"}, "sha256": {}}',
    ],
)
def test_a_config_that_cannot_be_understood_is_said(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(WeightsBroken, match=r"config\.json is damaged"):
        read_card(tmp_path)


def test_a_config_of_a_later_format_is_said(net: Path) -> None:
    path = net / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 7}))
    with pytest.raises(WeightsBroken, match="has format 7, this gifworthy reads 1"):
        read_card(net)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        saved(tmp_path / "file" / "net")
