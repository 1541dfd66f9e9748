"""The papers written twice: each net run from its published names, plainly, against ours.

Small pictures, so that it is quick; the nets take any size, only C3D insists on 112 x 112.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import published

torch = pytest.importorskip("torch", reason="torch is not installed")

from torch import Tensor  # noqa: E402
from torch.nn.functional import (  # noqa: E402
    avg_pool3d,
    batch_norm,
    conv2d,
    conv3d,
    linear,
    max_pool2d,
    max_pool3d,
    pad,
    relu,
)

from gifworthy.backbones.blocks import ClipNetwork  # noqa: E402
from gifworthy.backbones.c3d import C3D  # noqa: E402
from gifworthy.backbones.i3d import I3D  # noqa: E402
from gifworthy.backbones.layouts import Misfit, NetworkClass, fit  # noqa: E402
from gifworthy.backbones.p3d import P3D  # noqa: E402
from gifworthy.backbones.r2plus1d import R2Plus1D18  # noqa: E402
from gifworthy.backbones.resnet3d import ResNet50  # noqa: E402
from gifworthy.backbones.s3d import S3D  # noqa: E402


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    with torch.inference_mode():
        yield
    torch.set_num_threads(before)


def drawn_weights(shapes: published.Shapes) -> dict[str, Tensor]:
    """Weights that keep activations near 1, so that an error of place shows."""
    rng = torch.Generator().manual_seed(7)
    weights = {}
    for name, shape in shapes.items():
        noise = torch.randn(shape, generator=rng)
        if len(shape) > 1:
            weights[name] = noise * (2 / noise[0].numel()) ** 0.5
        elif name.endswith(("running_var", ".weight")):
            weights[name] = 1 + 0.2 * noise.clamp(-2, 2)
        else:
            weights[name] = 0.2 * noise
    return weights


def clips(*shape: int) -> Tensor:
    drawn: Tensor = torch.randn(shape, generator=torch.Generator().manual_seed(3))
    return drawn


def agree(
    kind: NetworkClass[ClipNetwork], weights: dict[str, Tensor], x: Tensor, theirs: Tensor
) -> None:
    network = fit(weights, kind)
    assert not isinstance(network, Misfit), network
    scale = theirs.std()
    torch.testing.assert_close(network.classify(x) / scale, theirs / scale, atol=1e-4, rtol=1e-4)


Size = int | tuple[int, ...]


class Plain:
    """Layers by name: no modules, no tricks."""

    def __init__(self, weights: dict[str, Tensor], eps: float = 1e-5) -> None:
        self.w, self.eps = weights, eps

    def norm(self, x: Tensor, name: str) -> Tensor:
        mean, var = self.w[f"{name}.running_mean"], self.w[f"{name}.running_var"]
        weight, bias = self.w[f"{name}.weight"], self.w[f"{name}.bias"]
        normed: Tensor = batch_norm(x, mean, var, weight, bias, eps=self.eps)
        return normed

    def conv(self, x: Tensor, name: str, stride: Size = 1, padding: Size = 0) -> Tensor:
        weight, bias = self.w[f"{name}.weight"], self.w.get(f"{name}.bias")
        if weight.ndim == 4:
            return conv2d(x, weight, bias, stride, padding)
        return conv3d(x, weight, bias, stride, padding)

    def dense(self, x: Tensor, name: str) -> Tensor:
        return linear(x, self.w[f"{name}.weight"], self.w[f"{name}.bias"])


def same(x: Tensor, kernel: tuple[int, ...], stride: tuple[int, ...]) -> Tensor:
    """TensorFlow's SAME: out = ceil(in / stride), what is lacking goes first to the end."""
    around: list[int] = []
    for length, k, s in reversed(list(zip(x.shape[2:], kernel, stride, strict=True))):
        lacking = max(0, (-(-length // s) - 1) * s + k - length)
        around += [lacking // 2, lacking - lacking // 2]
    return pad(x, around)


def reference_i3d(w: dict[str, Tensor], x: Tensor) -> Tensor:
    net = Plain(w, eps=0.001)

    def unit(x: Tensor, name: str, side: int, stride: int = 1) -> Tensor:
        x = same(x, (side,) * 3, (stride,) * 3)
        return relu(net.norm(net.conv(x, f"{name}.conv3d", stride), f"{name}.bn"))

    def pool(x: Tensor, kernel: tuple[int, ...], stride: tuple[int, ...]) -> Tensor:
        return max_pool3d(same(x, kernel, stride), kernel, stride)

    x = pool(unit(x, "Conv3d_1a_7x7", 7, 2), (1, 3, 3), (1, 2, 2))
    x = unit(unit(x, "Conv3d_2b_1x1", 1), "Conv3d_2c_3x3", 3)
    before = {"3b": ((1, 3, 3), (1, 2, 2)), "4b": ((3, 3, 3), (2, 2, 2)), "5b": ((2, 2, 2),) * 2}
    for layer in published.MIXED:
        if layer in before:
            x = pool(x, *before[layer])
        name = f"Mixed_{layer}"
        branches = [
            unit(x, f"{name}.b0", 1),
            unit(unit(x, f"{name}.b1a", 1), f"{name}.b1b", 3),
            unit(unit(x, f"{name}.b2a", 1), f"{name}.b2b", 3),
            unit(pool(x, (3, 3, 3), (1, 1, 1)), f"{name}.b3b", 1),
        ]
        x = torch.cat(branches, 1)
    x = avg_pool3d(x, (2, x.shape[3], x.shape[4]), 1)
    return net.conv(x, "logits.conv3d").flatten(2).mean(2)


def test_i3d() -> None:
    weights, x = drawn_weights(published.i3d()), clips(1, 3, 24, 40, 33)
    agree(I3D, weights, x, reference_i3d(weights, x))


def reference_s3d(w: dict[str, Tensor], x: Tensor) -> Tensor:
    net = Plain({name.removeprefix("module."): array for name, array in w.items()}, eps=0.001)

    def point(x: Tensor, name: str) -> Tensor:
        return relu(net.norm(net.conv(x, f"{name}.conv"), f"{name}.bn"))

    def apart(x: Tensor, name: str, side: int = 3, stride: int = 1) -> Tensor:
        half = side // 2
        x = net.conv(x, f"{name}.conv_s", (1, stride, stride), (0, half, half))
        x = relu(net.norm(x, f"{name}.bn_s"))
        x = net.conv(x, f"{name}.conv_t", (stride, 1, 1), (half, 0, 0))
        return relu(net.norm(x, f"{name}.bn_t"))

    x = max_pool3d(apart(x, "base.0", 7, 2), (1, 3, 3), (1, 2, 2), (0, 1, 1))
    x = apart(point(x, "base.2"), "base.3")
    x = max_pool3d(x, (1, 3, 3), (1, 2, 2), (0, 1, 1))
    for index in (5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15):
        if index == 7:
            x = max_pool3d(x, 3, 2, 1)
        elif index == 13:
            x = max_pool3d(x, 2, 2)
        else:
            name = f"base.{index}.branch"
            branches = [
                point(x, f"{name}0.0"),
                apart(point(x, f"{name}1.0"), f"{name}1.1"),
                apart(point(x, f"{name}2.0"), f"{name}2.1"),
                point(max_pool3d(x, 3, 1, 1), f"{name}3.1"),
            ]
            x = torch.cat(branches, 1)
    x = avg_pool3d(x, (2, x.shape[3], x.shape[4]), 1)
    return net.conv(x, "fc.0").flatten(2).mean(2)


def test_s3d() -> None:
    weights, x = drawn_weights(published.s3d_of_kylemin()), clips(1, 3, 26, 48, 48)
    agree(S3D, weights, x, reference_s3d(weights, x))


def reference_p3d(w: dict[str, Tensor], x: Tensor) -> Tensor:
    """Sixteen moments come down to one, so the last stage is 2D."""
    net = Plain(w)
    x = relu(net.norm(net.conv(x, "conv1_custom", (1, 2, 2), (0, 3, 3)), "bn1"))
    x = max_pool3d(x, (2, 3, 3), 2, (0, 1, 1))
    number = 0
    for stage, count in enumerate((3, 8, 36, 3)):
        if stage == 3:
            x = x.flatten(1, 2)
        for index in range(count):
            name, first = f"layer{stage + 1}.{index}", index == 0
            stride = 1 if not first or stage == 0 else (2 if stage == 3 else (1, 2, 2))
            y = relu(net.norm(net.conv(x, f"{name}.conv1", stride), f"{name}.bn1"))
            if stage == 3:
                y = relu(net.norm(net.conv(y, f"{name}.conv_normal", 1, 1), f"{name}.bn_normal"))
            else:
                y = pseudo(net, y, name, "ABC"[number % 3])
            y = net.norm(net.conv(y, f"{name}.conv4"), f"{name}.bn4")
            if first:
                x = net.norm(net.conv(x, f"{name}.downsample.0", stride), f"{name}.downsample.1")
            x, number = relu(x + y), number + 1
        if stage < 3:
            x = max_pool3d(x, (2, 1, 1))
    return net.dense(x.mean((2, 3)), "fc")


def pseudo(net: Plain, x: Tensor, name: str, kind: str) -> Tensor:
    def space(x: Tensor) -> Tensor:
        return relu(net.norm(net.conv(x, f"{name}.conv2", 1, (0, 1, 1)), f"{name}.bn2"))

    def time(x: Tensor) -> Tensor:
        return relu(net.norm(net.conv(x, f"{name}.conv3", 1, (1, 0, 0)), f"{name}.bn3"))

    if kind == "A":
        return time(space(x))
    return space(x) + time(x if kind == "B" else space(x))


def test_p3d() -> None:
    weights, x = drawn_weights(published.p3d()), clips(1, 3, 16, 64, 64)
    agree(P3D, weights, x, reference_p3d(weights, x))


def reference_hara(w: dict[str, Tensor], x: Tensor) -> Tensor:
    net = Plain({name.removeprefix("module."): array for name, array in w.items()})
    x = max_pool3d(relu(net.norm(net.conv(x, "conv1", (1, 2, 2), 3), "bn1")), 3, 2, 1)
    for stage, count in enumerate((3, 4, 6, 3)):
        for index in range(count):
            name, stride = f"layer{stage + 1}.{index}", 2 if stage and not index else 1
            y = relu(net.norm(net.conv(x, f"{name}.conv1"), f"{name}.bn1"))
            y = relu(net.norm(net.conv(y, f"{name}.conv2", stride, 1), f"{name}.bn2"))
            y = net.norm(net.conv(y, f"{name}.conv3"), f"{name}.bn3")
            if index == 0:
                x = net.norm(net.conv(x, f"{name}.downsample.0", stride), f"{name}.downsample.1")
            x = relu(x + y)
    return net.dense(x.mean((2, 3, 4)), "fc")


def test_resnet50() -> None:
    weights, x = drawn_weights(published.hara()), clips(1, 3, 16, 32, 32)
    agree(ResNet50, weights, x, reference_hara(weights, x))


def reference_r2plus1d(w: dict[str, Tensor], x: Tensor) -> Tensor:
    net = Plain(w)

    def apart(x: Tensor, conv: str, stride: int) -> Tensor:
        x = net.conv(x, f"{conv}.0.0", (1, stride, stride), (0, 1, 1))
        x = net.conv(relu(net.norm(x, f"{conv}.0.1")), f"{conv}.0.3", (stride, 1, 1), (1, 0, 0))
        return net.norm(x, f"{conv}.1")

    x = relu(net.norm(net.conv(x, "stem.0", (1, 2, 2), (0, 3, 3)), "stem.1"))
    x = relu(net.norm(net.conv(x, "stem.3", 1, (1, 0, 0)), "stem.4"))
    for name, inputs, outputs in published.widenings((2, 2, 2, 2)):
        stride = 1 if inputs == outputs else 2
        y = apart(relu(apart(x, f"{name}.conv1", stride)), f"{name}.conv2", 1)
        if stride == 2:
            x = net.norm(net.conv(x, f"{name}.downsample.0", 2), f"{name}.downsample.1")
        x = relu(x + y)
    return net.dense(x.mean((2, 3, 4)), "fc")


def test_r2plus1d() -> None:
    weights, x = drawn_weights(published.r2plus1d((2, 2, 2, 2), 400)), clips(1, 3, 8, 32, 32)
    agree(R2Plus1D18, weights, x, reference_r2plus1d(weights, x))


def reference_c3d(w: dict[str, Tensor], x: Tensor) -> Tensor:
    """Video2GIF's notes: before pool5 the 7 x 7 maps get a row below and a column on the right."""
    net = Plain(w)
    names = "conv1 pool1 conv2 pool conv3a conv3b pool conv4a conv4b pool conv5a conv5b pool5"
    for name in names.split():
        if name == "pool1":
            x = max_pool3d(x, (1, 2, 2))
        elif name == "pool5":
            x = max_pool2d(
                pad(x, (0, 1, 0, 1)).amax(2), 2
            )  # two moments are left, joined by one pool
        elif name == "pool":
            x = max_pool3d(x, 2)
        else:
            x = relu(net.conv(x, name, 1, 1))
    return net.dense(relu(net.dense(relu(net.dense(x.flatten(1), "fc6")), "fc7")), "fc8")


def test_c3d() -> None:
    weights, x = drawn_weights(published.c3d()), clips(1, 3, 16, 112, 112)
    agree(C3D, weights, x, reference_c3d(weights, x))
