"""The papers' nets: tensors in, tensors out. Each needs torch; none is imported until it is chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gifworthy.registry import Registry

if TYPE_CHECKING:
    from torch import nn

MODELS: Registry[Callable[..., nn.Module]] = Registry(
    "model",
    {
        "trees": "gifworthy.models.trees:Trees",
        "video2gif": "gifworthy.models.video2gif:RankNet",
        "setwise": "gifworthy.models.setwise:SetNet",
        "jointembedding": "gifworthy.models.jointembedding:EmbeddingNet",
        "phd": "gifworthy.models.phd:PhdNet",
        "linear": "gifworthy.models.linear:LinearByTopic",
        "netease": "gifworthy.models.netease:NetEase",
        "pldvhd": "gifworthy.models.pldvhd:PldVhd",
        "gevaden": "gifworthy.models.gevaden:Gevaden",
        "reseq2seq": "gifworthy.models.reseq2seq:ReSeq2Seq",
    },
)
"""Name -> a network's class, called with the arguments that its checkpoint's config.json holds."""
