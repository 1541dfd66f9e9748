"""What one server is told when it starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gifworthy.isolation import Limits
from gifworthy.service.reaching import Reach
from gifworthy.settings import Settings

EVERYWHERE = ("0.0.0.0", "::")
"""What a server listens at, and nobody can ask for."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Bounds:
    """What people outside may ask for.

    upload_bytes, video_seconds: of one video. stored_bytes: of all of a tenant's. waiting: jobs of a
    tenant that may wait at once. per_minute: requests of one key, 0 for no bound. uploads_per_hour,
    orders_per_hour: of one tenant, in an hour of the clock, 0 for no bound. picks: that one viewer's
    history may hold. job: what work on one video may take.
    """

    upload_bytes: int = 4 << 30
    video_seconds: float = 4 * 3600.0
    stored_bytes: int = 200 << 30
    waiting: int = 1000
    per_minute: int = 0
    uploads_per_hour: int = 0
    orders_per_hour: int = 0
    picks: int = 1000
    job: Limits = field(default_factory=lambda: Limits(900.0, 4 << 30, network=False))
    reach: Reach = field(default_factory=Reach)


@dataclass(frozen=True)
class Config:
    """One server.

    folder: for everything, unless `database` or `storage` name other places. workers: processes that work
    on videos, 0 for none here. public: the address that people reach it by, for the links it gives out.
    models: a folder of trained models, each a plan by its folder's name; None for none. open_metrics: whether
    everybody may read `/metrics`.
    """

    folder: Path = Path("~/.local/share/gifworthy/service")
    database: str = ""
    storage: str = ""
    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = 1
    public: str = ""
    models: Path | None = None
    open_metrics: bool = False
    bounds: Bounds = field(default_factory=Bounds)
    settings: Settings = field(default_factory=Settings)

    @property
    def database_place(self) -> Path | str:
        """The database: an address, or a file of the folder."""
        return (
            self.database
            if "://" in self.database
            else self._inside(self.database, "records.sqlite")
        )

    @property
    def storage_place(self) -> Path | str:
        """Where files are kept: an address, or a folder."""
        return self.storage if "://" in self.storage else self._inside(self.storage, "files")

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it; then nobody needs a key."""
        return self.host in LOOPBACK

    @property
    def address(self) -> str:
        """Where it is reached, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public.rstrip("/") or f"http://{host}:{self.port}"

    def _inside(self, given: str, otherwise: str) -> Path:
        return Path(given).expanduser() if given else self.folder.expanduser() / otherwise


def told_by(environ: Mapping[str, str], config: Config) -> Config:
    """A config as the environment has it where it names something: `GIFWORTHY_DATABASE`, `_STORAGE`, ..."""
    from dataclasses import replace

    named = {
        name: environ[f"GIFWORTHY_{name.upper()}"]
        for name in ("database", "storage", "public")
        if f"GIFWORTHY_{name.upper()}" in environ
    }
    return replace(config, **named, settings=Settings.from_environ(environ))  # type: ignore[arg-type]
