"""Telling a job's owner that it has ended, signed as Standard Webhooks has it (standardwebhooks.com, 1.0)."""

from __future__ import annotations

import base64
import hmac
import logging
import threading
import time
from dataclasses import dataclass
from hashlib import sha256

from gifworthy.errors import GifworthyError, RecordsUnreadable
from gifworthy.records.deliveries import Deliveries, Delivery
from gifworthy.service.reaching import Reach

LABEL = b"gifworthy webhooks\0"
IDLE = 1.0
log = logging.getLogger(__name__)


def secret_of(secret: bytes, tenant: str) -> str:
    """The secret that a tenant checks messages with: `whsec_` and base64. Args: secret: the database's."""
    return f"whsec_{base64.b64encode(_key(secret, tenant)).decode()}"


def headers_for(secret: bytes, delivery: Delivery, now: float) -> dict[str, str]:
    """What is sent with a message: its id, when it is sent, and HMAC-SHA256 over `id.time.body`."""
    content = f"{delivery.id}.{int(now)}.{delivery.body}".encode()
    signature = base64.b64encode(hmac.digest(_key(secret, delivery.tenant), content, sha256))
    return {
        "Content-Type": "application/json",
        "webhook-id": delivery.id,
        "webhook-timestamp": str(int(now)),
        "webhook-signature": f"v1,{signature.decode()}",
    }


@dataclass(frozen=True)
class Postman:
    """Sends what is due."""

    deliveries: Deliveries
    reach: Reach

    def deliver(self) -> bool:
        """Send one message; whether there was one."""
        delivery = self.deliveries.claim()
        if delivery is None:
            return False
        headers = headers_for(self.deliveries.database.secret, delivery, time.time())
        try:
            status = self.reach.post(delivery.url, delivery.body.encode(), headers)
        except (GifworthyError, ValueError) as error:
            self.deliveries.failed(delivery, str(error))
            return True
        if 200 <= status < 300:
            self.deliveries.arrived(delivery, str(status))
        else:
            self.deliveries.failed(delivery, f"it answered {status}")
        return True

    def deliver_until(self, over: threading.Event) -> None:
        """Send what is due until told to stop."""
        while not over.is_set():
            try:
                if not self.deliver():
                    over.wait(IDLE)
            except RecordsUnreadable as error:
                log.warning("messages wait: %s", error)
                over.wait(5)


def _key(secret: bytes, tenant: str) -> bytes:
    return hmac.digest(secret, LABEL + tenant.encode(), sha256)
