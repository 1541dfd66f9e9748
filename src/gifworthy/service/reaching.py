"""Reaching addresses that somebody else gave: only public ones, and what was checked is what is reached.

A name is looked up once, every address it has must be public, and the connection goes to that one, so that
a name server that answers differently a moment later changes nothing. A redirect is a new address. Whoever
answers may be slow, and not for ever (`service.patience`).
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
from gifworthy.service.patience import Line, Patience

MOST_REDIRECTS = 5
PORTS = (80, 443, 8080, 8443)
REDIRECTS = (301, 302, 303, 307, 308)
PIECE = 1 << 18
WRAPPING = (
    ("::/96", 0),
    ("::ffff:0:0/96", 0),
    ("::ffff:0:0:0/96", 0),
    ("64:ff9b::/96", 0),
    ("2002::/16", 80),
)
"""Networks of IPv6 whose addresses hold one of IPv4, and the bits after it: compatible, mapped, translated
(RFC 2765), NAT64 (RFC 6052), 6to4 (RFC 3056)."""
OWN_NAT64 = ipaddress.IPv6Network("64:ff9b:1::/48")
"""NAT64 within one network (RFC 8215)."""
LOCAL_NAMES = ("localhost", "local", "internal", "home.arpa")
"""Names that lead into one's own network wherever they lead (RFC 6761, RFC 6762, RFC 8375)."""


class NotPublic(VideoUnreachable):
    """An address that nobody outside may make us reach."""


@dataclass(frozen=True)
class Answer:
    """What an address answers. size: bytes that it says will come, None when it does not say."""

    size: int | None
    _response: http.client.HTTPResponse
    _patience: Patience

    def pieces(self) -> Iterator[bytes]:
        """What comes, as it comes: each piece within the seconds of `Reach`. Raises: VideoUnreachable."""
        self._patience.begin_body()
        while self.size is None or self._patience.came < self.size:
            try:
                piece = self._response.read1(PIECE)
            except (OSError, http.client.HTTPException) as error:
                raise VideoUnreachable(
                    f"the address broke off: {error or type(error).__name__}"
                ) from error
            if not piece:
                return
            self._patience.came += len(piece)
            yield piece


@dataclass(frozen=True)
class Reach:
    """How far we go.

    seconds: until an answer begins, redirects and all, and for each piece of it; see `Patience` for the
    whole. private: whether addresses of one's own network may be reached.
    """

    seconds: float = 20.0
    private: bool = False

    @contextmanager
    def get(self, url: str) -> Iterator[Answer]:
        """The answer of an address, redirects followed. Raises: VideoUnreachable, NotPublic."""
        patience = Patience(self.seconds)
        for _ in range(MOST_REDIRECTS + 1):
            with self._asked(patience, "GET", url) as response:
                if response.status in REDIRECTS and (place := response.headers.get("Location")):
                    url = urljoin(url, place)
                    continue
                if response.status != 200:
                    raise VideoUnreachable(
                        f"{_shown(url)} answered {response.status} {response.reason}"
                    )
                yield Answer(response.length, response, patience)
                return
        raise VideoUnreachable(f"{_shown(url)} leads on more than {MOST_REDIRECTS} times")

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """The status of an answer; no redirect is followed. Raises: VideoUnreachable, NotPublic."""
        with self._asked(Patience(self.seconds), "POST", url, body, headers) as response:
            return response.status

    def check(self, url: str) -> None:
        """What can be said of an address without looking up a name: whether it may be reached at all.

        Raises: ValueError when it is none; NotPublic for a port that is not reached, and for an address
        that is written out and not public. What a name leads to is seen when it is reached.
        """
        parts = urlsplit(url)
        host, port = _place(parts)
        if self.private:
            return
        self._check_port(url, port)
        written = _written_out(host)
        if _leads_home(host) or (written is not None and not is_public(written)):
            raise NotPublic(f"{host} is no public address; give one that everybody can reach")

    def _check_port(self, url: str, port: int) -> None:
        if not self.private and port not in PORTS:
            ports = ", ".join(map(str, PORTS))
            raise NotPublic(f"{_shown(url)} has port {port}; only {ports} are reached")

    @contextmanager
    def _asked(
        self,
        patience: Patience,
        method: str,
        url: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Iterator[http.client.HTTPResponse]:
        """The answer of one address; it can be read until this is left."""
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        with closing(self._connected(url, patience)) as connection:
            try:
                connection.request(
                    method, path, body, {"User-Agent": "gifworthy", **(headers or {})}
                )
                response = connection.getresponse()
            except (OSError, http.client.HTTPException) as error:
                raise VideoUnreachable(
                    f"{_shown(url)} broke off: {error or type(error).__name__}"
                ) from error
            with response:
                yield response

    def _connected(self, url: str, patience: Patience) -> http.client.HTTPConnection:
        parts = urlsplit(url)
        host, port = _place(parts)
        self._check_port(url, port)
        line = self._line(host, port, patience)
        connection = http.client.HTTPConnection(host, port)
        reached = line if parts.scheme == "http" else _secured(line, host, patience)
        connection.sock = Line(reached, patience)
        return connection

    def _line(self, host: str, port: int, patience: Patience) -> socket.socket:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise VideoUnreachable(f"{host} is not known: {error}") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not self.private and not all(is_public(address) for address in addresses):
            raise NotPublic(f"{host} is no public address; give one that everybody can reach")
        try:
            return socket.create_connection((addresses[0], port), patience.left())
        except OSError as error:
            raise VideoUnreachable(f"{host} cannot be reached: {error}") from error


def is_public(address: str) -> bool:
    """Whether an address is somewhere in the open: not here, not in one's own network, not reserved.

    An address of IPv6 that only wraps one of IPv4 (mapped, NAT64, 6to4, ...) is judged by that one too;
    Teredo, and the NAT64 of one's own network, lead nowhere that everybody can reach.
    """
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(known, ipaddress.IPv6Address):
        if known.teredo or known in OWN_NAT64:
            return False
        if known.is_site_local:  # fec0::/10, given up long ago, and still somebody's own
            return False
        inner = _wrapped(known)
        if inner is not None:
            return inner.is_global and not inner.is_multicast
    return known.is_global and not known.is_multicast


def _wrapped(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The address of IPv4 that one of IPv6 stands for."""
    for network, after in WRAPPING:
        if address in ipaddress.IPv6Network(network):
            return ipaddress.IPv4Address(int(address) >> after & 0xFFFFFFFF)
    return None


def _written_out(host: str) -> str | None:
    """The address that a host is, without a name server; also `2130706433` and `0x7f.1`, as C reads them."""
    try:
        return str(ipaddress.ip_address(host.partition("%")[0]))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))
    except (OSError, UnicodeError, ValueError):
        return None


def _leads_home(host: str) -> bool:
    name = host.rstrip(".").lower()
    return any(name == local or name.endswith(f".{local}") for local in LOCAL_NAMES)


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


def _secured(line: socket.socket, host: str, patience: Patience) -> socket.socket:
    try:
        line.settimeout(patience.left())
        return ssl.create_default_context().wrap_socket(line, server_hostname=host)
    except OSError as error:
        line.close()
        raise VideoUnreachable(f"{host} cannot be trusted: {error}") from error


def _shown(url: str) -> str:
    """An address without its query, which may hold somebody's key."""
    return url.partition("?")[0][:200]
