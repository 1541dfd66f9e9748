"""Viewers: what each chose, words that say for whom a cover is, and forgetting.

A viewer in an address is what the site calls it, or the id that was given back for that name.
"""

from __future__ import annotations

import time
from functools import partial
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Response
from pydantic import BaseModel, Field

from gifworthy.experiments.forgetting import forget
from gifworthy.records.experiments import Experiments
from gifworthy.records.histories import Pick, span_within
from gifworthy.records.keys import Key
from gifworthy.records.orders import Order
from gifworthy.records.viewers import ID, Changed, Viewer
from gifworthy.service import names
from gifworthy.service.answers import JobAnswer
from gifworthy.service.house import House, Reader, Rooms, Writer
from gifworthy.service.routes.videos import looked_at, room_for
from gifworthy.service.tokens import token_for

router = APIRouter(prefix="/v1/viewers", tags=["viewers"])
AT_ONCE = 100
DAY = 86400.0
Word = Annotated[
    str, Path(min_length=1, max_length=1000, description="A name of yours, or an id, vwr_...")
]


class NameBody(BaseModel, extra="forbid"):
    """What you call a viewer: any text; only a keyed hash of it is kept."""

    name: Annotated[str, Field(min_length=1, max_length=1000)]


class PickBody(BaseModel, extra="forbid"):
    """A span of one of your videos, seconds."""

    video: Annotated[str, Field(max_length=100)]
    start: Annotated[float, Field(ge=0)]
    end: Annotated[float, Field(gt=0)]


class PicksBody(BaseModel, extra="forbid"):
    """What a viewer chose."""

    picks: Annotated[list[PickBody], Field(min_length=1, max_length=AT_ONCE)]


class TokenBody(BaseModel, extra="forbid"):
    """For how long a token is good."""

    seconds: Annotated[float, Field(ge=1, le=365 * DAY)] = DAY


class ViewerAnswer(BaseModel):
    """A viewer, whose name is kept nowhere. Times are seconds since 1970."""

    id: str
    picks: int
    added: float
    changed: float

    @classmethod
    def of(cls, viewer: Viewer) -> ViewerAnswer:
        """The answer for a viewer."""
        return cls(id=viewer.id, picks=viewer.picks, added=viewer.added, changed=viewer.changed)


class ViewersAnswer(BaseModel):
    """Viewers, whose history changed last first. next: ask with `before` of this for more."""

    viewers: list[ViewerAnswer]
    next: float | None = None


class PickAnswer(BaseModel):
    """Something that was chosen: a span of a video, seconds. added: seconds since 1970."""

    id: str
    video: str
    start: float
    end: float
    duration: float
    added: float

    @classmethod
    def of(cls, pick: Pick) -> PickAnswer:
        """The answer for a pick."""
        return cls(
            id=pick.id,
            video=pick.video,
            start=pick.segment.start,
            end=pick.segment.end,
            duration=pick.duration,
            added=pick.added,
        )


class HistoryAnswer(BaseModel):
    """What a viewer chose, the oldest first."""

    viewer: str
    picks: list[PickAnswer]


class AddedAnswer(HistoryAnswer):
    """The history as it is now. new: how many were not known before. job: looks at these."""

    new: int
    job: JobAnswer | None = None


class TokenAnswer(BaseModel):
    """What stands for a viewer in a cover's address. expires: seconds since 1970."""

    token: str
    expires: float


@router.post("", status_code=201, response_model=ViewerAnswer)
def make_viewer(body: NameBody, key: Writer, house: Rooms) -> ViewerAnswer:
    """The id of a viewer, who is new or known. An id in addresses keeps names out of other people's logs."""
    return ViewerAnswer.of(house.viewers.made(key.tenant, body.name))


@router.get("", response_model=ViewersAnswer)
def list_viewers(
    key: Reader,
    house: Rooms,
    most: Annotated[int, Query(ge=1, le=500)] = 50,
    before: float | None = None,
) -> ViewersAnswer:
    """Your viewers, whose history changed last first."""
    found = house.viewers.of(key.tenant, most, before)
    following = found[-1].changed if len(found) == most else None
    return ViewersAnswer(viewers=[ViewerAnswer.of(one) for one in found], next=following)


@router.get("/{viewer}", response_model=ViewerAnswer)
def show_viewer(viewer: Word, key: Reader, house: Rooms) -> ViewerAnswer:
    """One viewer."""
    return ViewerAnswer.of(viewer_of(house, key, viewer))


