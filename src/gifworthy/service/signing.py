"""Addresses that open one thing for a while, to anybody who has them.

The signature is over the tenant, the path, every other part of the query, and the second at which it ends:
nobody can turn an address for one cover into one for another, make it wider, or make it last longer.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping, Sequence
from hashlib import sha256
from urllib.parse import parse_qsl, urlencode, urlsplit

TENANT, ENDS, SIGNATURE = "for", "ends", "signature"
PARTS = (TENANT, ENDS, SIGNATURE)
"""What a signature adds to an address."""
LABEL = b"gifworthy signed address"


def signed(secret: bytes, tenant: str, address: str, seconds: float) -> str:
    """The address, good for so many seconds from now.

    Args: secret: the database's. address: a path of this server, with its query if it has one.
    Raises: ValueError when it says already whose it is, or how long it is good.
    """
    parts = urlsplit(address)
    asked = parse_qsl(parts.query, keep_blank_values=True)
    if own := sorted({name for name, _ in asked if name in PARTS}):
        raise ValueError(f"{own[0]!r} is a word of signed addresses; give the address without it")
    query = [
        *asked,
        (TENANT, tenant),
        (ENDS, str(int(time.time() + seconds))),
    ]
    return f"{parts.path}?{urlencode([*query, (SIGNATURE, _signature(secret, parts.path, query))])}"


def tenant_of(secret: bytes, path: str, query: Sequence[tuple[str, str]]) -> str | None:
    """Whose address this is; None when it is not signed, was changed, or is over."""
    given = [value for name, value in query if name == SIGNATURE]
    rest = [(name, value) for name, value in query if name != SIGNATURE]
    told = dict(rest)
    names = [name for name, _ in rest]
    if len(given) != 1 or names.count(TENANT) != 1 or names.count(ENDS) != 1:
        return None
    if not told[ENDS].isdigit() or not told[TENANT]:
        return None
    fits = hmac.compare_digest(_signature(secret, path, rest).encode(), given[0].encode())
    return told[TENANT] if fits and int(told[ENDS]) > time.time() else None


def seconds_left(query: Mapping[str, str]) -> float | None:
    """How long an address that `tenant_of` believes is still good; None when it is not signed."""
    return int(query[ENDS]) - time.time() if SIGNATURE in query else None


def _signature(secret: bytes, path: str, query: Sequence[tuple[str, str]]) -> str:
    key = hmac.digest(secret, LABEL, sha256)
    message = f"{path}\n{urlencode(sorted(query))}".encode()
    return hmac.digest(key, message, sha256).hex()
