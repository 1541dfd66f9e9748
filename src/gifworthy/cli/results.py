"""`gifworthy experiment`, the second half: what came of it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from gifworthy.cli.speech import say

if TYPE_CHECKING:
    from gifworthy.experiments.counting import Counted
    from gifworthy.experiments.offpolicy import Judged
    from gifworthy.experiments.report import Report
    from gifworthy.records.experiments import Experiment, Experiments

OURS = "local"
"""The tenant of who works on the command line."""
FORMS = (".html", ".json", ".png")

Id = Annotated[
    str, Argument(metavar="ID", help="As `begin` and `list` say it; its beginning will do.")
]
AsJson = Annotated[bool, Option("--json", help="JSON on standard output.")]
Overwrite = Annotated[bool, Option("--overwrite", help="Write over what is there.")]
Seed = Annotated[int, Option("--seed", help="Of what is drawn by lot.")]


def report(
    experiment: Id,
    out: Annotated[
        Path | None,
        Option("-o", "--out", help="Write the page (.html), JSON (.json) or picture (.png)."),
    ] = None,
    as_json: AsJson = False,
    videos: Annotated[int, Option("--videos", help="How many to list.")] = 20,
    overwrite: Overwrite = False,
) -> None:
    """What is known so far. Look as often as you like."""
    from gifworthy.experiments.report import of_counted
    from gifworthy.experiments.speech import as_json as written
    from gifworthy.experiments.speech import as_text
    from gifworthy.files import check_free, write_whole

    if out is not None:
        if out.suffix.lower() not in FORMS:
            raise ValueError(f"{out} must end in {', '.join(FORMS)}")
        check_free(out, overwrite=overwrite)
    said = of_counted(*_counted(experiment))
    if out is not None:
        write_whole(out, _written(said, out.suffix.lower()), overwrite=overwrite)
        say(f"written: {out}")
    print(written(said) if as_json else as_text(said, videos))


def clicks(
    experiment: Id,
    out: Annotated[Path | None, Option("-o", "--out", help="A .csv; else standard output.")] = None,
    overwrite: Overwrite = False,
) -> None:
    """What each span was clicked, as labels: `gifworthy data read clicks` takes them, `train` learns."""
    from gifworthy.experiments.clicks import clicks_csv, compared
    from gifworthy.files import check_ending, write_whole

    if out is not None:
        check_ending(out, ".csv")
    experiments = opened()
    found, counted = _counted(experiment)
    text = clicks_csv(counted.tally, experiments.variants(found))
    if text.count("\n") == 1:
        raise ValueError("no view is of a variant with seconds; say them with `experiment show`")
    if not compared(text):
        say(
            "no video has spans with different rates, so these labels teach nothing yet: learning compares "
            "the spans of one video; begin an experiment whose arms show two or more, and say their seconds"
        )
    if out is None:
        sys.stdout.write(text)
        return
    write_whole(out, text.encode(), overwrite=overwrite)
    say(f"written: {out}")


def judge(
    experiment: Id,
    rows: Annotated[
        Path, Argument(metavar="CSV|JSONL", help="The plan: video, arm, and share if not 1.")
    ],
    as_json: AsJson = False,
    seed: Seed = 0,
) -> None:
    """What another plan would have been clicked, from what was logged: IPS, SNIPS, doubly robust."""
    import json
    from dataclasses import asdict

    from gifworthy.experiments.offpolicy import judge as judged
    from gifworthy.experiments.reading import read_plan

    found, counted = _counted(experiment)
    _check_sound(counted)
    result = judged(counted.tally, read_plan(rows, found.design), seed)
    print(json.dumps(asdict(result)) if as_json else _judged_text(result))


def resplit(experiment: Id, seed: Seed = 0) -> None:
    """Let the split follow the clicks so far: once a day or so, with `begin --thompson`."""
    import numpy as np

    from gifworthy.experiments.thompson import resplit as following

    experiments = opened()
    found, counted = _counted(experiment)
    if found.design.mode != "thompson":
        raise ValueError(
            "this experiment has a fixed split; only `begin --thompson` makes one that follows"
        )
    _check_sound(counted)
    if not len(counted.tally):
        raise ValueError("no views are counted yet, so there is nothing to follow; the split stays")
    split = following(found.design, counted.tally, np.random.default_rng(seed))
    kept = experiments.resplit(found, split)
    shares = ", ".join(
        f"{arm} {100 * share:.1f} %"
        for arm, share in zip(found.design.arms, kept.everywhere, strict=True)
    )
    own = f"; {len(kept.of_video)} videos have their own" if kept.of_video else ""
    print(f"version {kept.version}: {shares}{own}")


def selftest(
    experiment: Id,
    runs: Annotated[int, Option("--runs", help="How many imagined experiments.")] = 200,
    seed: Seed = 0,
) -> None:
    """A/A: give these views to arms by lot, many times, and count how often a winner is seen."""
    import numpy as np

    from gifworthy.experiments.selftest import self_test

    found, counted = _counted(experiment)
    test = self_test(
        counted.tally,
        found.design.planned,
        np.random.default_rng(seed),
        by_pair=found.design.by == "pair",
        runs=runs,
    )
    print(f"{test.runs} experiments without a difference, {test.looks} looks at each")
    print(f"a winner was seen in {100 * test.alarms / test.runs:.1f} % (promised: at most 5 %)")
    print(f"a plain z test would have seen one in {100 * test.plain / test.runs:.1f} %")
    print(
        f"the split was refused in {100 * test.mismatches / test.runs:.1f} % (promised: at most 1 %)"
    )
    print(
        "passed"
        if test.passes
        else "FAILED: do few units have very many views? Then intervals are too narrow"
    )
    if not test.passes:
        raise SystemExit(1)


def opened() -> Experiments:
    """This machine's experiments."""
    from gifworthy.records.database import Database
    from gifworthy.records.experiments import Experiments
    from gifworthy.settings import Settings

    return Experiments(Database(Settings.from_environ(os.environ).records))


