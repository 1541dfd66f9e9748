"""Which pieces, in which order? Each part on this shelf chooses segments."""

from gifworthy.protocols import LoadableSelector
from gifworthy.registry import Registry

SELECTORS: Registry[LoadableSelector] = Registry(
    "selector",
    {
        "top": "gifworthy.selectors.top:TopSegments",
        "joined": "gifworthy.selectors.joined:JoinedSegments",
        "storyline": "gifworthy.selectors.storyline:Storyline",
        "hecate": "gifworthy.selectors.hecate:Hecate",
        "middle": "gifworthy.selectors.middle:Middle",
        "first": "gifworthy.selectors.first:First",
        "even": "gifworthy.selectors.even:Even",
        "random": "gifworthy.selectors.random:Random",
    },
)
