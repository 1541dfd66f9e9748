"""Small stills of any part of a video, from what was seen of it: nothing is decoded again."""

from __future__ import annotations

import io
from typing import Annotated

import numpy as np
from fastapi import APIRouter, HTTPException, Query, Response
from PIL import Image

from gifworthy.sampling import spread
from gifworthy.scan import unpacked
from gifworthy.service import names
from gifworthy.service.answers import files_of_type
from gifworthy.service.heads import Headed
from gifworthy.service.house import Reader, Rooms
from gifworthy.service.routes.videos import looked_at
from gifworthy.service.work import plain_effort
from gifworthy.types import Scan, Segment

router = APIRouter(prefix="/v1/videos", tags=["videos"], route_class=Headed)
LARGEST = 64 << 20
"""Bytes of a packed scan that a web process takes into memory; longer videos have their strip."""
FOR_EVER = {"Cache-Control": "private, max-age=31536000, immutable"}


@router.head("/{video}/frames.jpg", include_in_schema=False)
@router.get("/{video}/frames.jpg", response_class=Response, responses=files_of_type("image/jpeg"))
def frames(
    video: str,
    key: Reader,
    house: Rooms,
    start: Annotated[float, Query(ge=0)] = 0.0,
    end: Annotated[float | None, Query(gt=0)] = None,
    count: Annotated[int, Query(ge=1, le=48)] = 12,
) -> Response:
    """Stills between two moments, seconds, side by side, each from the middle of its share."""
    found = looked_at(house, key, video)
    data = house.storage.get(names.scan(found, plain_effort()))
    if data is None or len(data) > LARGEST:
        raise HTTPException(404, "of this video there is only its strip")
    scan = unpacked(data)
    last = scan.bounds.end if end is None else min(end, scan.bounds.end)
    if start >= last:
        raise HTTPException(422, f"start must lie before {last:g}, where the stills end")
    picture = _side_by_side(scan, Segment(start, last), count)
    return Response(picture, media_type="image/jpeg", headers=FOR_EVER)


def _side_by_side(scan: Scan, span: Segment, count: int) -> bytes:
    """A JPEG of so many stills, the nearest that were seen."""
    nearest = np.abs(scan.times[:, None] - spread(span, count)).argmin(0)
    data = io.BytesIO()
    Image.fromarray(np.concatenate(list(scan.frames[nearest]), axis=1)).save(
        data, "JPEG", quality=80
    )
    return data.getvalue()