@router.delete("/{viewer}", status_code=204)
def forget_everything(viewer: Word, key: Writer, house: Rooms) -> None:
    """Remove everything of a viewer, for good.

    The history, every cover that was made for it, the jobs and messages about these, and every token. By
    name also the events that were told of a unit of that name in your experiments.
    """
    if not ID.fullmatch(viewer) and Experiments(house.database).of(key.tenant):
        forget(house.database, key.tenant, viewer)
    found = house.viewers.find(key.tenant, viewer)
    if found is None:  # perhaps all but the last step was done before, and that could not be
        house.database.erase_what_is_owed()
        raise HTTPException(404, "there is no such viewer")
    clear = partial(house.storage.remove_below, names.of_viewer(key.tenant, found.id))
    house.viewers.forget(found, clear)


@router.get("/{viewer}/history", response_model=HistoryAnswer)
def show_history(viewer: Word, key: Reader, house: Rooms) -> HistoryAnswer:
    """What a viewer chose, the oldest first."""
    found = viewer_of(house, key, viewer)
    return HistoryAnswer(viewer=found.id, picks=_picks(house, found))


@router.post("/{viewer}/history", status_code=202, response_model=AddedAnswer)
def add_to_history(
    viewer: Word, body: PicksBody, response: Response, key: Writer, house: Rooms
) -> AddedAnswer:
    """Remember what a viewer chose; a name that is new is a new viewer.

    It is kept when this answers, all or none, and the same span counts once. How it looks is seen by a job.
    """
    picks = [_pick(house, key, one) for one in body.picks]
    with room_for(house, key, "orders"):
        found = house.viewers.made(key.tenant, viewer)
        changed = _clean(house, house.viewers.add(found, picks, house.config.bounds.picks), viewer)
        job = None
        if changed.new:
            job = JobAnswer.of(
                house.jobs.order(Order(key.tenant, "", "history", {}, viewer=found.id))
            )
            response.headers["Location"] = f"/v1/jobs/{job.id}"
    mine = _picks(house, found)
    return AddedAnswer(viewer=found.id, picks=mine, new=len(changed.new), job=job)


@router.delete("/{viewer}/history/{pick}", status_code=204)
def remove_from_history(viewer: Word, pick: str, key: Writer, house: Rooms) -> None:
    """Take one thing out of a history."""
    _clean(house, house.viewers.remove(viewer_of(house, key, viewer), pick), pick)


@router.post("/{viewer}/token", status_code=201, response_model=TokenAnswer)
def make_token(viewer: Word, body: TokenBody, key: Writer, house: Rooms) -> TokenAnswer:
    """A word for `viewer=` of a cover's address: it says for whom, to nobody but this server.

    It lets nobody in: the address needs a key still, or a signature (`POST /v1/sign`).
    """
    found, ends = viewer_of(house, key, viewer), time.time() + body.seconds
    token = token_for(house.database.secret, key.tenant, found.id, ends)
    return TokenAnswer(token=token, expires=float(int(ends)))


def viewer_of(house: House, key: Key, word: str) -> Viewer:
    """A viewer of who asks. Raises: HTTPException 404, also when it is another's."""
    found = house.viewers.find(key.tenant, word)
    if found is None:
        raise HTTPException(404, "there is no such viewer; POST /v1/viewers makes one")
    return found


def _pick(house: House, key: Key, given: PickBody) -> Pick:
    """A span of a video of who asks. Raises: HTTPException, ValueError."""
    video = looked_at(house, key, given.video)
    duration = video.facts["duration"]
    assert isinstance(duration, float | int), "a video that was looked at has a duration"
    segment = span_within(given.start, given.end, duration)
    return Pick(video.id, segment, float(duration), video.content[:32])


def _picks(house: House, viewer: Viewer) -> list[PickAnswer]:
    return [PickAnswer.of(pick) for pick in house.viewers.history(viewer)]


def _clean(house: House, changed: Changed | None, what: str) -> Changed:
    """Remove the covers that were made for the history as it was. Raises: HTTPException 404."""
    if changed is None:
        raise HTTPException(404, f"there is no {what} here any more")
    for cover in changed.covers:
        for name in names.files_of(cover):
            house.storage.remove(name)
    return changed
