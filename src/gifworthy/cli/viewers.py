"""For whom a cover is made: `--viewer`, and what `--compare` shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from typer import Option

from gifworthy.cli.flags import CHOOSING
from gifworthy.cli.speech import say

if TYPE_CHECKING:
    from gifworthy.pipeline import Candidate, Ranking
    from gifworthy.protocols import Scorer
    from gifworthy.records.histories import Pick
    from gifworthy.records.looking import Known, Remembered
    from gifworthy.settings import Settings
    from gifworthy.types import Segment
    from gifworthy.video import Video

Viewer = Annotated[
    str | None,
    Option(
        metavar="ID",
        help="For this viewer's taste: see `gifworthy history`.",
        rich_help_panel=CHOOSING,
    ),
]


def known_of(viewer: str, scorer: Scorer, settings: Settings) -> Known:
    """A viewer's history of this machine, as a scorer wants it."""
    from gifworthy.records.histories import Histories
    from gifworthy.records.looking import Known

    return Known.read(Histories.open(settings.records), viewer, scorer, settings)


def bind_to(viewer: str | None, settings: Settings) -> Callable[[Scorer], Scorer]:
    """Makes a plan's scorer this viewer's. What the history lacks is said once."""
    from gifworthy.pipeline import for_everybody

    if viewer is None:
        return for_everybody
    name = viewer
    read: list[Known] = []

    def bind(scorer: Scorer) -> Scorer:
        if not read:
            read.append(known_of(name, scorer, settings))
            _say_what_lacks(read[0].remembered)
        return read[0].bind(scorer)

    return bind


def _say_what_lacks(known: Remembered) -> None:
    blind = len(known.history) - len(known.seen)
    if not len(known.history):
        say("this viewer has no history, so the choice is everybody's; see `gifworthy history add`")
    elif blind:
        say(
            f"{blind} of {len(known.history)} past choices could not be looked at; "
            f"where they lay still counts"
        )


@dataclass(frozen=True)
class Beside:
    """One candidate for the viewer, and for everybody.

    pulled: the closest past choice and its cosine, where it is more alike than by chance.
    """

    place: int
    generic_place: int
    mine: Candidate
    generic: Candidate
    pulled: tuple[Pick, float] | None


def beside(mine: Ranking, generic: Ranking, video: Video, known: Known) -> list[Beside]:
    """What the gate let pass, best for the viewer first."""
    scored = [candidate for candidate in mine.candidates if candidate.score is not None]
    places = {c.segment: place for place, c in enumerate(generic.candidates, start=1)}
    pulls = _pulls(tuple(candidate.segment for candidate in scored), video, known)
    return [
        Beside(
            place,
            places[candidate.segment],
            candidate,
            generic.candidates[places[candidate.segment] - 1],
            pull,
        )
        for place, (candidate, pull) in enumerate(zip(scored, pulls, strict=True), start=1)
    ]


def _pulls(
    segments: tuple[Segment, ...], video: Video, known: Known
) -> list[tuple[Pick, float] | None]:
    import numpy as np

    from gifworthy.personal import CHANCE, surplus
    from gifworthy.taste import likeness

    if not segments or not known.remembered.seen:
        return [None] * len(segments)
    alike = likeness(known.features.of(video, segments), known.remembered.history.features)
    best = alike.argmax(axis=1)
    least = CHANCE - surplus(np.zeros(len(alike)))
    return [
        (known.remembered.seen[choice], float(row[choice])) if row[choice] > least else None
        for choice, row in zip(best.tolist(), alike, strict=True)
    ]


def compared_as_table(rows: list[Beside]) -> str:
    """For people: the viewer's order, everybody's place beside it, and what pulled each up."""
    from gifworthy.moments import clock

    lines = ["mine  all  segment"]
    for row in rows:
        start, end = clock(row.mine.segment.start), clock(row.mine.segment.end)
        scores = f"{row.mine.score:+7.3f} {row.generic.score:+7.3f}"
        line = f"{row.place:>4} {row.generic_place:>4}  {start:>9} to {end:<9} {scores}"
        lines.append(f"{line}  {_like(row.pulled)}".rstrip())
    return "\n".join(lines)


def _like(pulled: tuple[Pick, float] | None) -> str:
    from pathlib import PurePath

    from gifworthy.moments import clock

    if pulled is None:
        return "like nothing chosen before"
    pick, cosine = pulled
    span = f"{clock(pick.segment.start)} to {clock(pick.segment.end)}"
    return f"like {PurePath(pick.video).name} {span} ({cosine:.2f})"


def compared_as_json(source: str, rows: list[Beside]) -> str:
    """One JSON line: the candidates in the viewer's order."""
    return json.dumps({"source": source, "segments": [_fields(row) for row in rows]})


def _fields(row: Beside) -> dict[str, object]:
    pulled = None
    if row.pulled is not None:
        pick, cosine = row.pulled
        span = (round(pick.segment.start, 3), round(pick.segment.end, 3))
        pulled = {
            "video": pick.video,
            "start": span[0],
            "end": span[1],
            "likeness": round(cosine, 4),
        }
    return {
        "start": round(row.mine.segment.start, 3),
        "end": round(row.mine.segment.end, 3),
        "place": row.place,
        "place_for_everybody": row.generic_place,
        "score": row.mine.score,
        "score_for_everybody": row.generic.score,
        "pulled_by": pulled,
    }
