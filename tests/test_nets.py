"""An exported net says what torch says, on whatever it runs."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("onnxscript", reason="the exporter of torch is not installed")

import torch
from numpy.typing import NDArray

from gifworthy.backbones.published import PUBLISHED
from gifworthy.checkpoints import Card, read_card, save
from gifworthy.errors import DeviceAbsent, MissingExtra, WeightsBroken, WeightsMissing
from gifworthy.nets import OnnxNet, TorchNet, build, load_net
from gifworthy.settings import Settings
from small_network import PREPARATION, small_checkpoint, small_network

ONE_THREAD = Settings(threads=1)


def clips(count: int) -> NDArray[np.float32]:
    return np.random.default_rng(4).standard_normal((count, *PREPARATION.shape)).astype(np.float32)


def expected(given: NDArray[np.float32]) -> NDArray[np.float32]:
    with torch.inference_mode():
        features: NDArray[np.float32] = small_network()(torch.from_numpy(given)).numpy()
    return features


@pytest.mark.parametrize("count", [1, 3])
def test_the_exported_net_agrees_with_torch_for_any_batch(tmp_path: Path, count: int) -> None:
    net = load_net(small_checkpoint(tmp_path), ONE_THREAD)
    given = clips(count)
    assert net(given).shape == (count, 64)
    np.testing.assert_allclose(net(given), expected(given), atol=1e-3, rtol=1e-3)
    assert len(net.outputs(given)) == 1


def test_torch_with_mixed_precision_agrees(tmp_path: Path) -> None:
    """The way it goes on a GPU, here on the CPU: half precision keeps two to three digits."""
    folder = small_checkpoint(tmp_path)
    net = TorchNet.load(folder, read_card(folder), "cpu")
    found, wanted = net(clips(2)), expected(clips(2))
    assert found.dtype == np.float32
    assert np.abs(found - wanted).max() < 0.03 * np.abs(wanted).max()


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU here")
def test_on_a_gpu(tmp_path: Path) -> None:
    net = load_net(small_checkpoint(tmp_path), Settings(device="cuda"))
    found, wanted = net(clips(2)), expected(clips(2))
    assert np.abs(found - wanted).max() < 0.01 * np.abs(wanted).max()


@pytest.mark.skipif(find_spec("openvino") is None, reason="openvino is not installed")
def test_on_openvino(tmp_path: Path) -> None:
    net = load_net(small_checkpoint(tmp_path), Settings(device="openvino", threads=1))
    for count in (1, 3):
        given = clips(count)
        np.testing.assert_allclose(net(given), expected(given), atol=1e-3, rtol=1e-3)


@pytest.mark.skipif(find_spec("openvino") is not None, reason="openvino is installed")
def test_openvino_that_is_not_installed_is_said(tmp_path: Path) -> None:
    with pytest.raises(MissingExtra, match=r"gifworthy\[openvino\]"):
        load_net(small_checkpoint(tmp_path), Settings(device="openvino"))


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_a_gpu_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(DeviceAbsent, match="no GPU"):
        load_net(small_checkpoint(tmp_path), Settings(device="cuda:1"))


def test_a_device_of_no_kind_is_said(tmp_path: Path) -> None:
    with pytest.raises(DeviceAbsent, match="'tpu'"):
        load_net(small_checkpoint(tmp_path), Settings(device="tpu"))


def test_the_exported_net_needs_no_torch(tmp_path: Path) -> None:
    folder = small_checkpoint(tmp_path)
    program = (
        "import sys; sys.modules['torch'] = None\n"
        "import numpy, pathlib\n"
        "from gifworthy.nets import load_net\n"
        "from gifworthy.settings import Settings\n"
        f"net = load_net(pathlib.Path({str(folder)!r}), Settings(threads=1))\n"
        f"print(net(numpy.zeros((1, *{PREPARATION.shape}), numpy.float32)).shape)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert said.stdout.strip() == "(1, 64)"


def test_a_truncated_model_is_said(tmp_path: Path) -> None:
    folder = small_checkpoint(tmp_path)
    model = folder / "model.onnx"
    model.write_bytes(model.read_bytes()[:5000])
    with pytest.raises(WeightsBroken, match=r"model\.onnx is not what was saved"):
        load_net(folder, ONE_THREAD)
    with pytest.raises(WeightsBroken, match="cannot be run"):
        OnnxNet(model)


def test_weights_of_another_network_are_said(tmp_path: Path) -> None:
    folder = small_checkpoint(tmp_path)
    text = (folder / "config.json").read_text()
    (folder / "config.json").write_text(text.replace('"r2plus1d-18"', '"r3d-18"'))
    with pytest.raises(WeightsBroken, match="does not fit r3d-18"):
        TorchNet.load(folder, read_card(folder), "cpu")


def test_a_folder_without_a_net_is_said(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="holds no net"):
        load_net(tmp_path / "nothing", ONE_THREAD)


def test_arguments_of_another_version_are_said() -> None:
    with pytest.raises(WeightsBroken, match="of another version"):
        build(Card("r2plus1d-18", {"classes": 5, "depth": 3}))


@pytest.mark.slow
@pytest.mark.parametrize("name", list(PUBLISHED))
def test_every_backbone_exports(name: str, tmp_path: Path) -> None:
    """At full size: three digits, and any batch."""
    about = PUBLISHED[name]
    torch.manual_seed(0)
    network = about.network_class()(classes=0).eval()
    given = torch.randn(2, *about.preparation.shape)
    card = Card(name, {"classes": 0}, "drawn", ("clips",), about.preparation)
    save(network, card, (given,), tmp_path / name)
    with torch.inference_mode():
        wanted = network(given[:1]).numpy()
    found = load_net(tmp_path / name, ONE_THREAD)(given[:1].numpy())
    assert found.shape == (1, about.feature_size)
    assert np.abs(found - wanted).max() <= 1e-3 * max(1.0, np.abs(wanted).max())
