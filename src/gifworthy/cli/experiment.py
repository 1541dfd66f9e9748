"""`gifworthy experiment`: which cover is better, by what viewers do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option, Typer

from gifworthy.cli.results import OURS, Id, chosen, clicks, judge, opened, report, resplit, selftest
from gifworthy.cli.speech import spoken

experiment_app = Typer(
    no_args_is_help=True,
    help="Compare covers on viewers: plan, begin, give arms, count, report.",
    context_settings={"help_option_names": ["-h", "--help"]},
)

BATCH = 5_000


@experiment_app.command()
@spoken
def plan(
    rate: Annotated[str, Option("--rate", help="Clicks of views today: 5.3% or 0.053.")],
    lift: Annotated[
        str | None, Option("--lift", help="The smallest relative lift that matters: 10%.")
    ] = None,
    views: Annotated[int | None, Option("--views", help="What these views would find.")] = None,
    arms: Annotated[int, Option("--arms", help="How many are compared.")] = 2,
    share: Annotated[str, Option("--share", help="Of two arms' views in the smaller.")] = "50%",
    repeats: Annotated[
        float, Option("--repeats", help="Design effect of people who repeat; a report tells it.")
    ] = 1.0,
    power: Annotated[str, Option("--power", help="How surely it is found.")] = "80%",
    daily: Annotated[int | None, Option("--daily", help="Views a day, to say days.")] = None,
) -> None:
    """Say how many views an experiment needs, or what some number of views finds."""
    from gifworthy.experiments.planner import Question, findable, needed

    if (lift is None) == (views is None):
        raise ValueError("give either --lift, to know the views, or --views, to know the lift")
    wanted = _share(lift) if lift is not None else 0.1
    question = Question(_share(rate), wanted, arms, _share(share), repeats, power=_share(power))
    for peeking, how in ((True, "looking at any time"), (False, "one look, at the end")):
        if views is None:
            found = needed(question, peeking)
            total = found.views * arms // 2
            days = f", {total / daily:,.0f} days" if daily else ""
            print(f"{how:<22}{found.views // 2:>12,} views an arm, {total:,} in all{days}")
        else:
            found = findable(question, views * 2 // arms, peeking)
            print(f"{how:<22} a lift of {100 * found.lift:+.1f} %")


@experiment_app.command()
@spoken
def begin(
    name: Annotated[str, Argument(metavar="NAME", help="For people.")],
    arms: Annotated[str, Option("--arms", help="Names, the control first: still,gif.")],
    shares: Annotated[
        str, Option("--shares", help="Of the arms: 50,50. Alike when left out.")
    ] = "",
    by: Annotated[
        str, Option("--by", help="unit (one arm everywhere) or pair (unit and video).")
    ] = "unit",
    thompson: Annotated[
        bool, Option("--thompson", help="Let the split follow the clicks.")
    ] = False,
    floor: Annotated[str, Option("--floor", help="What each arm keeps in any case.")] = "10%",
    counted: Annotated[str, Option("--view", help="viewable or impression.")] = "viewable",
    planned: Annotated[int, Option("--planned", help="Views, as `plan` says them.")] = 20_000,
    tolerated: Annotated[str, Option("--tolerated", help="Dwell that a winner may cost.")] = "5%",
) -> None:
    """Begin an experiment, and say its id."""
    from gifworthy.records.experiments import Design

    design = Design(
        tuple(each.strip() for each in arms.split(",")),
        _parts(shares),
        by,  # type: ignore[arg-type]
        "thompson" if thompson else "fixed",
        _share(floor),
        counted,  # type: ignore[arg-type]
        planned,
        _share(tolerated),
    )
    print(opened().begin(OURS, name, design).id)


@experiment_app.command("list")
@spoken
def list_all() -> None:
    """The experiments, the newest first."""
    import time

    for each in opened().of(OURS):
        began = time.strftime("%Y-%m-%d", time.localtime(each.created))
        state = "ended" if each.ended else "running"
        print(f"{each.id}  {began}  {state:<8} {each.name}  ({', '.join(each.design.arms)})")


@experiment_app.command()
@spoken
def end(experiment: Id) -> None:
    """Count no views from now on."""
    experiments = opened()
    print(f"{experiments.end(chosen(experiments, experiment)).id} ended")


@experiment_app.command()
@spoken
def show(
    experiment: Id,
    rows: Annotated[
        Path,
        Argument(metavar="CSV|JSONL", help="video, arm; optional cover, start, end, duration."),
    ],
) -> None:
    """Say what each arm shows of each video; the seconds are what clicks are learned from."""
    from gifworthy.experiments.reading import read_variants
    from gifworthy.moments import counted

    experiments = opened()
    variants = read_variants(rows)
    new = experiments.show(chosen(experiments, experiment), variants)
    known = len(variants) - new
    print(f"{counted(new, 'variant')} added{f', {known} known already' if known else ''}")


@experiment_app.command()
@spoken
def assign(
    experiment: Id,
    unit: Annotated[str, Argument(metavar="UNIT", help="A viewer's id; only a hash goes out.")],
    video: Annotated[str, Argument(metavar="VIDEO", help="Its name in the experiment.")] = "",
) -> None:
    """The arm of a viewer, as JSON: what events must say again."""
    import json

    from gifworthy.experiments.assignment import assign as assigned

    experiments = opened()
    found = chosen(experiments, experiment)
    given = assigned(found, experiments.split(found), unit, video)
    said = {"unit": given.unit, "arm": given.name, "version": given.version}
    print(json.dumps({**said, "propensity": given.propensity}))


@experiment_app.command()
@spoken
def add(
    experiment: Id,
    rows: Annotated[Path, Argument(metavar="JSONL|CSV", help="Events, one a row.")],
) -> None:
    """Add events from a file; those that are known already count once."""
    from itertools import islice

    from gifworthy.experiments.reading import read_events
    from gifworthy.moments import counted
    from gifworthy.records.events import Events

    experiments = opened()
    found = chosen(experiments, experiment)
    events, rest = Events(experiments.database), read_events(rows, found.design)
    read = new = 0
    while some := list(islice(rest, BATCH)):
        read, new = read + len(some), new + events.add(found.id, some)
    known = read - new
    print(f"{counted(new, 'event')} added{f', {known} known already' if known else ''}")


@experiment_app.command()
@spoken
def forget(unit: Annotated[str, Argument(metavar="UNIT", help="A viewer's id.")]) -> None:
    """Remove all that a viewer did in all experiments, for good."""
    from gifworthy.experiments.forgetting import forget as gone
    from gifworthy.moments import counted

    print(f"{counted(gone(opened().database, OURS, unit), 'event')} forgotten")


for command in (report, clicks, judge, resplit, selftest):
    experiment_app.command()(spoken(command))


def _share(text: str) -> float:
    """`5%` or `0.05`. Raises: ValueError."""
    number = text.strip().removesuffix("%")
    try:
        value = float(number)
    except ValueError:
        raise ValueError(f"{text!r} is no share; write 5% or 0.05") from None
    return value / 100 if number != text.strip() else value


def _parts(text: str) -> tuple[float, ...]:
    """`50,30,20` as shares of their sum. Raises: ValueError."""
    if not text:
        return ()
    parts = [_share(part) for part in text.split(",")]
    if min(parts) <= 0:
        raise ValueError(f"{text!r} must be parts above 0, such as 50,30,20")
    return tuple(part / sum(parts) for part in parts)
