"""The page: what a person sees. Everything it does, it does through the API."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from markupsafe import Markup
from PIL import Image
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import Scope

from gifworthy.encoders import ENCODERS
from gifworthy.experiments.page import fragment, style
from gifworthy.moments import clock
from gifworthy.records.catalogue import StoredVideo
from gifworthy.records.experiments import Experiment, Experiments
from gifworthy.service import names
from gifworthy.service.answers import CoverAnswer, VideoAnswer
from gifworthy.service.beacon import OURS
from gifworthy.service.heads import FOR_ONE, given, is_known
from gifworthy.service.house import (
    COOKIE,
    LOCAL,
    House,
    Rooms,
    asking,
    check_origin,
    video_of,
)
from gifworthy.service.reporting import reported
from gifworthy.service.routes.experiments import found
from gifworthy.service.routes.telling import beacon_of
from gifworthy.service.showing import HERE, ForPeople, page

CANDIDATES = 6
LISTED = 100
"""Jobs on the queue's page."""
SHOWN = 24
PREVIEW_WIDTH = 240
"""Pixels of the previews that `candidates.js` orders."""
PREVIEW = (480, 270)
SMALL = (256, 256)
ON_A_PAGE = 24
FOR_EVER = "private, max-age=31536000, immutable"

OUTWARD = ("beacon.js", "embed.js", "moving.js")
"""Scripts that other sites' pages load."""
FOR_AN_HOUR = {"Cache-Control": "public, max-age=3600", "Access-Control-Allow-Origin": "*"}
ASK_AGAIN = {"Cache-Control": "no-cache"}
"""Modules load each other by their plain names, so an old one must never meet a new one."""
WORKS = {"look": "looked at", "cover": "cover", "fetch": "fetched", "history": "a viewer's history"}
"""What each kind of job does, in words."""

router = APIRouter(include_in_schema=False, route_class=ForPeople)


class Static(StaticFiles):
    """What pages load. Only the scripts for other sites may be read by other sites."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """One file, with how long it may be kept."""
        answer = await super().get_response(path, scope)
        answer.headers.update(FOR_AN_HOUR if path in OUTWARD else ASK_AGAIN)
        return answer


static = GZipMiddleware(Static(directory=HERE / "static"), minimum_size=500)


@dataclass(frozen=True)
class Bar:
    """One piece of a video in the curve.

    x, y, width, height: thousandths of the width and hundredths of the height. start, end: seconds.
    score: None when it is never shown. why: the reasons, or why it is refused. title: all of it in words.
    """

    kind: str
    x: float
    y: float
    width: float
    height: float
    start: float
    end: float
    score: float | None
    why: str
    title: str


@dataclass(frozen=True)
class Candidate:
    """One of the best pieces, and in words why."""

    start: float
    end: float
    score: float
    why: str


@dataclass(frozen=True)
class Shown:
    """What one arm shows of one video; cover and still are empty when the publisher's own is shown."""

    video: str
    arm: str
    cover: str
    still: str
    spans: str


@router.get("/")
def all_videos(request: Request, house: Rooms, before: float | None = None) -> Response:
    """Drop one, and see them all, the newest first."""
    key = asking(request, house, "read")
    if key is None:
        return _to_sign_in()
    videos = house.catalogue.of(key.tenant, ON_A_PAGE, before)
    older = videos[-1].added if len(videos) == ON_A_PAGE else None
    covers = {video.id: _newest(house, video) for video in videos}
    return page(
        "videos.html", key, videos=_answers(videos), covers=covers, older=older, here="videos"
    )


@router.get("/videos/{video}")
def one_video(video: str, request: Request, house: Rooms) -> Response:
    """One video: its cover, its moments, its candidates."""
    key = asking(request, house, "read")
    if key is None:
        return _to_sign_in()
    found = video_of(house, key, video)
    bars, candidates = _seen(house, found)
    return page(
        "video.html",
        key,
        video=VideoAnswer.of(found),
        bars=bars,
        candidates=candidates,
        refusals=_refusals(bars),
        plans=[offer for offer in house.offers.plans if not offer.baseline],
        formats=list(ENCODERS),
        preview=_preview(found),
        stills=found.facts.get("stills") or [0.0],
        here="",
    )


