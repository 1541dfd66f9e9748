"""Published weights, from a loopback server to a net that runs."""

from __future__ import annotations

import hashlib
import pickle
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from gifworthy.backbones.published import PUBLISHED
from gifworthy.errors import UnknownName, WeightsBroken, WeightsMissing, WeightsUnreachable
from gifworthy.settings import Settings
from gifworthy.weights import (
    WeightsFile,
    check,
    fetch,
    folder_of,
    known_weights,
    place_of,
    state_of,
    weights_here,
    weights_named,
)


def test_every_published_backbone_has_weights() -> None:
    assert {weights.backbone for weights in known_weights()} == set(PUBLISHED)


@pytest.mark.parametrize("weights", known_weights(), ids=lambda w: w.file)
def test_the_rows_of_the_table_are_in_order(weights: WeightsFile) -> None:
    assert weights.licence
    assert weights.source
    assert weights.prepared().frames in (8, 16, 32)
    if weights.hash is not None:
        assert len(weights.hash) == 8
        assert weights.file.endswith(f"-{weights.hash}.pth")  # so they are published
    if weights.url is not None:
        assert weights.url.endswith("/" + weights.file)


def test_variants_are_told_apart() -> None:
    assert weights_named("r2plus1d-34").prepared().frames == 8
    assert weights_named("r2plus1d-34", "clip32-ig65m").prepared().frames == 32
    assert weights_named("s3d", "kylemin").prepared().mean == (127.5, 127.5, 127.5)
    assert len({(weights.backbone, weights.variant) for weights in known_weights()}) == 16


def test_names_that_do_not_exist_are_said() -> None:
    with pytest.raises(UnknownName, match="did you mean 'r2plus1d-18'"):
        weights_named("r2plus1d-8")
    with pytest.raises(UnknownName, match="did you mean 'kylemin'"):
        weights_named("s3d", "kylmin")


def test_without_an_address_the_message_says_where_from_and_where_to(tmp_path: Path) -> None:
    weights, settings = weights_named("p3d-199"), Settings(weights=tmp_path)
    with pytest.raises(WeightsMissing) as caught:
        fetch(weights, settings)
    assert weights.source in str(caught.value)
    assert str(place_of(weights, settings)) in str(caught.value)


# What follows makes nets: a small one stands in for the published.


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    pytest.importorskip("onnxscript", reason="the exporter of torch is not installed")
    from small_network import SMALL

    monkeypatch.setitem(PUBLISHED, "r2plus1d-18", SMALL)


@pytest.fixture
def served(small: None, tmp_path: Path) -> Iterator[WeightsFile]:
    """A file as torchvision publishes it, on a server."""
    import torch

    from small_network import small_network

    folder = tmp_path / "server"
    folder.mkdir()
    torch.save(in_torchvision_names(small_network()), folder / "net.pth")
    quiet = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    http = ThreadingHTTPServer(("127.0.0.1", 0), partial(quiet, directory=str(folder)))
    threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True).start()
    digest = hashlib.sha256((folder / "net.pth").read_bytes()).hexdigest()
    url = f"http://127.0.0.1:{http.server_address[1]}/net.pth"
    yield WeightsFile("r2plus1d-18", "small", "net.pth", url, digest[:8], None, "none", "a test")
    http.shutdown()
    http.server_close()


def in_torchvision_names(network: object) -> dict[str, object]:
    """The other way round than the layout goes."""
    from torch import nn

    assert isinstance(network, nn.Module)
    pairs = (
        (".space.conv.", ".0.0."),
        (".space.norm.", ".0.1."),
        (".time.conv.", ".0.3."),
        (".time.norm.", ".1."),
        (".body.first", ".conv1"),
        (".body.second", ".conv2"),
        (".shortcut.conv.", ".downsample.0."),
        (".shortcut.norm.", ".downsample.1."),
        ("layers.stage", "layer"),
        ("head.", "fc."),
    )
    stem = (("space.conv", "0"), ("space.norm", "1"), ("time.conv", "3"), ("time.norm", "4"))
    named: dict[str, object] = {}
    for name, array in network.state_dict().items():
        rules = stem if name.startswith("layers.stem.") else pairs
        name = name.removeprefix("layers.") if rules is stem else name
        for ours, theirs in rules:
            name = name.replace(ours, theirs)
        named[name] = array
    return named


