"""`gifworthy rank`: every candidate of a video with its score and its reasons."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

from gifworthy.cli.choices import ScoringFlags
from gifworthy.cli.flags import (
    CHOOSING,
    WRITING,
    AsJson,
    Comments,
    Input,
    Overwrite,
    PartFlags,
    Quiet,
    Video,
    book_of,
    source_of,
)
from gifworthy.cli.speech import each, say
from gifworthy.cli.viewers import (
    Viewer,
    beside,
    bind_to,
    compared_as_json,
    compared_as_table,
    known_of,
)

if TYPE_CHECKING:
    from gifworthy.pipeline import Candidate, CoverMaker, Ranking
    from gifworthy.settings import Told
    from gifworthy.video import Video as OpenVideo

SHOWN_REASONS = 4

Sheet = Annotated[
    str | None,
    Option(
        metavar="PNG",
        help="Draw the scores over time, with stills of the best candidates.",
        rich_help_panel=WRITING,
    ),
]
Compare = Annotated[
    bool,
    Option(
        "--compare",
        help="With --viewer: beside everybody's ranking, and what pulled each up.",
        rich_help_panel=CHOOSING,
    ),
]


def rank(
    *,
    video: Video = None,
    scoring: ScoringFlags,
    part: PartFlags,
    viewer: Viewer = None,
    compare: Compare = False,
    comments: Comments = None,
    input: Input = None,
    sheet: Sheet = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Every candidate of a video, best first, with its score and its reasons."""
    from gifworthy.files import check_ending, check_free, write_whole
    from gifworthy.pipeline import CoverMaker
    from gifworthy.settings import Settings

    source = source_of(video, input)
    bounds = part.bounds()
    settings, plan = Settings.from_environ(os.environ), scoring.changed()
    if compare and (viewer is None or sheet is not None):
        raise ValueError("--compare goes with --viewer and without --sheet; say for whom")
    maker = CoverMaker.load(plan, settings, bind_to(viewer, settings), book_of(comments, [source]))
    if sheet is not None:
        check_ending(Path(sheet), ".png")
        check_free(Path(sheet), overwrite=overwrite)

    def judge(source: str, told: Told) -> str:
        with maker.open(source, bounds, told) as opened:
            ranking = maker.rank(opened)
            if compare and viewer is not None:
                return _compared(opened, ranking, viewer, maker, as_json)
            if sheet is not None:
                from gifworthy.pictures import ranking_sheet

                write_whole(Path(sheet), ranking_sheet(opened, ranking), overwrite=overwrite)
        for warning in ranking.warnings:
            say(warning)
        return _json(ranking) if as_json else _table(ranking)

    each([source], judge, as_json=as_json, quiet=quiet)


def _compared(
    video: OpenVideo, mine: Ranking, viewer: str, maker: CoverMaker, as_json: bool
) -> str:
    from gifworthy.pipeline import CoverMaker
    from gifworthy.trained import load_scorer

    generic = CoverMaker.load(maker.plan, maker.settings, comments=maker.comments).rank(video)
    scorer = load_scorer(maker.plan.scorer, maker.settings)
    rows = beside(mine, generic, video, known_of(viewer, scorer, maker.settings))
    return compared_as_json(mine.source, rows) if as_json else compared_as_table(rows)


def _json(ranking: Ranking) -> str:
    from gifworthy.exports import ranking_as_json

    return ranking_as_json(ranking)


def _table(ranking: Ranking) -> str:
    from gifworthy.moments import clock, counted

    count = counted(len(ranking.candidates), "candidate")
    rows = [f"{ranking.source}: {count} in {clock(ranking.duration)}"]
    for place, candidate in enumerate(ranking.candidates, start=1):
        start, end = clock(candidate.segment.start), clock(candidate.segment.end)
        rows.append(f"{place:>4}  {start:>9} to {end:<9} {_verdict(candidate)}")
    return "\n".join(rows)


def _verdict(candidate: Candidate) -> str:
    if candidate.score is None:
        return f"refused: {candidate.refused.word}" if candidate.refused else "refused"
    heaviest = sorted(candidate.reasons, key=lambda reason: -abs(reason.value))[:SHOWN_REASONS]
    reasons = "  ".join(f"{reason.name} {reason.value:+.2f}" for reason in heaviest)
    return f"{candidate.score:+7.3f}   {reasons}"
