"""Ours against torchvision's own nets and preprocessing, on the same random weights.

torchvision is no dependency. Where its package lies on the path, whatever build it is, this runs:
a wheel that was compiled for a GPU imports beside a CPU torch once the operators exist whose shapes
it declares (`pip download --no-deps torchvision`, unpack, PYTHONPATH=that folder).
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import published
from published import Shapes

torch = pytest.importorskip("torch", reason="torch is not installed")
if importlib.util.find_spec("torchvision") is None:
    pytest.skip("torchvision is not installed", allow_module_level=True)

DECLARED = torch.library.Library("torchvision", "FRAGMENT")
for operator in ("nms", "qnms"):
    if not hasattr(torch.ops.torchvision, operator):
        DECLARED.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

import numpy as np  # noqa: E402
from torch import Tensor, nn  # noqa: E402
from torchvision.models import video  # noqa: E402
from torchvision.models.video import resnet  # noqa: E402

from gifworthy.backbones.blocks import ClipNetwork  # noqa: E402
from gifworthy.backbones.layouts import Misfit, NetworkClass, fit  # noqa: E402
from gifworthy.backbones.preparing import prepare  # noqa: E402
from gifworthy.backbones.published import MC3_18, R2PLUS1D_18, R3D_18, S3D, Published  # noqa: E402
from gifworthy.backbones.r2plus1d import R2Plus1D34  # noqa: E402
from gifworthy.types import Clip  # noqa: E402

NETS = [
    (R3D_18, video.r3d_18, (8, 32, 32), published.r3d()),
    (MC3_18, video.mc3_18, (8, 32, 32), published.r3d(flat=True)),
    (R2PLUS1D_18, video.r2plus1d_18, (8, 32, 32), published.r2plus1d((2, 2, 2, 2), 400)),
    (S3D, video.s3d, (16, 224, 224), published.s3d_of_torchvision()),
]


@pytest.fixture(autouse=True)
def _quietly() -> Iterator[None]:
    torch.manual_seed(5)
    with torch.inference_mode():
        yield


def settled(network: nn.Module) -> nn.Module:
    """The net with norms that do something."""
    for part in network.modules():
        if isinstance(part, nn.BatchNorm3d):
            assert part.running_mean is not None
            assert part.running_var is not None
            part.running_mean.normal_(0, 0.2)
            part.running_var.uniform_(0.6, 1.4)
            part.weight.uniform_(0.8, 1.2)
            part.bias.normal_(0, 0.2)
    return network.eval()


def made(weights: dict[str, Tensor], kind: NetworkClass[ClipNetwork]) -> ClipNetwork:
    network = fit(weights, kind)
    assert not isinstance(network, Misfit), network
    return network


def agree(theirs: nn.Module, ours: ClipNetwork, clips: Tensor) -> None:
    expected, found = theirs(clips), ours.classify(clips)
    scale = expected.std()
    torch.testing.assert_close(found / scale, expected / scale, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(("about", "build", "size", "shapes"), NETS, ids=lambda x: str(x)[:30])
def test_the_same_logits(
    about: Published, build: Callable[[], nn.Module], size: tuple[int, int, int], shapes: Shapes
) -> None:
    theirs = settled(build())
    weights = theirs.state_dict()
    named = {n: tuple(a.shape) for n, a in weights.items() if not n.endswith("batches_tracked")}
    assert named == shapes  # what the tests elsewhere take to be published
    agree(theirs, made(weights, about.network_class()), torch.randn(1, 3, *size))


def test_the_same_logits_of_ig65m() -> None:
    """The published net is torchvision's with three convolutions put right and Caffe2's norms."""
    theirs = resnet.VideoResNet(
        resnet.BasicBlock, [resnet.Conv2Plus1D] * 4, [3, 4, 6, 3], resnet.R2Plus1dStem
    )
    for stage, width in ((theirs.layer2, 128), (theirs.layer3, 256), (theirs.layer4, 512)):
        stage[0].conv2[0] = resnet.Conv2Plus1D(width, width, width * 9 // 4)
    for part in theirs.modules():
        if isinstance(part, nn.BatchNorm3d):
            part.eps = 1e-3
    settled(theirs)
    agree(theirs, made(theirs.state_dict(), R2Plus1D34), torch.randn(1, 3, 8, 32, 32))


@pytest.mark.parametrize(
    ("about", "weights"),
    [
        (R3D_18, video.R3D_18_Weights.KINETICS400_V1),
        (R2PLUS1D_18, video.R2Plus1D_18_Weights.KINETICS400_V1),
        (S3D, video.S3D_Weights.KINETICS400_V1),
    ],
)
@pytest.mark.parametrize("size", [(360, 640), (720, 406)])
def test_the_same_preparation(about: Published, weights: Any, size: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    small = rng.integers(
        0, 256, (about.preparation.frames, size[0] // 8, size[1] // 8, 3), np.uint8
    )
    frames = small.repeat(8, 1).repeat(8, 2)
    found = prepare(Clip(frames, np.arange(len(frames)) / 25), about.preparation)
    preset = weights.transforms()
    expected = preset(torch.from_numpy(frames.copy()).permute(0, 3, 1, 2)).numpy()
    assert found.shape == expected.shape
    levels = np.abs(found - expected) * np.reshape(about.preparation.std, (3, 1, 1, 1))
    assert levels.max() < 1.01  # grey levels: both round to whole levels, on either side of a half
