"""How good is each piece? Each part on this shelf gives one number per segment."""

from gifworthy.protocols import LoadableScorer
from gifworthy.registry import Registry

SCORERS: Registry[LoadableScorer] = Registry(
    "scorer",
    {
        "signals": "gifworthy.scorers.signals:Signals",
        "position": "gifworthy.scorers.position:Position",
    },
)
