"""`gifworthy batch`: the covers of a whole catalogue."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from gifworthy.cli.batch_flags import CatalogueFlags, InsteadFlags, WorkFlags
from gifworthy.cli.batch_orders import order_of, refuse_choosing, render_order
from gifworthy.cli.batch_words import bar, estimated, failing, finishing, looked, summary
from gifworthy.cli.choices import ScoringFlags, SelectingFlags
from gifworthy.cli.flags import WRITING, AsJson, PartFlags, Quiet
from gifworthy.cli.looks import LookFlags
from gifworthy.cli.speech import FAILED, INTERRUPTED, say

if TYPE_CHECKING:
    from gifworthy.batch.catalogue import Batch
    from gifworthy.batch.orders import Order
    from gifworthy.batch.running import Tally
    from gifworthy.batch.telling import Telling

READING, WORKING = "What is read", "Who does the work"
LINE_SECONDS = 30.0

Named = Annotated[
    list[str] | None,
    Argument(
        metavar="PLACE",
        help="Folders, files, globs, lists (.txt, .csv, .parquet), s3:// and http(s):// addresses.",
        show_default=False,
    ),
]
Out = Annotated[
    str | None,
    Option(
        "-o",
        "--output",
        metavar="PLACE",
        help="A folder, or an address such as s3://covers.",
        rich_help_panel=WRITING,
    ),
]
LogFile = Annotated[
    Path | None,
    Option(
        "--log",
        metavar="FILE",
        help="JSON lines; log.jsonl in the output folder if not given.",
        rich_help_panel=WRITING,
    ),
]
MetricsPort = Annotated[
    int | None,
    Option(
        metavar="PORT",
        help="Answer Prometheus at http://127.0.0.1:PORT/metrics; 0 for any free port.",
        rich_help_panel=WRITING,
    ),
]


def batch(
    *,
    named: Named = None,
    selecting: SelectingFlags,
    scoring: ScoringFlags,
    part: PartFlags,
    looks: LookFlags,
    catalogue: CatalogueFlags,
    work: WorkFlags,
    instead: InsteadFlags,
    out: Out = None,
    log: LogFile = None,
    metrics_port: MetricsPort = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Make the covers of a whole catalogue; the same command goes on where it was stopped."""
    from gifworthy.batch.telling import Log, facts

    place = _output(named, out, instead)
    if instead.name:
        refuse_choosing(instead.name, selecting, scoring, part)
    if instead.report:
        _report(place, catalogue.choice, catalogue.look)
        return
    if instead.render:
        order = render_order(_place(place), catalogue.choice, looks, work.gpus)
    else:
        order = order_of(_place(place), selecting, scoring, part, looks, work.gpus)
    wanted = _batch(order, tuple(named or ()), catalogue, work)
    if instead.dry_run:
        _dry_run(wanted, work, as_json=as_json)
        return
    with (
        bar(quiet) as shown,
        _served(metrics_port, shown) as telling,
        closing(Log(_log(log, place), telling, finishing)) as listener,
    ):
        tally = wanted.run(work.machines(), listener)
        listener.ended(tally)
    if as_json:
        print(json.dumps(facts(tally)))
    elif not quiet:
        print(summary(place, tally))
    for line in failing(tally):
        say(line)
    if tally.stopped:
        say("stopped; run the same command again to go on")
    if tally.stopped or tally.failed:
        raise SystemExit(INTERRUPTED if tally.stopped else FAILED)


def _output(named: list[str] | None, out: str | None, instead: InsteadFlags) -> str:
    """Where covers go, or lie. Raises: ValueError."""
    if instead.name:
        if not named or len(named) > 1 or out is not None:
            raise ValueError(
                "--render and --report want the one place that `gifworthy batch` wrote, and no -o"
            )
        return named[0]
    if not named:
        raise ValueError("no videos were named; give a folder, a list, a glob or an address")
    if out is None:
        raise ValueError("where do the covers go? give a folder or an address with -o")
    return out


def _report(place: str, choice: str | None, look: str | None) -> None:
    from gifworthy.batch.earlier import earlier_order, look_meant, looks_of, parts_of
    from gifworthy.batch.keys import choice_of
    from gifworthy.batch.ledger import PART_ROWS
    from gifworthy.batch.report import COLUMNS, NAME, report
    from gifworthy.batch.storage import open_storage
    from gifworthy.errors import BatchError
    from gifworthy.settings import Settings

    storage = open_storage(_place(place))
    order = earlier_order(storage, Settings.from_environ(os.environ), choice)
    looks = looks_of(storage, order)
    if not looks:
        raise BatchError(
            f"{place} has no rows yet; they come when {PART_ROWS:,} videos are done, or a run ends"
        )
    meant = look_meant(looks, look)
    others = [other for other in looks if other != meant]
    title = f"{place}: {choice_of(order)}, {meant.name}"
    page = report(storage, title, parts_of(storage, order, COLUMNS, meant.name), others)
    storage.write(NAME, page.encode(errors="backslashreplace"))
    print(f"{place.rstrip('/')}/{NAME}")
    if others:
        say(f"about {meant.name}; --look NAME for another: {', '.join(map(looked, others))}")


def _dry_run(wanted: Batch, work: WorkFlags, *, as_json: bool) -> None:
    from dataclasses import asdict

    from gifworthy.batch.estimate import estimate

    found = estimate(wanted, work.machines())
    if as_json:
        print(json.dumps(asdict(found)))
        return
    print(estimated(found))


@contextmanager
def _served(port: int | None, shown: Telling) -> Iterator[Telling]:
    """Who is told how far it has come: a person, and who asks at a port."""
    from gifworthy.batch.metrics import served

    with served(port) as metrics:
        if port == 0:
            say(f"figures at {metrics.address}/metrics")

        def tell(tally: Tally) -> None:
            metrics(tally)
            shown(tally)

        yield tell


def _batch(
    order: Order, named: tuple[str, ...], catalogue: CatalogueFlags, work: WorkFlags
) -> Batch:
    from gifworthy.batch.catalogue import Batch
    from gifworthy.batch.running import Patience
    from gifworthy.batch.sources import Columns

    columns = Columns(catalogue.column, catalogue.group_column, catalogue.tag_column)
    patience = Patience(work.tries)
    return Batch(
        order,
        named,
        columns,
        catalogue.part(),
        patience,
        catalogue.retry,
        not catalogue.keep_intros,
    )


def _place(out: str) -> str:
    return out if "://" in out else str(Path(out).expanduser().absolute())


def _log(log: Path | None, out: str) -> Path | None:
    """A bucket takes no lines; there one must say where they go."""
    return log if log is not None or "://" in out else Path(out).expanduser() / "log.jsonl"
