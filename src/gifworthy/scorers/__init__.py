"""How good is each piece? Each part on this shelf gives one number per segment."""

from gifworthy.protocols import LoadableScorer
from gifworthy.registry import Registry

SCORERS: Registry[LoadableScorer] = Registry(
    "scorer",
    {
        "signals": "gifworthy.scorers.signals:Signals",
        "position": "gifworthy.scorers.position:Position",
        "habits": "gifworthy.scorers.habits:Habits",
        "boosted-position": "gifworthy.scorers.boosted_position:BoostedPosition",
        "learned": "gifworthy.scorers.learned:Learned",
        "video2gif": "gifworthy.scorers.video2gif:Video2Gif",
        "maximal-similarity": "gifworthy.scorers.similarity:MaximalSimilarity",
        "video-mmr": "gifworthy.scorers.similarity:VideoMmr",
        "phd": "gifworthy.scorers.phd:Phd",
        "phd-ca": "gifworthy.scorers.phd:PhdCa",
        "svm-d": "gifworthy.scorers.phd:SvmD",
        "residual": "gifworthy.scorers.phd:Residual",
        "netease": "gifworthy.scorers.netease:NetEase",
        "saliency": "gifworthy.scorers.saliency:Saliency",
        "pldvhd": "gifworthy.scorers.pldvhd:PldVhd",
        "setwise": "gifworthy.scorers.setwise:SetWise",
        "ranksvm": "gifworthy.scorers.ranksvm:RankSvm",
        "latentsvm": "gifworthy.scorers.ranksvm:LatentSvm",
        "categorysvm": "gifworthy.scorers.ranksvm:CategorySvm",
        "jointembedding": "gifworthy.scorers.jointembedding:JointEmbedding",
    },
)
