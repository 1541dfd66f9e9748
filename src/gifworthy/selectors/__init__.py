"""Which pieces, in which order? Each part on this shelf chooses segments."""

from gifworthy.protocols import LoadableSelector
from gifworthy.registry import Registry

SELECTORS: Registry[LoadableSelector] = Registry(
    "selector",
    {
        "top": "gifworthy.selectors.top:TopSegments",
        "joined": "gifworthy.selectors.joined:JoinedSegments",
        "storyline": "gifworthy.selectors.storyline:Storyline",
        "gevaden": "gifworthy.selectors.gevaden:Gevaden",
        "reseq2seq": "gifworthy.selectors.gevaden:ReSeq2Seq",
        "hecate": "gifworthy.selectors.hecate:Hecate",
        "beautthumb": "gifworthy.selectors.beautthumb:BeautThumb",
        "positions": "gifworthy.selectors.positions:Positions",
        "comments": "gifworthy.selectors.comments:CommentPeaks",
        "middle": "gifworthy.selectors.middle:Middle",
        "first": "gifworthy.selectors.first:First",
        "even": "gifworthy.selectors.even:Even",
        "random": "gifworthy.selectors.random:Random",
    },
)
