"""Addresses as people may be told of them: without names, passwords and keys."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://\S*[^\s;,.:!)'\"\]}>]")
_WEB = ("http", "https", "ftp")


def bare(address: str) -> str:
    """An address without its user and password, and without what follows its path.

    `abfs://container@account/...` stays: only what has a colon, or lies on the web, is a user.
    """
    scheme, mark, rest = address.partition("://")
    place = re.split("[?#]", rest, maxsplit=1)[0]
    host, slash, path = place.partition("/")
    user, _, alone = host.rpartition("@")
    if user and (":" in user or scheme.lower() in _WEB):
        host = alone
    return f"{scheme}{mark}{host}{slash}{path}"


def shown(source: str) -> str:
    """A path as it is, an address as log, report and messages have it: a query becomes `?…`."""
    if "://" not in source:
        return source
    has_more = re.search("[?#]", source.partition("://")[2])
    return f"{bare(source)}{has_more[0]}…" if has_more else bare(source)


def told(text: str, source: str = "") -> str:
    """A message with every address in it as it is shown; that of `source` may have spaces."""
    if "://" in source:
        text = text.replace(source, shown(source))
    return _ADDRESS.sub(lambda found: shown(found[0]), text)
