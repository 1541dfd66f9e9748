"""A page's word for one experiment: it opens its arms and takes its events, and nothing else.

It stands in the source of public pages, so it is no secret and proves nothing about who asks. What it
keeps apart is tenants and experiments: nobody can make a word for an experiment that is not theirs.
"""

from __future__ import annotations

import hmac
import re
import time
from hashlib import sha256
from html import escape

from gifworthy.records.experiments import Experiment
from gifworthy.service.signing import signed

LABEL = b"gifworthy beacon"
WEEK = 7 * 86400.0
DIGITS = 32
OURS = re.compile(r"/v1/covers/(?P<name>[0-9a-f]{64})\.(?P<suffix>\w+)")


def word_of(secret: bytes, experiment: Experiment) -> str:
    """The word of an experiment. Args: secret: the database's."""
    return f"{experiment.tenant}.{_signature(secret, experiment.tenant, experiment.id)}"


def tenant_by(secret: bytes, word: str, experiment: str) -> str | None:
    """Whose experiment a word opens; None when it is a word for something else.

    Args: experiment: the id that is asked for.
    """
    tenant, _, given = word.rpartition(".")
    right = _signature(secret, tenant, experiment)
    return tenant if hmac.compare_digest(right.encode(), given.encode()) else None


def shown_at(secret: bytes, tenant: str, cover: str) -> tuple[str, str]:
    """Where a page finds a variant's cover and its still.

    A cover of ours gets signed addresses, which stay the same for a week at a time, so that browsers
    keep what they have fetched. Anything else is the publisher's own, and is given as it stands.

    Args: cover: as the variant has it. Returns: both addresses, the second empty when there is none.
    """
    ours = OURS.fullmatch(cover)
    if ours is None:
        return cover, ""
    now = time.time()
    lasting = (now // WEEK + 2) * WEEK - now + 0.5
    still = f"/v1/covers/{ours['name']}.jpg"
    return signed(secret, tenant, cover, lasting), signed(secret, tenant, still, lasting)


def snippet(home: str, experiment: str, word: str, videos: tuple[str, ...]) -> str:
    """What a site puts on its pages.

    Args: home: where this server is reached. videos: those of the experiment, shown as examples.
    """
    marked = "\n".join(
        f'<a href="/watch/{number}" data-gifworthy="{escape(video)}">\n'
        f'  <img src="your-still-{number}.jpg" width="320" height="180" alt="What the video shows">\n</a>'
        for number, video in enumerate(videos or ("VIDEO",), start=1)
    )
    address = f"{home}/static/beacon.js?experiment={experiment}&amp;beacon={word}"
    return f'{marked}\n<script type="module" src="{address}"></script>'


def _signature(secret: bytes, tenant: str, experiment: str) -> str:
    key = hmac.digest(secret, LABEL, sha256)
    return hmac.digest(key, f"{tenant}\n{experiment}".encode(), sha256).hex()[:DIGITS]
