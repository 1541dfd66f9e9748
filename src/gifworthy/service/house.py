"""What every route is given: the database, the storage, and who is asking."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, cast

from fastapi import Depends, HTTPException, Request
from prometheus_client import CollectorRegistry

from gifworthy.records.catalogue import Catalogue, StoredVideo
from gifworthy.records.database import Database
from gifworthy.records.jobs import Jobs
from gifworthy.records.keys import Key, Keys, Scope
from gifworthy.records.viewers import Viewers
from gifworthy.service.config import EVERYWHERE, LOOPBACK, Config
from gifworthy.service.offers import Offers
from gifworthy.service.signing import SIGNATURE, tenant_of
from gifworthy.service.storage import Storage, open_storage

LOCAL = Key("local", "local", "everybody on this machine", ("admin",), 0.0)
"""Who asks when no key is needed."""
COOKIE = "gifworthy_key"
TESTING = "testserver"
"""How the test client calls every server; no name server knows it."""
REMEMBERED = 60.0
"""Seconds that a key is believed without looking it up again; so long a key that was ended still works."""
MOST_REMEMBERED = 10_000


@dataclass
class House:
    """One server's rooms, shared by all requests. coming: what each tenant is about to send or order."""

    config: Config
    database: Database
    storage: Storage
    jobs: Jobs
    catalogue: Catalogue
    keys: Keys
    offers: Offers
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    known: OrderedDict[str, tuple[float, Key]] = field(default_factory=OrderedDict)
    asked: dict[str, deque[float]] = field(default_factory=dict)
    coming: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def open(cls, config: Config) -> House:
        """Everything a server needs. Raises: RecordsUnreadable, OutputError, MissingExtra, WeightsError."""
        database = Database(config.database_place, stays_open=True)
        storage = open_storage(config.storage_place)
        offers = Offers.read(config.models)
        rooms = (Jobs(database), Catalogue(database), Keys(database), offers)
        return cls(config, database, storage, *rooms)

    @property
    def viewers(self) -> Viewers:
        """Whom personal covers are made for."""
        return Viewers(self.database)

    def address_for(self, request: Request) -> str:
        """Where this server is reached, as its operator says, or as who asks has found it."""
        if self.config.public or self.config.host not in EVERYWHERE:
            return self.config.address
        return str(request.base_url).rstrip("/")

    def who(self, word: str | None) -> Key | None:
        """Whose key a word is. On this machine alone nobody needs one."""
        if word is None:
            return LOCAL if self.config.is_local else None
        digest, now = hashlib.sha256(word.encode()).hexdigest(), time.time()
        with self.lock:
            at, key = self.known.get(digest, (0.0, LOCAL))
        if now - at < REMEMBERED and (key.expires is None or now < key.expires):
            return key
        found = self.keys.who(word)
        with self.lock:
            self.known.pop(digest, None)
            if found is not None:
                self.known[digest] = (now, found)
            while len(self.known) > MOST_REMEMBERED:
                self.known.popitem(last=False)
        return found

    def wait_for(self, key: Key) -> float:
        """Seconds until this key may ask again; 0 when it may now, and this request counts."""
        most, now = self.config.bounds.per_minute, time.monotonic()
        if not most:
            return 0.0
        with self.lock:
            times = self.asked.setdefault(key.id, deque())
            while times and times[0] <= now - 60:
                times.popleft()
            if len(times) >= most:
                return times[0] + 60 - now
            times.append(now)
        return 0.0


async def house_of(request: Request) -> House:
    """The house of the application that a request came to. No thread is needed for that: hence `async`."""
    return cast(House, request.app.state.house)


Rooms = Annotated[House, Depends(house_of)]


def asking(request: Request, house: House, scope: Scope) -> Key | None:
    """Who asks, by a key in the header, by the one this browser remembers, or from this machine.

    Returns: None when nobody is known. Raises: HTTPException 403 when it is not for that, or when another
    site's page asks with what this browser knows; 429 when it asks too often.
    """
    kind, _, word = request.headers.get("authorization", "").partition(" ")
    shown = word.strip() if kind.lower() == "bearer" else None
    if shown is None:
        check_origin(request, house)
        shown = request.cookies.get(COOKIE)
    key = house.who(shown)
    if key is None:
        return None
    if not key.allows(scope):
        raise HTTPException(403, f"this key may not {scope}; it may {', '.join(key.scopes)}")
    _check_rate(house, key)
    return key


def allowed(scope: Scope) -> Callable[..., Key]:
    """A dependency: who asks, if the key is good for that. Raises: HTTPException 401, 403, 429."""

    def known(request: Request, house: Rooms) -> Key:
        key = asking(request, house, scope)
        if key is None:
            raise HTTPException(
                401,
                "a key is needed: Authorization: Bearer gw_...",
                {"WWW-Authenticate": "Bearer"},
            )
        return key

    return known


def check_origin(request: Request, house: House) -> None:
    """Refuse what another site's page asks in the name of this browser, or of this machine.

    The browser says where a request comes from (`Sec-Fetch-Site`), and a name that leads here but is not
    ours (DNS rebinding) is told by `Host`.
    """
    site = request.headers.get("sec-fetch-site", "none")
    if site not in ("none", "same-origin"):
        raise HTTPException(403, "another site's page asked; ask from this server's own page")
    host = request.headers.get("host", "").rsplit(":", 1)[0].strip("[]")
    if house.config.is_local and host not in (*LOOPBACK, TESTING):
        raise HTTPException(403, f"this server is called localhost, not {host}")


def _check_rate(house: House, key: Key) -> None:
    wait = house.wait_for(key)
    if wait > 0:
        raise HTTPException(
            429,
            f"more than {house.config.bounds.per_minute} requests a minute",
            {"Retry-After": str(int(wait) + 1)},
        )


def shown_by_address(request: Request, house: Rooms) -> Key:
    """A dependency: whose a signed address is, else who asks. Raises: as `allowed`."""
    query = request.query_params.multi_items()
    if not any(name == SIGNATURE for name, _ in query):
        return allowed("read")(request, house)
    tenant = tenant_of(house.database.secret, request.url.path, query)
    if tenant is None:
        raise HTTPException(403, "this signed address was changed, or is over; ask for a new one")
    return Key("address", tenant, "a signed address", ("read",), 0.0)


Reader = Annotated[Key, Depends(allowed("read"))]
Viewing = Annotated[Key, Depends(shown_by_address)]
Writer = Annotated[Key, Depends(allowed("write"))]


def video_of(house: House, key: Key, video: str) -> StoredVideo:
    """A video of who asks. Raises: HTTPException 404, also when it is another's."""
    found = house.catalogue.find(key.tenant, video)
    if found is None:
        raise HTTPException(404, f"there is no video {video}")
    return found
