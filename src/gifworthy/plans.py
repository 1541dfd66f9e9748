"""Named plans: which part plays each role. Flags, a JSON body and a batch file spell the same fields."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gifworthy.errors import UnknownName
from gifworthy.registry import unknown
from gifworthy.types import EFFORTS, Effort


@dataclass(frozen=True)
class Plan:
    """Which part plays each role when a cover is made.

    segmenter, scorer, selector: names on their shelves. shots: how many highlights, 1..10.
    effort: how much of the video is decoded. seed: for selectors that draw lots.
    allow_refused: when the gate refuses everything, take the least bad instead of failing.
    map: the scorer, or the folder of a trained model, whose map of each frame crops; empty for the
    plan's own scorer, or plain saliency where that has no map.
    """

    name: str = "signals"
    segmenter: str = "shots"
    scorer: str = "signals"
    selector: str = "top"
    shots: int = 1
    effort: Effort = "balanced"
    seed: int = 0
    allow_refused: bool = False
    map: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.shots, int) or not 1 <= self.shots <= 10:
            raise ValueError(f"shots must be a whole number in 1..10, not {self.shots}")
        if self.effort not in EFFORTS:
            raise ValueError(f"effort must be one of {', '.join(EFFORTS)}, not {self.effort!r}")


PLANS: dict[str, Plan] = {
    plan.name: plan
    for plan in (
        Plan(),
        Plan("storyline", selector="storyline", shots=3),
        Plan("position", scorer="position"),
        Plan("hecate", selector="hecate"),
        Plan("pldvhd", scorer="pldvhd"),
        Plan("middle", segmenter="fixed", selector="middle"),
        Plan("first", segmenter="fixed", selector="first"),
        Plan("even", segmenter="fixed", selector="even", shots=3),
        Plan("random", selector="random"),
    )
}


def plan_named(name: str) -> Plan:
    """The plan of that name. Raises: UnknownName, with the nearest names."""
    if name not in PLANS:
        raise UnknownName(unknown("plan", name, list(PLANS)))
    return PLANS[name]


def telling(plan: Plan, shots: int | None) -> Plan:
    """The plan with another number of shots; several shots of the `top` selector become a storyline.

    Independent best shots look alike: three moments that tell a story have to be chosen jointly.
    """
    if shots is None:
        return plan
    joint = plan.selector == "top" and shots > 1
    return replace(plan, shots=shots, selector="storyline" if joint else plan.selector)


def usual_seconds(shots: int) -> float:
    """How long each shot is when nobody says: three seconds in all, but no shot below one.

    GEVADEN's covers are three shots of a second (section 4.1): what takes longer than it takes to look is
    scrolled past.
    """
    return max(1.0, 3.0 / shots)
