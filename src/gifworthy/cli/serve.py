"""`gifworthy serve` and `gifworthy key`: the web door, and who may use it."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option, Typer, echo

from gifworthy.cli.speech import say, spoken

if TYPE_CHECKING:
    from gifworthy.records.keys import Keys
    from gifworthy.service.config import Config

Folder = Annotated[
    Path | None,
    Option(metavar="FOLDER", help="Where everything is kept; else below your home."),
]
DatabasePlace = Annotated[
    str, Option(metavar="PLACE", help="A file, or postgresql://user@host/name.")
]

key_app = Typer(no_args_is_help=True, help="The keys of a server: add, list, end.")


def serve(
    *,
    host: Annotated[str, Option(help="Who can reach it; 0.0.0.0 for everybody.")] = "127.0.0.1",
    port: Annotated[int, Option(min=0, max=65535)] = 8080,
    folder: Folder = None,
    database: DatabasePlace = "",
    storage: Annotated[
        str, Option(metavar="PLACE", help="A folder, or an address such as s3://bucket/covers.")
    ] = "",
    workers: Annotated[int, Option(min=0, max=256, help="Processes that make covers.")] = 1,
    public: Annotated[str, Option(metavar="URL", help="How people reach it.")] = "",
    models: Annotated[
        Path | None,
        Option(metavar="FOLDER", help="Trained models; each folder in it is a plan by its name."),
    ] = None,
    uploads_per_hour: Annotated[
        int, Option(min=0, help="Of each tenant; 0 for as many as it likes.")
    ] = 0,
    orders_per_hour: Annotated[
        int, Option(min=0, help="New covers of each tenant; 0 for as many as it likes.")
    ] = 0,
    per_minute: Annotated[
        int, Option(min=0, help="Requests of each key; 0 for as many as it likes.")
    ] = 0,
    open_metrics: Annotated[
        bool, Option("--open-metrics", help="Let everybody read /metrics, without a key.")
    ] = False,
) -> None:
    """Serve covers over HTTP: videos in by upload, covers out by their address."""
    import logging

    from gifworthy.service.serving import serve as serve_until_stopped

    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = _config(folder, database, host, port, storage, workers, public)
    bounds = replace(
        config.bounds,
        uploads_per_hour=uploads_per_hour,
        orders_per_hour=orders_per_hour,
        per_minute=per_minute,
    )
    config = replace(config, bounds=bounds, models=models, open_metrics=open_metrics)
    say(f"serving at {config.address} (stop with Ctrl-C)")
    serve_until_stopped(config)


def _config(
    folder: Path | None,
    database: str = "",
    host: str = "127.0.0.1",
    port: int = 8080,
    storage: str = "",
    workers: int = 1,
    public: str = "",
) -> Config:
    from gifworthy.service.config import Config, told_by

    told = told_by(os.environ, Config())
    given = {
        "folder": folder,
        "database": database,
        "storage": storage,
        "public": public,
    }
    chosen = {name: value for name, value in given.items() if value}
    return replace(told, host=host, port=port, workers=workers, **chosen)  # type: ignore[arg-type]


@key_app.command("add")
@spoken
def add_key(
    name: Annotated[str, Argument(help="What it is for, so that you know it again.")],
    *,
    scope: Annotated[
        list[str] | None, Option(help="read, write, events or admin; may be repeated.")
    ] = None,
    tenant: Annotated[
        str, Option(help="Whose videos it opens; a new word is a new tenant.")
    ] = "main",
    days: Annotated[float | None, Option(help="How long it is good for.")] = None,
    folder: Folder = None,
    database: DatabasePlace = "",
) -> None:
    """Make a key. It is shown this once."""
    from gifworthy.records.database import Database
    from gifworthy.records.keys import Keys

    keys = Keys(Database(_config(folder, database).database_place))
    seconds = None if days is None else days * 86400
    key, word = keys.make(tenant, name, scope or ["read", "write", "events"], seconds)  # type: ignore[arg-type]
    echo(word)
    say(f"key {key.id} of tenant {tenant} may {', '.join(key.scopes)}; it is not shown again")


@key_app.command("list")
@spoken
def list_keys(
    *,
    tenant: Annotated[str, Option(help="Whose keys; everybody's when nobody is named.")] = "",
    folder: Folder = None,
    database: DatabasePlace = "",
) -> None:
    """The keys of this server: id, tenant, name, scopes."""
    keys = _known_keys(folder, database).of(tenant)
    for key in keys:
        ended = "  ended" if key.ended else ""
        echo(f"{key.id}  {key.tenant}  {key.name}  {', '.join(key.scopes)}{ended}")
    if not keys:
        say(f"tenant {tenant} has no key" if tenant else "there is no key yet")


@key_app.command("end")
@spoken
def end_key(
    key: Annotated[str, Argument(help="The key's id, as `key list` shows it.")],
    *,
    tenant: Annotated[str, Option(help="Only if it is this tenant's.")] = "",
    folder: Folder = None,
    database: DatabasePlace = "",
) -> None:
    """End a key: it opens nothing any more, within a minute."""
    if not _known_keys(folder, database).end(tenant, key):
        whose = f" of tenant {tenant}" if tenant else ""
        raise ValueError(
            f"there is no key {key}{whose} that is still good; `gifworthy key list` has them all"
        )
    say(f"key {key} is good no more")


def _known_keys(folder: Path | None, database: str) -> Keys:
    """The keys of a database that is there: looking into one makes none. Raises: ValueError."""
    from gifworthy.records.database import Database
    from gifworthy.records.keys import Keys

    place = _config(folder, database).database_place
    if isinstance(place, Path) and not place.exists():
        raise ValueError(
            f"{place} is not there; give the server's --folder or --database, or make its first key "
            f"with: gifworthy key add"
        )
    return Keys(Database(place))
