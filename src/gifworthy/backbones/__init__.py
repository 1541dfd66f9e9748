"""What is in each piece? Each part on this shelf turns clips into feature vectors.

`pixels` needs no weights. The others are published 3D-CNNs (`published.py`); `features.py` gives them
their weights.
"""

from __future__ import annotations

from collections.abc import Callable

from gifworthy.protocols import Backbone
from gifworthy.registry import Registry

BACKBONES: Registry[Callable[..., Backbone]] = Registry(
    "backbone",
    {
        "pixels": "gifworthy.backbones.pixels:Pixels",
        "c3d": "gifworthy.backbones.published:C3D",
        "i3d": "gifworthy.backbones.published:I3D",
        "p3d-199": "gifworthy.backbones.published:P3D_199",
        "r2plus1d-18": "gifworthy.backbones.published:R2PLUS1D_18",
        "r2plus1d-34": "gifworthy.backbones.published:R2PLUS1D_34",
        "r3d-18": "gifworthy.backbones.published:R3D_18",
        "mc3-18": "gifworthy.backbones.published:MC3_18",
        "resnet3d-50": "gifworthy.backbones.published:RESNET3D_50",
        "s3d": "gifworthy.backbones.published:S3D",
    },
)
