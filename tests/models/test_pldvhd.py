"""PLD-VHD's net: its size, its parts against torch's own, what its windows see, and published weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed")

import onnxruntime
import torch
from torch import nn

from gifworthy.backbones.layouts import Misfit, fit
from gifworthy.backbones.s3d import S3D
from gifworthy.checkpoints import Card, _export, save
from gifworthy.errors import WeightsBroken
from gifworthy.models.pldvhd import PldVhd, _Published, pooled, tased
from gifworthy.models.unpooling import summits, unpooled
from gifworthy.nets import load_net
from gifworthy.settings import Settings
from tased import TasedNet

SIDES = (64, 96)


def small(targets: int = 1, **more: object) -> PldVhd:
    """An eighth of the channels, norms that have seen something, so that maps are not flat."""
    torch.manual_seed(0)
    network = PldVhd(targets, 8, *SIDES, **more)  # type: ignore[arg-type]
    network.settle(0.5)
    network.train()
    with torch.no_grad():
        for _ in range(3):
            network(strip(2, targets))
    return network.eval()


def strip(count: int, targets: int, seed: int = 0) -> torch.Tensor:
    """Noise that moves: (N, 3, T, H, W) grey levels."""
    torch.manual_seed(seed)
    return torch.rand(count, 3, 24 + 8 * targets, *SIDES) * 255


def test_it_has_the_parameters_that_the_notes_count() -> None:
    network = PldVhd()
    parts = (network.encoder, network.decoder)
    counts = [sum(p.numel() for p in part.parameters()) for part in parts]
    assert counts == [7_910_048, 13_350_645]
    assert sum(counts) == pytest.approx(21.26e6, rel=1e-3)


@pytest.mark.parametrize("side", [2, 3])
def test_unpooling_is_torchs_own(side: int) -> None:
    """Whole numbers above 0 and many zeros: maxima tie, and windows of 3 point at the same pixel."""
    torch.manual_seed(side)
    maps = torch.relu(torch.randn(2, 3, 4, 8, 12)).round()
    around = (0, side // 2, side // 2) if side == 3 else 0
    pool = nn.MaxPool3d((1, side, side), (1, 2, 2), around, return_indices=True)
    unpool = nn.MaxUnpool3d((1, side, side), (1, 2, 2), around)
    highest, places = pool(maps)
    values = torch.randn_like(highest)
    assert torch.equal(
        unpooled(values, summits(maps, side), side), unpool(values, places, maps.size())
    )


def test_one_window_gives_what_tased_net_gives() -> None:
    """The published net written a second time, with its own names, pooling and unpooling."""
    torch.manual_seed(1)
    published = TasedNet(8).train()
    clip = torch.rand(1, 3, 32, *SIDES) * 2 - 1
    with torch.no_grad():
        for _ in range(3):
            published(clip)
    published.eval()
    ours = fit(published.state_dict(), _Narrow())
    assert not isinstance(ours, Misfit), str(ours)
    with torch.no_grad():
        expected, (_, logits) = published(clip), ours((clip + 1) * 127.5)
    assert expected.std() > 1e-3
    assert torch.allclose(torch.sigmoid(logits[:, 0]), expected, atol=1e-5)


class _Narrow(_Published):
    """The published layout of a net with an eighth of the channels."""

    def __init__(self) -> None:
        super().__init__(1, 8)

    def __call__(self, *, classes: int) -> PldVhd:
        del classes
        return PldVhd(1, 8, *SIDES)


def test_the_published_names_fit_the_whole_net() -> None:
    with torch.device("meta"):
        names = TasedNet(1).state_dict()
    published = {f"module.{name}": torch.zeros(array.shape) for name, array in names.items()}
    assert isinstance(tased(published), PldVhd)
    del published["module.convtsp4.13.bias"]
    with pytest.raises(WeightsBroken, match=r"1 missing \(such as decoder.fourth.map.bias\)"):
        tased(published)


def test_the_encoder_takes_s3ds_published_weights() -> None:
    """S3D itself is what must fit; in which layouts it was published its own tests say."""
    state = S3D(classes=0, shrink=8).state_dict()
    network = PldVhd(1, 8, *SIDES)
    network.encoder.load_state_dict(state)
    own = network.state_dict()
    assert all(torch.equal(own[f"encoder.{name}"], array) for name, array in state.items())


class ThereAndBack(nn.Module):
    """Maxima of windows, spread where they lay; what the net must not lose in ONNX."""

    def forward(self, maps: torch.Tensor) -> tuple[torch.Tensor, ...]:
        pool = nn.functional.max_pool2d
        largest = {2: pool(maps, 2, 2), 3: pool(maps, 3, 2, 1)}
        return tuple(unpooled(high, summits(maps, n), n) for n, high in largest.items())


def test_unpooling_exports_and_says_the_same(tmp_path: Path) -> None:
    """Whole numbers, so that maxima tie and nothing is rounded: exactly alike, for another count too."""
    torch.manual_seed(2)
    network, maps = ThereAndBack(), torch.relu(torch.randn(5, 3, 8, 12)).round()
    _export(network, ("maps",), (maps[:2],), tmp_path / "net.onnx", ("batch",))
    session = onnxruntime.InferenceSession(
        tmp_path / "net.onnx", providers=["CPUExecutionProvider"]
    )
    exported = session.run(None, {"maps": maps.numpy()})
    for ours, theirs in zip(exported, network(maps), strict=True):
        assert (ours == theirs.numpy()).all()
        assert 0 < (ours > 0).mean() < 0.5


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_it_exports_and_says_the_same(tmp_path: Path) -> None:
    network, two = small(2, auxiliary=True), strip(2, 2)
    arguments = {"targets": 2, "shrink": 8, "height": 64, "width": 96, "auxiliary": True}
    save(network, Card("pldvhd", arguments, inputs=("strips",)), (two,), tmp_path / "net")
    exported = load_net(tmp_path / "net", Settings(threads=1)).outputs(two.numpy())
    with torch.inference_mode():
        expected = network(two)
    assert [part.shape for part in exported] == [(2, 2), (2, 2, *SIDES), (2, 2, *SIDES)]
    for ours, theirs in zip(exported, expected, strict=True):
        apart = np.abs(ours - theirs.numpy())
        assert apart.mean() < 1e-4
        assert apart.max() < 1e-2  # where two pixels are as high but for rounding, either may win
    assert expected[1].std() > 0.01


def test_a_map_sees_the_frames_before_its_target() -> None:
    network, window = small(), strip(1, 1)
    earlier = window.clone()
    earlier[:, :, 0] = 255 - earlier[:, :, 0]
    assert not torch.allclose(network(window)[1], network(earlier)[1], atol=1e-4)


def test_without_temporal_context_only_the_target_counts() -> None:
    network, strips = small(2, temporal=False), strip(1, 2)
    shown = network(strips)[1]
    changed = strips.clone()
    changed[:, :, :31], changed[:, :, 32:39] = 0, 255
    assert torch.equal(network(changed)[1], shown)
    changed[:, :, 39] = 0
    assert torch.equal(network(changed)[1][:, 0], shown[:, 0])
    assert not torch.equal(network(changed)[1][:, 1], shown[:, 1])


def test_what_follows_a_target_reaches_its_map_only_inside_a_strip() -> None:
    """Windows of a strip share their convolutions, whose edges then see the strip's own frames."""
    network, strips = small(3), strip(1, 3)
    later = strips.clone()
    later[:, :, 40:] = 255 - later[:, :, 40:]
    assert not torch.equal(network(strips)[1][:, 1], network(later)[1][:, 1])
    alone = PldVhd(1, 8, *SIDES).eval()
    alone.load_state_dict(network.state_dict())
    assert torch.equal(alone(strips[:, :, 8:40])[1], alone(later[:, :, 8:40])[1])


def test_a_frame_scores_by_its_map() -> None:
    maps = torch.zeros(1, 1, 4, 5)
    maps[0, 0, 0, :2] = torch.tensor([1.0, 0.6])
    assert pooled(maps, "mean").item() == pytest.approx(1.6 / 20)
    assert pooled(maps, "top-tenth").item() == pytest.approx(0.8)
    assert pooled(maps, "max").item() == 1.0


def test_what_cannot_be_built_is_refused() -> None:
    with pytest.raises(ValueError, match="multiples of 32, not 60 and 96"):
        PldVhd(1, 8, 60, 96)
    with pytest.raises(ValueError, match="pooling must be one of mean, max, top-tenth"):
        PldVhd(pooling="median")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="targets must be at least 1"):
        PldVhd(0, 8, *SIDES)
