"""Events of imagined viewers, as pages would send them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from gifworthy.experiments.assignment import Assignment, assign
from gifworthy.records.events import Event, Kind
from gifworthy.records.experiments import Design, Experiment, Split

SALT = "ab" * 32
MORNING = 1_800_000_000.0


def experiment(design: Design | None = None, ended: float | None = None) -> Experiment:
    """One that began at `MORNING`."""
    return Experiment(
        "exp_1", "ours", "Covers", design or Design(("still", "gif")), SALT, MORNING, ended
    )


def first_split(made: Experiment) -> Split:
    return Split(1, made.design.shares, {}, made.created)


@dataclass
class Page:
    """A page that shows covers and tells what happens to them."""

    made: Experiment
    split: Split
    events: list[Event] = field(default_factory=list)

    def given(self, viewer: str, video: str = "v") -> Assignment:
        return assign(self.made, self.split, viewer, video)

    def shows(self, viewer: str, video: str = "v", at: float = 1.0) -> str:
        """An exposure that is put on the page and seen at once."""
        exposure = f"x{len(self.events)}"
        self.tells(viewer, "impression", exposure, video, at)
        self.tells(viewer, "viewable", exposure, video, at + 1)
        return exposure

    def tells(
        self,
        viewer: str,
        kind: Kind,
        exposure: str,
        video: str = "v",
        at: float = 2.0,
        value: float = 0.0,
    ) -> Event:
        given = self.given(viewer, video)
        event = Event(
            f"e{len(self.events)}",
            kind,
            exposure,
            given.unit,
            video,
            given.arm,
            given.version,
            given.propensity,
            MORNING + at,
            MORNING + at,
            value,
        )
        self.events.append(event)
        return event


def page(design: Design | None = None, ended: float | None = None) -> Page:
    made = experiment(design, ended)
    return Page(made, first_split(made))


def viewers_of(shown: Page, arm: int, count: int, video: str = "v") -> Sequence[str]:
    """Names of viewers who get an arm."""
    names = (f"viewer {number}" for number in range(100_000))
    found = []
    for name in names:
        if shown.given(name, video).arm == arm:
            found.append(name)
            if len(found) == count:
                break
    return found