def chosen(experiments: Experiments, begins: str) -> Experiment:
    """One by its id or the beginning of it. Raises: ExperimentNotFound; ValueError when several fit."""
    fitting = [each for each in experiments.of(OURS) if each.id.startswith(begins)]
    if len(fitting) > 1:
        raise ValueError(f"{begins!r} fits {len(fitting)} experiments; give more of the id")
    return fitting[0] if fitting else experiments.find(OURS, begins)


def _counted(begins: str) -> tuple[Experiment, Counted]:
    from gifworthy.experiments.counting import count
    from gifworthy.records.events import Events

    experiments = opened()
    found = chosen(experiments, begins)
    events = Events(experiments.database).of(found.id)
    return found, count(found, experiments.splits(found), events)


def _check_sound(counted: Counted) -> None:
    from gifworthy.errors import ExperimentError

    if counted.split.is_found:
        raise ExperimentError(
            "the split is not what it should be, so nothing may be concluded from these clicks; see `report`"
        )


def _written(said: Report, ending: str) -> bytes:
    if ending == ".png":
        from gifworthy.experiments.picture import report_picture

        return report_picture(said)
    if ending == ".json":
        from gifworthy.experiments.speech import as_json

        return as_json(said).encode()
    from gifworthy.experiments.page import page

    return page(said).encode()


def _judged_text(judged: Judged) -> str:
    lines = [f"clicks of 100 views: {100 * judged.logged:.2f} as logged"]
    lines += [
        f"{value.method:>6}  {100 * value.value:.2f}  ({100 * value.low:.2f} to {100 * value.high:.2f})"
        for value in judged.values
    ]
    tail = f"; {judged.left_out:,} views are of videos it does not name" if judged.left_out else ""
    lines.append(
        f"from {judged.views:,} views, worth {judged.effective:,.0f} of equal weight; the heaviest weighs "
        f"{judged.heaviest:.1f}{tail}"
    )
    return "\n".join([*lines, _against_logged(judged)])


def _against_logged(judged: Judged) -> str:
    """What the doubly robust interval allows to say of the plan."""
    best = judged.values[-1]
    rates = f"at {100 * best.value:.2f} ({best.method}) against {100 * judged.logged:.2f} as logged"
    if best.low > judged.logged:
        return f"{rates}: this plan would have been clicked more often"
    if best.high < judged.logged:
        return f"{rates}: this plan would have been clicked less often"
    return f"{rates}: whether this plan is better is not certain"
