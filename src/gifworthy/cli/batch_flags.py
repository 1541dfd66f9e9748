"""Flags of `gifworthy batch`: which videos, who does the work, what is done instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from typer import Option

from gifworthy.cli.flags import CHOOSING
from gifworthy.cli.values import parse_size

if TYPE_CHECKING:
    from gifworthy.batch.catalogue import Machines
    from gifworthy.batch.picking import Shard

READING, WORKING = "What is read", "Who does the work"


@dataclass(frozen=True)
class CatalogueFlags:
    """Which videos."""

    column: Annotated[
        str, Option(metavar="NAME", help="Of a table: who they are.", rich_help_panel=READING)
    ] = "source"
    group_column: Annotated[
        str | None,
        Option(
            metavar="NAME",
            help="Of a table: whose intros they share; else their folder.",
            rich_help_panel=READING,
        ),
    ] = None
    tag_column: Annotated[
        str | None,
        Option(
            metavar="NAME",
            help="Of a table: what changes when the video does.",
            rich_help_panel=READING,
        ),
    ] = None
    shard: Annotated[
        str,
        Option(metavar="K/N", help="Only the K-th of N parts of it all.", rich_help_panel=READING),
    ] = "1/1"
    retry: Annotated[
        bool,
        Option("--retry", help="Try again what failed in earlier runs.", rich_help_panel=READING),
    ] = False
    choice: Annotated[
        str | None,
        Option(
            metavar="NAME",
            help="With --render or --report: which of the choices made there.",
            rich_help_panel=READING,
        ),
    ] = None
    look: Annotated[
        str | None,
        Option(
            metavar="NAME",
            help="With --report: which of the looks made there; the newest if not given.",
            rich_help_panel=READING,
        ),
    ] = None
    keep_intros: Annotated[
        bool,
        Option(
            "--keep-intros",
            help="Do not look for intros and outros that videos share.",
            rich_help_panel=CHOOSING,
        ),
    ] = False

    def part(self) -> Shard:
        """The part of it all that is done. Raises: ValueError."""
        from gifworthy.batch.picking import Shard

        number, _, of = self.shard.partition("/")
        if not (number.isdigit() and of.isdigit()):
            raise ValueError(f"--shard {self.shard} is no part; write K/N, such as 2/10")
        return Shard(int(number), int(of))


@dataclass(frozen=True)
class WorkFlags:
    """Who does the work, and how patient one is."""

    workers: Annotated[int, Option(help="At once; 0 for one a core.", rich_help_panel=WORKING)] = 0
    engine: Annotated[
        str, Option(metavar="NAME", help="local or ray.", rich_help_panel=WORKING)
    ] = "local"
    address: Annotated[
        str | None,
        Option(
            metavar="ADDRESS",
            help="Of a Ray cluster, or auto; else one is started here.",
            rich_help_panel=WORKING,
        ),
    ] = None
    gpus: Annotated[
        float,
        Option(
            help="Of a GPU of the Ray cluster, for each worker, such as 0.25; nets run on it.",
            rich_help_panel=WORKING,
        ),
    ] = 0.0
    time_limit: Annotated[
        float,
        Option(
            metavar="SECONDS",
            help="For one video, beside as many as it lasts.",
            rich_help_panel=WORKING,
        ),
    ] = 120.0
    memory_limit: Annotated[
        str, Option(metavar="SIZE", help="For one video.", rich_help_panel=WORKING)
    ] = "2GiB"
    tries: Annotated[
        int,
        Option(help="Before a video is given up that may yet succeed.", rich_help_panel=WORKING),
    ] = 3

    def machines(self) -> Machines:
        """As the batch takes it. Raises: ValueError."""
        from gifworthy.batch.catalogue import Machines
        from gifworthy.batch.child import Limits

        limits = Limits(self.time_limit, parse_size(self.memory_limit))
        return Machines(self.engine, self.workers, self.address, self.gpus, limits)


@dataclass(frozen=True)
class InsteadFlags:
    """What is done instead of making covers of videos."""

    render: Annotated[
        bool,
        Option(
            "--render",
            help="Of what was made at PLACE, covers in another style; no video is looked over.",
            rich_help_panel=WORKING,
        ),
    ] = False
    dry_run: Annotated[
        bool,
        Option(
            "--dry-run",
            help="Only say what it would take, from a measured sample.",
            rich_help_panel=WORKING,
        ),
    ] = False
    report: Annotated[
        bool,
        Option(
            "--report",
            help="Only write a page about what was made at PLACE: report.html there.",
            rich_help_panel=WORKING,
        ),
    ] = False

    @property
    def name(self) -> str:
        """The flag that takes what was chosen before; "" where videos are looked at."""
        return "--report" if self.report else "--render" if self.render else ""