def test_weights_come_over_the_web_and_become_a_net(served: WeightsFile, tmp_path: Path) -> None:
    import torch

    from gifworthy.nets import load_net
    from small_network import PREPARATION, small_network

    settings = Settings(weights=tmp_path / "weights", threads=1)
    assert state_of(served, settings) == "absent"
    told: list[int] = []
    folder = fetch(served, settings, lambda have, _: told.append(have))
    assert told[-1] == place_of(served, settings).stat().st_size
    assert folder == folder_of("r2plus1d-18", settings)
    assert state_of(served, settings) == check(served, settings) == "ready"
    clips = np.random.default_rng(2).standard_normal((2, *PREPARATION.shape)).astype(np.float32)
    with torch.inference_mode():
        wanted = small_network()(torch.from_numpy(clips)).numpy()
    np.testing.assert_allclose(load_net(folder, settings)(clips), wanted, atol=1e-3, rtol=1e-3)

    told.clear()
    assert fetch(served, settings, lambda have, _: told.append(have)) == folder
    assert not told  # nothing is fetched twice

    (folder / "weights.safetensors").write_bytes(b"spoilt")
    with pytest.raises(WeightsBroken, match=r"weights\.safetensors is not what was saved"):
        check(served, settings)


def test_a_file_put_there_by_hand_needs_no_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, weights = Settings(weights=tmp_path), weights_named("p3d-199")
    place = place_of(weights, settings)
    place.parent.mkdir(parents=True)
    place.write_bytes(b"weights")
    assert state_of(weights, settings) == check(weights, settings) == "downloaded"
    made: list[Path] = []
    monkeypatch.setattr("gifworthy.weights.install", lambda w, file, s: made.append(file))
    fetch(weights, settings)
    assert made == [place]


def test_another_file_than_was_published_is_not_made_a_net(
    served: WeightsFile, tmp_path: Path
) -> None:
    settings = Settings(weights=tmp_path / "weights")
    other = replace(served, hash="00000000")
    with pytest.raises(WeightsBroken, match="something else than was published"):
        fetch(other, settings)
    place = place_of(other, settings)
    place.write_bytes(b"x")
    for act in (fetch, check):
        with pytest.raises(WeightsBroken, match=r"net\.pth is not what was published"):
            act(other, settings)
    assert not folder_of("r2plus1d-18", settings).exists()


def test_no_network_says_where_to_put_the_file(tmp_path: Path) -> None:
    settings = Settings(weights=tmp_path, timeout=2.0)
    weights = replace(weights_named("s3d"), url="http://127.0.0.1:9/s3d-d76dad2f.pth")
    with pytest.raises(WeightsUnreachable) as caught:
        fetch(weights, settings)
    assert str(place_of(weights, settings)) in str(caught.value)
    assert "\n" not in str(caught.value)


class Evil:
    """Pickled, it runs a command when it is read."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        import os

        return (os.system, ("touch /tmp/gifworthy-was-broken-into",))


def by_hand(settings: Settings) -> Path:
    """Where a test puts a file in place of C3D's, which has no published hash."""
    place = place_of(weights_named("c3d", "davidea"), settings)
    place.parent.mkdir(parents=True)
    return place


def refusal(settings: Settings) -> str:
    pytest.importorskip("torch", reason="torch is not installed")
    with pytest.raises(WeightsBroken) as caught:
        fetch(weights_named("c3d", "davidea"), settings)
    return str(caught.value)


def test_a_file_that_holds_code_is_not_opened(tmp_path: Path) -> None:
    settings = Settings(weights=tmp_path)
    by_hand(settings).write_bytes(pickle.dumps({"conv1.weight": Evil()}, protocol=2))
    assert "could run code; it was not opened" in refusal(settings)
    assert not Path("/tmp/gifworthy-was-broken-into").exists()