@router.get("/stills/{name}.webp")
def small_still(name: str, request: Request, house: Rooms) -> Response:
    """The still of a cover, small, so that a page of many videos stays light."""
    key = asking(request, house, "read")
    if key is None:
        raise HTTPException(401, "a key is needed")
    cover = house.catalogue.cover(key.tenant, name)
    if cover is None:
        raise HTTPException(404, f"there is no cover {name}")
    etag = f'"{cover.etag}-small"'
    headers = {"ETag": etag, "Cache-Control": FOR_ONE if cover.viewer else FOR_EVER}
    if is_known(request, etag):
        return Response(status_code=304, headers=headers)
    data = house.storage.get(names.cover(cover, ".jpg"))
    if data is None:
        raise HTTPException(404, f"the still of cover {name} is gone; order it anew")
    return given(request, _smaller(data), "image/webp", headers)


@router.get("/queue")
def queue(request: Request, house: Rooms) -> Response:
    """What is being done, what waits, what went wrong."""
    key = asking(request, house, "read")
    if key is None:
        return _to_sign_in()
    jobs = house.jobs.of(key.tenant, most=LISTED, only_work=True)
    known = {video.id: video.name for video in house.catalogue.of(key.tenant, 500)}
    counts = house.jobs.count(key.tenant, only_work=True)
    return page("queue.html", key, jobs=jobs, names=known, counts=counts, works=WORKS, here="queue")


@router.get("/experiments")
def all_experiments(request: Request, house: Rooms) -> Response:
    """Every experiment, the newest first."""
    key = asking(request, house, "read")
    if key is None:
        return _to_sign_in()
    mine = Experiments(house.database).of(key.tenant)
    return page("experiments.html", key, experiments=mine, here="experiments")


@router.get("/experiments/{experiment}")
def one_experiment(experiment: str, request: Request, house: Rooms) -> Response:
    """What one experiment says."""
    key = asking(request, house, "read")
    if key is None:
        return _to_sign_in()
    mine = found(house, key, experiment)
    told = Markup(reported(house, mine, partial(fragment, heading=False)))
    return page(
        "experiment.html",
        key,
        experiment=mine,
        told=told,
        shown=_shown(house, mine),
        snippet=beacon_of(house, mine).snippet,
        here="experiments",
    )


@router.get("/static/experiment.css")
def experiment_style() -> Response:
    """The rules of a report."""
    return Response(style(), media_type="text/css")


@router.get("/sign-in")
def sign_in_page(request: Request, house: Rooms, refused: bool = False) -> Response:
    """Where a key is asked for; who has given one is led on."""
    known = house.who(request.cookies.get(COOKIE))
    if known is not None and known.id != LOCAL.id:
        return RedirectResponse("/", 303)
    return page("sign_in.html", None, refused=refused, here="")


@router.post("/sign-in")
def sign_in(key: Annotated[str, Form()], request: Request, house: Rooms) -> Response:
    """Remember a key in this browser, out of reach of every script.

    Another site's page may not: who is signed in as somebody else would send videos to a stranger.
    """
    check_origin(request, house)
    if house.who(key.strip()) is None:
        return RedirectResponse("/sign-in?refused=1", 303)
    answer = RedirectResponse("/", 303)
    secure = request.url.scheme == "https" or house.config.address.startswith("https")
    answer.set_cookie(COOKIE, key.strip(), httponly=True, samesite="strict", secure=secure)
    return answer


@router.post("/sign-out")
def sign_out(request: Request, house: Rooms) -> Response:
    """Forget the key in this browser."""
    check_origin(request, house)
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(COOKIE)
    return answer


def _refusals(bars: list[Bar]) -> str:
    """How many pieces were refused, and why."""
    counts = Counter(bar.why for bar in bars if bar.score is None)
    return ", ".join(
        f"{count} {'is' if count == 1 else 'are'} {word}" for word, count in counts.most_common()
    )


def _to_sign_in() -> Response:
    return RedirectResponse("/sign-in", 303)


