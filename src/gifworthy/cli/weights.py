"""`gifworthy weights`: published weights of the backbones; which there are, fetch them, check them."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option, Typer

from gifworthy.cli.speech import FAILED, code_of, spoken, tell

if TYPE_CHECKING:
    from gifworthy.settings import Settings

weights_app = Typer(
    no_args_is_help=True,
    help="Published weights of the backbones.",
    context_settings={"help_option_names": ["-h", "--help"]},
)

Names = Annotated[
    list[str], Argument(metavar="NAME", help="Backbones, as `gifworthy weights list` names them.")
]
AnyNames = Annotated[
    list[str] | None,
    Argument(metavar="NAME", help="Backbones; all of them when none is named.", show_default=False),
]
Variant = Annotated[
    str | None, Option(help="Another file than the usual one; the list names them.", metavar="NAME")
]


@weights_app.command("list")
@spoken
def list_weights(
    as_json: Annotated[bool, Option("--json", help="One JSON array on standard output.")] = False,
) -> None:
    """Which weights there are, how large, under which licence, and whether they are here."""
    from gifworthy.backbones.published import PUBLISHED

    settings = _settings()
    rows = [_row(name, settings) for name in PUBLISHED]
    if as_json:
        print(json.dumps(rows))
        return
    print(f"{'name':<14}{'parameters':>12}{'feature':>9}{'MiB':>7}  {'state':<12}licence; source")
    for row in rows:
        size = row["mebibytes"] or "?"
        figures = f"{row['parameters']:>12,}{row['feature_size']:>9}{size:>7}"
        print(f"{row['name']:<14}{figures}  {row['state']:<12}{row['licence']}; {row['source']}")
        for other in row["variants"][1:]:  # type: ignore[index]
            print(f"{'':<14}--variant {other}")


@weights_app.command()
@spoken
def fetch(names: Names, variant: Variant = None) -> None:
    """Fetch weights, check them and make nets of them; what broke off is gone on from."""
    from gifworthy.weights import fetch, weights_named

    settings = _settings()

    def _work(name: str) -> str:
        weights = weights_named(name, variant)
        with _bar(weights.file) as progress:
            folder = fetch(weights, settings, progress)
        return f"{name}: ready in {folder}"

    _each(names, _work)


@weights_app.command()
@spoken
def check(names: AnyNames = None) -> None:
    """Look whether the weights that are here are whole and as published."""
    from gifworthy.backbones.published import PUBLISHED
    from gifworthy.weights import check, weights_here

    settings = _settings()

    def _work(name: str) -> str:
        found = weights_here(name, settings)
        states = [f"{weights.variant} {check(weights, settings)}" for weights in found]
        return f"{name}: {', '.join(states) or 'absent'}"

    _each(names or list(PUBLISHED), _work)


def _settings() -> Settings:
    from gifworthy.settings import Settings

    return Settings.from_environ(os.environ)


def _row(name: str, settings: Settings) -> dict[str, object]:
    from gifworthy.weights import known_weights, state_of, weights_named

    usual = weights_named(name)
    return {
        "name": name,
        "parameters": usual.about.parameters,
        "parameters_without_head": usual.about.headless,
        "feature_size": usual.about.feature_size,
        "source": usual.source,
        "url": usual.url,
        "file": usual.file,
        "hash": usual.hash,
        "mebibytes": usual.mebibytes,
        "licence": usual.licence,
        "state": state_of(usual, settings),
        "variants": [w.variant for w in known_weights() if w.backbone == name],
    }


def _each(names: list[str], work: Callable[[str], str]) -> None:
    """Do the work for each name and print what it gives; one that fails does not stop the rest."""
    failures: list[Exception] = []
    for name in names:
        try:
            print(work(name), flush=True)
        except Exception as error:
            failures.append(error)
            tell(error)
    if failures:
        raise SystemExit(code_of(failures[0]) if len(names) == 1 else FAILED)


@contextmanager
def _bar(name: str) -> Iterator[Callable[[int, int | None], None]]:
    """Bytes and time left on a terminal, silence in a pipe."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}", markup=False), *Progress.get_default_columns()[1:2])
    with Progress(
        *columns,
        DownloadColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task(name, total=None)
        yield lambda have, total: bar.update(task, completed=have, total=total)
