"""What I3D and S3D share: the widths of GoogLeNet and the mean over its last maps.

Szegedy et al. 2015, "Going deeper with convolutions", table 1, in the batch-norm variant.
"""

from __future__ import annotations

from torch import Tensor, nn

from gifworthy.backbones.blocks import Convolution, Inception

MIXED: dict[str, tuple[int, ...]] = {
    "mixed3b": (64, 96, 128, 16, 32, 32),
    "mixed3c": (128, 128, 192, 32, 96, 64),
    "mixed4b": (192, 96, 208, 16, 48, 64),
    "mixed4c": (160, 112, 224, 24, 64, 64),
    "mixed4d": (128, 128, 256, 24, 64, 64),
    "mixed4e": (112, 144, 288, 32, 64, 64),
    "mixed4f": (256, 160, 320, 32, 128, 128),
    "mixed5b": (256, 160, 320, 32, 128, 128),
    "mixed5c": (384, 192, 384, 48, 128, 128),
}


def outputs_of(widths: tuple[int, ...]) -> int:
    """Channels that a mixed layer gives."""
    first, _, second, _, third, pooled = widths
    return first + second + third + pooled


def mixed_stage(
    stage: str, inputs: int, *, point: Convolution, wide: Convolution, shrink: int = 1
) -> dict[str, nn.Module]:
    """The mixed layers of stage 3, 4 or 5 by name, every width divided by `shrink`."""
    layers: dict[str, nn.Module] = {}
    for name in (name for name in MIXED if name.startswith(f"mixed{stage}")):
        widths = tuple(width // shrink for width in MIXED[name])
        layers[name] = Inception(inputs, widths, point, wide)
        inputs = outputs_of(widths)
    return layers


def mean_of_neighbours(maps_ncthw: Tensor) -> Tensor:
    """Means over space and over two neighbouring moments, then over time: (N, C).

    The published nets average 2 x 7 x 7 cells at a time; in a clip of more than two moments the
    outer ones therefore count half.
    """
    moments_nct = maps_ncthw.mean((3, 4))
    if moments_nct.shape[2] > 1:
        moments_nct = (moments_nct[:, :, 1:] + moments_nct[:, :, :-1]) / 2
    return moments_nct.mean(2)
