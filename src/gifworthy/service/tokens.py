"""Words that say for whom a cover is without saying who that is, and only for a while.

A token holds a viewer's id, which was drawn by lot, and the second at which it ends, signed for one tenant:
nobody can make one, make one last longer, or show it to another tenant. Whoever was forgotten has no id any
more, so that every token that was given out is worth nothing.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import time
from hashlib import sha256

from gifworthy.errors import GifworthyError

LABEL = b"gifworthy viewer token\0"
PREFIX = "vt_"
ID_BYTES, END_BYTES, MARK_BYTES = 16, 6, 20


class TokenUnknown(GifworthyError):
    """A token that is none of ours, or another tenant's."""


class TokenOver(GifworthyError):
    """A token whose time is over, or whose viewer was forgotten."""


def token_for(secret: bytes, tenant: str, viewer: str, ends: float) -> str:
    """A token. Args: secret: the database's. viewer: an id, `vwr_...`. ends: seconds since 1970."""
    told = bytes.fromhex(viewer.removeprefix("vwr_")) + int(ends).to_bytes(END_BYTES)
    return PREFIX + base64.urlsafe_b64encode(told + _mark(secret, tenant, told)).decode()


def viewer_of(secret: bytes, tenant: str, token: str) -> str:
    """The id that a token names. Raises: TokenUnknown; TokenOver when its time is."""
    try:
        data = base64.b64decode(token.removeprefix(PREFIX), b"-_", validate=True)
    except (binascii.Error, ValueError):
        data = b""
    told, mark = data[: ID_BYTES + END_BYTES], data[ID_BYTES + END_BYTES :]
    if not token.startswith(PREFIX) or not hmac.compare_digest(mark, _mark(secret, tenant, told)):
        raise TokenUnknown(
            "there is no such token of a viewer; ask for one: POST /v1/viewers/.../token"
        )
    if int.from_bytes(told[ID_BYTES:]) <= time.time():
        raise TokenOver("this token of a viewer is over; ask for a new one")
    return f"vwr_{told[:ID_BYTES].hex()}"


def _mark(secret: bytes, tenant: str, told: bytes) -> bytes:
    key = hmac.digest(secret, LABEL + tenant.encode(), sha256)
    return hmac.digest(key, told, sha256)[:MARK_BYTES]