def test_a_truncated_file_is_said(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    settings = Settings(weights=tmp_path)
    place = by_hand(settings)
    torch.save({"conv1.weight": torch.zeros(64, 3, 3, 3, 3)}, place)
    place.write_bytes(place.read_bytes()[:-200])
    said = refusal(settings)
    assert "c3d.pickle is truncated or damaged" in said
    assert said.endswith("fetch it again")
    place.write_bytes(b"")
    assert "truncated or damaged" in refusal(settings)


def test_a_web_page_instead_of_weights_is_said(tmp_path: Path) -> None:
    settings = Settings(weights=tmp_path)
    by_hand(settings).write_text("<!DOCTYPE html><html>too large to be scanned</html>" * 9)
    assert "c3d.pickle is no file of weights" in refusal(settings)


def test_a_best_accuracy_beside_the_weights_is_harmless(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    from gifworthy.backbones.loading import arrays_in

    whole = {"state_dict": {"fc.bias": torch.ones(3)}, "best_prec1": np.float64(61.5), "epoch": 9}
    torch.save(whole, tmp_path / "net.pth.tar")
    assert arrays_in(tmp_path / "net.pth.tar")["fc.bias"].tolist() == [1, 1, 1]


def test_a_checkpoint_of_another_net_is_named(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    import published

    settings = Settings(weights=tmp_path)
    shapes = published.s3d_of_kylemin()
    torch.save(
        {n: torch.zeros(s, dtype=torch.float16) for n, s in shapes.items()}, by_hand(settings)
    )
    assert "c3d.pickle holds s3d, not c3d; give the right file" in refusal(settings)


def test_a_checkpoint_of_no_net_that_is_known_says_what_is_wrong(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    settings = Settings(weights=tmp_path)
    torch.save({"state_dict": {"module.fc8.weight": torch.zeros(5, 4096)}}, by_hand(settings))
    assert "does not hold c3d: 18 missing (such as conv1a.bias)" in refusal(settings)


def test_a_file_without_arrays_is_said(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    settings = Settings(weights=tmp_path)
    torch.save({"epoch": 3}, by_hand(settings))
    assert "holds no arrays" in refusal(settings)


def test_numpy_archives_are_read_without_pickles(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    from gifworthy.backbones.loading import arrays_in

    np.savez(tmp_path / "net.npz", np.arange(3, dtype=np.float32))
    assert arrays_in(tmp_path / "net.npz")["arr_0"].tolist() == [0, 1, 2]
    np.savez(tmp_path / "objects.npz", np.array([Evil()], dtype=object))
    with pytest.raises(WeightsBroken):
        arrays_in(tmp_path / "objects.npz")
    assert not Path("/tmp/gifworthy-was-broken-into").exists()


def test_what_is_here_is_found(tmp_path: Path) -> None:
    settings = Settings(weights=tmp_path)
    assert weights_here("c3d", settings) == ()
    by_hand(settings).write_bytes(b"x")
    assert [weights.variant for weights in weights_here("c3d", settings)] == ["davidea"]


def test_the_mean_snippet_of_c3d_is_checked(tmp_path: Path) -> None:
    from gifworthy.weights import _mean_clip

    weights, settings = weights_named("c3d"), Settings(weights=tmp_path)
    path = place_of(weights, settings).with_name("snipplet_mean.npy")
    path.parent.mkdir(parents=True)
    assert _mean_clip(weights, settings) is None
    np.save(path, np.full((3, 16, 128, 171), 90.0))
    found = _mean_clip(weights, settings)
    assert found is not None
    assert found.shape == (3, 16, 128, 171)
    np.save(path, np.zeros((3, 16, 112, 112)))
    with pytest.raises(WeightsBroken, match=r"\(3, 16, 112, 112\), not \(3, 16, 128, 171\)"):
        _mean_clip(weights, settings)
