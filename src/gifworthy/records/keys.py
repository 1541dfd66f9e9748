"""Who may ask a service for what: tenants, and the keys they show.

A key is `gw_<id>_<secret>`; of the secret only an argon2 hash is kept, so that who reads the database can
show no key.
"""

from __future__ import annotations

import re
import secrets
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from sqlalchemy import Column, Float, Index, Row, String, Table, Text, insert, select, update

from gifworthy.errors import MissingExtra
from gifworthy.records.database import Database
from gifworthy.records.tables import METADATA

if TYPE_CHECKING:
    from argon2 import PasswordHasher

Scope = Literal["read", "write", "events", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)

TENANT = re.compile("[a-z0-9_]{1,36}")
"""A tenant's name is part of its files' names."""

KEYS = Table(
    "keys",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("tenant", String(36), nullable=False),
    Column("name", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("made", Float, nullable=False),
    Column("expires", Float),
    Column("ended", Float),
    Index("keys_of_tenant", "tenant"),
)


@dataclass(frozen=True)
class Key:
    """A key without its secret. expires, ended: seconds since 1970, None when it does not, or did not."""

    id: str
    tenant: str
    name: str
    scopes: tuple[Scope, ...]
    made: float
    expires: float | None = None
    ended: float | None = None

    def allows(self, scope: Scope) -> bool:
        """Whether it may be used for that; `admin` may everything."""
        return scope in self.scopes or "admin" in self.scopes


@dataclass(frozen=True)
class Keys:
    """The keys of one database."""

    database: Database

    def make(
        self, tenant: str, name: str, scopes: Sequence[Scope], seconds: float | None = None
    ) -> tuple[Key, str]:
        """A new key, and the word to show; the word is told this once.

        Args: seconds: how long it is good for. Raises: ValueError for an unknown scope or none.
        """
        strange = [scope for scope in scopes if scope not in SCOPES]
        if strange or not scopes:
            raise ValueError(f"scopes are some of {', '.join(SCOPES)}, not {list(scopes)}")
        if not TENANT.fullmatch(tenant):
            raise ValueError(f"a tenant is 1 to 36 of a-z, 0-9 and _, not {tenant!r}")
        secret, now = secrets.token_urlsafe(32), time.time()
        expires = None if seconds is None else now + seconds
        key = Key(uuid.uuid4().hex, tenant, name, tuple(scopes), now, expires)
        row = {
            "id": key.id,
            "tenant": tenant,
            "name": name,
            "hash": _hash(secret),
            "scopes": " ".join(scopes),
            "made": now,
            "expires": expires,
            "ended": None,
        }
        with self.database.writing() as connection:
            connection.execute(insert(KEYS), [row])
        return key, f"gw_{key.id}_{secret}"

    def who(self, word: str) -> Key | None:
        """Whose key this is; None when it is nobody's, was ended, or is too old."""
        parts = word.split("_", 2)
        if len(parts) != 3 or parts[0] != "gw":
            return None
        with self.database.reading() as connection:
            row = connection.execute(select(KEYS).where(KEYS.c.id == parts[1])).one_or_none()
        if row is None or not _fits(row.hash, parts[2]):
            return None
        key, now = _key(row), time.time()
        too_old = key.expires is not None and key.expires <= now
        return None if too_old or key.ended is not None else key

    def of(self, tenant: str = "") -> tuple[Key, ...]:
        """A tenant's keys, or everybody's, the oldest first."""
        wanted = select(KEYS).order_by(KEYS.c.made)
        if tenant:
            wanted = wanted.where(KEYS.c.tenant == tenant)
        with self.database.reading() as connection:
            return tuple(map(_key, connection.execute(wanted).all()))

    def end(self, tenant: str, key: str) -> bool:
        """A key is good no more; whether there was such a key. Args: tenant: whose, "" for anybody's."""
        mine = [KEYS.c.id == key, KEYS.c.ended.is_(None)]
        if tenant:
            mine.append(KEYS.c.tenant == tenant)
        with self.database.writing() as connection:
            done = connection.execute(update(KEYS).where(*mine).values(ended=time.time()))
            return bool(done.rowcount)

    def any(self) -> bool:
        """Whether there is a key at all."""
        with self.database.reading() as connection:
            return connection.execute(select(KEYS.c.id).limit(1)).one_or_none() is not None


def _hash(secret: str) -> str:
    return _hasher().hash(secret)


def _fits(kept: str, secret: str) -> bool:
    from argon2.exceptions import VerificationError

    try:
        return _hasher().verify(kept, secret)
    except VerificationError:
        return False


def _hasher() -> PasswordHasher:
    """The secret has 256 bits drawn by lot: little work is enough to keep it, and a request stays quick."""
    try:
        from argon2 import PasswordHasher
    except ImportError as error:
        raise MissingExtra(
            "keys need argon2; install it with: pip install 'gifworthy[serve]'"
        ) from error
    return PasswordHasher(time_cost=1, memory_cost=8 << 10, parallelism=1)


def _key(row: Row[tuple[object, ...]]) -> Key:
    scopes = tuple(scope for scope in SCOPES if scope in row.scopes.split())
    return Key(row.id, row.tenant, row.name, scopes, row.made, row.expires, row.ended)
