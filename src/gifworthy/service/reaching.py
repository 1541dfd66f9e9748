"""Reaching addresses that somebody else gave: only public ones, and what was checked is what is reached.

A name is looked up once, every address it has must be public, and the connection goes to that one, so that
a name server that answers differently a moment later changes nothing. A redirect is a new address.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

from gifworthy.errors import VideoUnreachable

MOST_REDIRECTS = 5
PORTS = (80, 443, 8080, 8443)
REDIRECTS = (301, 302, 303, 307, 308)


class NotPublic(VideoUnreachable):
    """An address that nobody outside may make us reach."""


@dataclass(frozen=True)
class Reach:
    """How far we go.

    seconds: for each answer. private: whether addresses of one's own network may be reached.
    """

    seconds: float = 20.0
    private: bool = False

    @contextmanager
    def get(self, url: str) -> Iterator[http.client.HTTPResponse]:
        """The answer of an address, redirects followed. Raises: VideoUnreachable, NotPublic."""
        for _ in range(MOST_REDIRECTS + 1):
            with closing(self._connected(url)) as connection:
                answer = _asked(connection, "GET", url)
                if answer.status in REDIRECTS and (place := answer.headers.get("Location")):
                    url = urljoin(url, place)
                    continue
                if answer.status != 200:
                    raise VideoUnreachable(
                        f"{_shown(url)} answered {answer.status} {answer.reason}"
                    )
                yield answer
                return
        raise VideoUnreachable(f"{_shown(url)} leads on more than {MOST_REDIRECTS} times")

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """The status of an answer; no redirect is followed. Raises: VideoUnreachable, NotPublic."""
        with closing(self._connected(url)) as connection:
            return _asked(connection, "POST", url, body, headers).status

    def _connected(self, url: str) -> http.client.HTTPConnection:
        parts = urlsplit(url)
        host, port = _place(parts)
        if not self.private and port not in PORTS:
            raise NotPublic(f"{_shown(url)} has port {port}; only {PORTS} are reached")
        line = self._line(host, port)
        connection = http.client.HTTPConnection(host, port, timeout=self.seconds)
        connection.sock = line if parts.scheme == "http" else _secured(line, host)
        return connection

    def _line(self, host: str, port: int) -> socket.socket:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise VideoUnreachable(f"{host} is not known: {error}") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not self.private and not all(is_public(address) for address in addresses):
            raise NotPublic(f"{host} is no public address; give one that everybody can reach")
        try:
            return socket.create_connection((addresses[0], port), self.seconds)
        except OSError as error:
            raise VideoUnreachable(f"{host} cannot be reached: {error}") from error


def is_public(address: str) -> bool:
    """Whether an address is somewhere in the open: not here, not in one's own network, not reserved.

    An address that only wraps another (IPv4 in IPv6, 6to4, Teredo) is judged by that one too.
    """
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(known, ipaddress.IPv6Address):
        inner = known.ipv4_mapped or known.sixtofour or (known.teredo or (None, None))[1]
        if inner is not None and not inner.is_global:
            return False
    return known.is_global and not known.is_multicast


def check_address(url: str) -> None:
    """Whether this can be an address at all. Raises: ValueError."""
    _place(urlsplit(url))


def _place(parts: SplitResult) -> tuple[str, int]:
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("an address begins with http:// or https:// and names a host")
    if parts.username or parts.password:
        raise ValueError("an address with a password in it is not taken")
    try:
        port = parts.port
    except ValueError as error:
        raise ValueError("the address has no port that can be") from error
    return parts.hostname, port or (443 if parts.scheme == "https" else 80)


def _secured(line: socket.socket, host: str) -> socket.socket:
    try:
        return ssl.create_default_context().wrap_socket(line, server_hostname=host)
    except OSError as error:
        line.close()
        raise VideoUnreachable(f"{host} cannot be trusted: {error}") from error


def _asked(
    connection: http.client.HTTPConnection,
    method: str,
    url: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> http.client.HTTPResponse:
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(method, path, body, {"User-Agent": "gifworthy", **(headers or {})})
        return connection.getresponse()
    except (OSError, http.client.HTTPException) as error:
        raise VideoUnreachable(
            f"{_shown(url)} broke off: {error or type(error).__name__}"
        ) from error


def _shown(url: str) -> str:
    """An address without its query, which may hold somebody's key."""
    return url.partition("?")[0][:200]
