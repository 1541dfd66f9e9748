"""Published names to ours: every published file, in its own names and shapes, makes up its network."""

from __future__ import annotations

import pytest

import published

torch = pytest.importorskip("torch", reason="torch is not installed")

from torch import Tensor  # noqa: E402

from gifworthy.backbones.blocks import ClipNetwork  # noqa: E402
from gifworthy.backbones.c3d import C3D  # noqa: E402
from gifworthy.backbones.i3d import I3D  # noqa: E402
from gifworthy.backbones.layouts import Misfit, NetworkClass, fit  # noqa: E402
from gifworthy.backbones.p3d import P3D  # noqa: E402
from gifworthy.backbones.r2plus1d import R2Plus1D18, R2Plus1D34  # noqa: E402
from gifworthy.backbones.resnet3d import MC318, R3D18, ResNet50  # noqa: E402
from gifworthy.backbones.s3d import S3D  # noqa: E402

FILES: list[tuple[NetworkClass[ClipNetwork], published.Shapes, int]] = [
    (C3D, published.c3d(), 487),
    (C3D, published.c3d_of_openmmlab(), 0),
    (C3D, published.c3d_of_lasagne(), 487),
    (I3D, published.i3d(), 400),
    (I3D, published.i3d(157), 157),
    (P3D, published.p3d(), 400),
    (R2Plus1D18, published.r2plus1d((2, 2, 2, 2), 400), 400),
    (R2Plus1D34, published.r2plus1d((3, 4, 6, 3), 487, fixed=True), 487),
    (R2Plus1D34, published.r2plus1d((3, 4, 6, 3), 359, fixed=True), 359),
    (R3D18, published.r3d(), 400),
    (MC318, published.r3d(flat=True), 400),
    (ResNet50, published.hara(), 400),
    (ResNet50, published.hara(700), 700),
    (S3D, published.s3d_of_torchvision(), 400),
    (S3D, published.s3d_of_kylemin(), 400),
]


def blank(shapes: published.Shapes) -> dict[str, Tensor]:
    """Arrays of those shapes, without memory."""
    return {name: torch.empty(shape, device="meta") for name, shape in shapes.items()}


def made(weights: dict[str, Tensor], kind: NetworkClass[ClipNetwork]) -> ClipNetwork:
    """The network; these weights fit."""
    network = fit(weights, kind)
    assert not isinstance(network, Misfit), network
    return network


@pytest.mark.parametrize(("kind", "shapes", "classes"), FILES)
def test_a_published_file_makes_up_its_network(
    kind: NetworkClass[ClipNetwork], shapes: published.Shapes, classes: int
) -> None:
    network = made(blank(shapes), kind)
    assert (network.head.out_features if network.head else 0) == classes
    learnt = sum(part.numel() for part in network.parameters())
    left_out = 4096 * 4096 + 4096 if kind is C3D and not classes else 0  # fc7 goes with the classes
    assert learnt == published.parameters(shapes) - left_out


def test_a_net_without_its_head_is_read_too() -> None:
    shapes = {n: s for n, s in published.r3d().items() if not n.startswith("fc.")}
    assert made(blank(shapes), R3D18).head is None


def test_dense_matrices_of_theano_are_turned() -> None:
    weights = {n: torch.zeros(s) for n, s in published.c3d_of_lasagne().items() if len(s) < 3}
    weights |= {n: torch.zeros(s) for n, s in published.c3d_of_lasagne().items() if len(s) > 2}
    weights["arr_16"][5, 7] = 1  # fc6, from input 5 to output 7
    fc6 = made(weights, C3D).get_parameter("fc6.weight")
    assert fc6[7, 5] == 1
    assert fc6.sum() == 1


def test_counters_of_old_files_are_made_up() -> None:
    state = made(blank(published.r3d()), R3D18).state_dict()
    assert "layers.stem.norm.num_batches_tracked" in state


def test_a_file_of_another_net_says_what_is_wrong() -> None:
    misfit = fit(blank(published.r3d()), MC318)
    assert isinstance(misfit, Misfit)
    assert misfit.missing == misfit.unexpected == ()
    assert len(misfit.shapes) == 12  # the convolutions of three stages
    assert "12 of another shape" in str(misfit)
    assert "512x512x3x3x3, not 512x512x1x3x3" in misfit.shapes[-1]


def test_an_array_that_is_lacking_or_left_over_is_a_misfit() -> None:
    weights = blank(published.i3d())
    del weights["Mixed_4c.b1b.conv3d.weight"]
    weights["Mixed_9z.b0.conv3d.weight"] = torch.empty(1, device="meta")
    misfit = fit(weights, I3D)
    assert isinstance(misfit, Misfit)
    assert misfit.missing == ("layers.mixed4c.second.wide.conv.weight",)
    assert misfit.unexpected == ("layers.mixed9z.first.conv.weight",)
    assert str(misfit) == (
        "1 missing (such as layers.mixed4c.second.wide.conv.weight), "
        "1 unknown (such as layers.mixed9z.first.conv.weight)"
    )