def _shown(house: House, mine: Experiment) -> list[Shown]:
    """What the arms show of the first few videos."""
    variants = Experiments(house.database).variants(mine, most=SHOWN)
    names = {one.video: house.catalogue.find(mine.tenant, one.video) for one in variants}
    shown = []
    for one in variants:
        video = names[one.video]
        ours = OURS.fullmatch(one.cover)
        still = f"/v1/covers/{ours['name']}.jpg" if ours else ""
        name = one.video if video is None else video.name
        spans = ", ".join(f"{clock(each.start)} to {clock(each.end)}" for each in one.spans)
        shown.append(Shown(name, one.arm, one.cover if ours else "", still, spans))
    return shown


def _smaller(data: bytes) -> bytes:
    """A WebP of at most `SMALL` pixels. Args: data: a still that we made ourselves, a JPEG."""
    picture, smaller = Image.open(io.BytesIO(data)), io.BytesIO()
    picture.thumbnail(SMALL)
    picture.save(smaller, "WEBP", quality=60)
    return smaller.getvalue()


def _newest(house: House, video: StoredVideo) -> CoverAnswer | None:
    """The cover of a video that was made last; rather not a small one, which is a candidate's preview."""
    covers = [
        CoverAnswer.of(cover) for cover in house.catalogue.covers_of(video.tenant, video.id, 12)
    ]
    large = (cover for cover in covers if cover.story["width"] != PREVIEW_WIDTH)
    return next(large, covers[0] if covers else None)


def _answers(videos: tuple[StoredVideo, ...]) -> list[VideoAnswer]:
    return [VideoAnswer.of(video) for video in videos]


def _preview(video: StoredVideo) -> dict[str, int]:
    """The size that the first cover will have, so that nothing moves when it comes."""
    width, height = video.facts.get("width"), video.facts.get("height")
    if not isinstance(width, int) or not isinstance(height, int):
        return dict(zip(("width", "height"), PREVIEW, strict=True))
    shown = min(PREVIEW[0], width)
    return {"width": shown, "height": round(shown * height / width)}


def _seen(house: House, video: StoredVideo) -> tuple[list[Bar], list[Candidate]]:
    if video.state != "ready":
        return [], []
    data = house.storage.get(names.ranking(video))
    if data is None:
        raise HTTPException(404, "what was seen in this video is gone; send it again")
    record = json.loads(data)
    segments, duration = record["segments"], record["duration"]
    scored = [segment for segment in segments if segment["score"] is not None]
    low = min((segment["score"] for segment in scored), default=0.0)
    high = max((segment["score"] for segment in scored), default=1.0)
    in_time = sorted(segments, key=itemgetter("start"))
    bars = [_bar(segment, duration, low, high) for segment in in_time]
    best = [
        Candidate(segment["start"], segment["end"], segment["score"], _why(segment["reasons"]))
        for segment in scored[:CANDIDATES]
    ]
    return bars, best


def _bar(segment: Mapping[str, Any], duration: float, low: float, high: float) -> Bar:
    start, end, score = segment["start"], segment["end"], segment["score"]
    x, width = round(1000 * start / duration, 2), round(1000 * (end - start) / duration, 2)
    span = f"{clock(start)} to {clock(end)}"
    if score is None:
        why = str(segment["refused"])
        return Bar(
            "refused", x, 70, width, 30, start, end, None, why, f"{span}: never shown, {why}"
        )
    height = round(8 + 90 * (score - low) / ((high - low) or 1.0), 2)
    why = _why(segment["reasons"])
    title = f"{span}: {score:+.2f} {why}"
    return Bar("scored", x, round(100 - height, 2), width, height, start, end, score, why, title)


def _why(reasons: dict[str, float]) -> str:
    """The strongest two reasons for, and the strongest against."""
    ordered = sorted(reasons.items(), key=lambda item: -item[1])
    good = [name for name, value in ordered[:2] if value > 0.02]
    bad = [name for name, value in ordered[-1:] if value < -0.02]
    return ", ".join([*good, *(f"less {name}" for name in bad)])
