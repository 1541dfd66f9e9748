"""How is it learned? Each recipe on this shelf is one paper's way, one file, read from top to bottom."""

from __future__ import annotations

from gifworthy.learning.recipe import Recipe
from gifworthy.registry import Registry

RECIPES: Registry[type[Recipe]] = Registry(
    "recipe",
    {
        "netease": "gifworthy.learning.recipes.netease:NetEase",
        "video2gif": "gifworthy.learning.recipes.video2gif:Video2Gif",
        "phd": "gifworthy.learning.recipes.phd:PhdGifs",
        "gevaden": "gifworthy.learning.recipes.gevaden:Gevaden",
        "reseq2seq": "gifworthy.learning.recipes.reseq2seq:ReSeq2Seq",
        "pldvhd": "gifworthy.learning.recipes.pldvhd:PldVhd",
        "gaze": "gifworthy.learning.recipes.gaze:Gaze",
        "lim": "gifworthy.learning.recipes.lim:Lim",
        "setwise": "gifworthy.learning.recipes.setwise:SetWise",
        "ranksvm": "gifworthy.learning.recipes.ranksvm:RankSvm",
        "latentsvm": "gifworthy.learning.recipes.latentsvm:LatentSvm",
        "categorysvm": "gifworthy.learning.recipes.categorysvm:CategorySvm",
        "jointembedding": "gifworthy.learning.recipes.jointembedding:JointEmbedding",
        "boosted-position": "gifworthy.learning.recipes.boosted_position:BoostedPosition",
    },
)
