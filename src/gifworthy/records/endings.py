"""What else changes in the transaction that ends a job: whoever wanted to hear of it will, and a video that
nobody will look at any more is not left waiting.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from sqlalchemy import Connection, Row, update

from gifworthy.records.catalogue import VIDEOS
from gifworthy.records.deliveries import Address, write_delivery

STOPPED = {
    "type": "LookStopped",
    "message": "looking at it was stopped; send the video again",
    "retryable": True,
}
"""What is said of a video when the job that was to look at it was cancelled."""


def has_ended(connection: Connection, row: Row[tuple[object, ...]], now: float) -> None:
    """A job has ended as its row says."""
    if row.webhook:
        _tell(connection, row, now)
    if row.kind == "look" and row.state != "completed":
        _give_up_video(connection, row)


def _tell(connection: Connection, row: Row[tuple[object, ...]], now: float) -> None:
    data = {
        "id": row.id,
        "video": row.video,
        "state": row.state,
        "outcome": json.loads(row.outcome),
    }
    message = {"type": f"job.{row.state}", "timestamp": _iso(now), "data": data}
    write_delivery(connection, Address(row.tenant, row.webhook, row.id, row.viewer), message, now)


def _give_up_video(connection: Connection, row: Row[tuple[object, ...]]) -> None:
    """One that was looked at already, by another job, stays ready."""
    error = json.loads(row.outcome) if row.state == "errored" else STOPPED
    mine = (VIDEOS.c.tenant == row.tenant, VIDEOS.c.id == row.video)
    connection.execute(
        update(VIDEOS)
        .where(*mine, VIDEOS.c.state == "processing")
        .values(state="errored", facts=json.dumps({"error": error}))
    )


def _iso(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).isoformat(timespec="milliseconds")
