"""The page: what a person sees. Everything it does, it does through the API."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup

from gifworthy import __version__
from gifworthy.encoders import ENCODERS
from gifworthy.experiments.page import fragment, style
from gifworthy.moments import clock
from gifworthy.plans import PLANS
from gifworthy.records.catalogue import StoredVideo
from gifworthy.records.experiments import Experiments
from gifworthy.records.keys import Key
from gifworthy.service import names
from gifworthy.service.answers import CoverAnswer, VideoAnswer
from gifworthy.service.house import COOKIE, House, Rooms, asking, video_of
from gifworthy.service.routes.experiments import found, reported

HERE = Path(__file__).parent.parent
POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
CANDIDATES = 6
HIDDEN = ("first", "middle", "even", "random")
"""Plans for comparison that nobody wants a cover of."""
PREVIEW = (480, 270)

router = APIRouter(include_in_schema=False)
static = StaticFiles(directory=HERE / "static")


@dataclass(frozen=True)
class Bar:
    """One piece of a video in the curve; all in thousandths of the width and hundredths of the height."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    title: str


@dataclass(frozen=True)
class Candidate:
    """One of the best pieces, and in words why."""

    start: float
    end: float
    score: float
    why: str


def _size(count: int) -> str:
    return f"{count / 1e3:.0f} kB" if count < 1e6 else f"{count / 1e6:.1f} MB"


def _ago(moment: float) -> str:
    seconds = max(0, int(time.time() - moment))
    for length, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= length:
            count = seconds // length
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "just now"


def _environment() -> Environment:
    pages = Environment(
        loader=FileSystemLoader(HERE / "pages"), autoescape=select_autoescape(), auto_reload=False
    )
    pages.filters |= {"clock": clock, "size": _size, "ago": _ago}
    pages.globals |= {"version": __version__}
    return pages


PAGES = _environment()


@router.get("/")
def all_videos(request: Request, house: Rooms) -> Response:
    """Drop one, and see them all."""
    key = asking(request, house, "read")
    if key is None:
        return _to_sign_in()
    videos = house.catalogue.of(key.tenant, 60)
    newest = {video.id: house.catalogue.covers_of(key.tenant, video.id, 1) for video in videos}
    covers = {video: CoverAnswer.of(some[0]) if some else None for video, some in newest.items()}
    return _page("videos.html", key, videos=_answers(videos), covers=covers, here="videos")


@router.get("/videos/{video}")
def one_video(video: str, request: Request, house: Rooms) -> Response:
    """One video: its cover, its moments, its candidates."""
    key = asking(request, house, "read")
    if key is None:
        return _to_sign_in()
    found = video_of(house, key, video)
    bars, candidates = _seen(house, found)
    return _page(
        "video.html",
        key,
        video=VideoAnswer.of(found),
        bars=bars,
        candidates=candidates,
        plans=[name for name in PLANS if name not in HIDDEN],
        formats=list(ENCODERS),
        preview=_preview(found),
        here="",
    )


@router.get("/queue")
def queue(request: Request, house: Rooms) -> Response:
    """What is being done, what waits, what went wrong."""
    key = asking(request, house, "read")
    if key is None:
        return _to_sign_in()
    jobs = house.jobs.of(key.tenant, most=100)
    known = {video.id: video.name for video in house.catalogue.of(key.tenant, 500)}
    counts = house.jobs.count(key.tenant)
    return _page("queue.html", key, jobs=jobs, names=known, counts=counts, here="queue")


@router.get("/experiments")
def all_experiments(request: Request, house: Rooms) -> Response:
    """Every experiment, the newest first."""
    key = asking(request, house, "read")
    if key is None:
        return _to_sign_in()
    mine = Experiments(house.database).of(key.tenant)
    return _page("experiments.html", key, experiments=mine, here="experiments")


@router.get("/experiments/{experiment}")
def one_experiment(experiment: str, request: Request, house: Rooms) -> Response:
    """What one experiment says."""
    key = asking(request, house, "read")
    if key is None:
        return _to_sign_in()
    mine = found(house, key, experiment)
    told = Markup(fragment(reported(house, mine), heading=False))
    return _page("experiment.html", key, experiment=mine, told=told, here="experiments")


@router.get("/static/experiment.css")
def experiment_style() -> Response:
    """The rules of a report."""
    return Response(style(), media_type="text/css")


@router.get("/sign-in")
def sign_in_page(refused: bool = False) -> Response:
    """Where a key is asked for."""
    return _page("sign_in.html", None, refused=refused, here="")


@router.post("/sign-in")
def sign_in(key: Annotated[str, Form()], request: Request, house: Rooms) -> Response:
    """Remember a key in this browser, out of reach of every script."""
    if house.who(key.strip()) is None:
        return RedirectResponse("/sign-in?refused=1", 303)
    answer = RedirectResponse("/", 303)
    secure = request.url.scheme == "https" or house.config.address.startswith("https")
    answer.set_cookie(COOKIE, key.strip(), httponly=True, samesite="strict", secure=secure)
    return answer


@router.post("/sign-out")
def sign_out() -> Response:
    """Forget the key in this browser."""
    answer = RedirectResponse("/sign-in", 303)
    answer.delete_cookie(COOKIE)
    return answer


def _page(name: str, key: Key | None, **values: object) -> HTMLResponse:
    signed_in = key is not None and key.id != "local"
    text = PAGES.get_template(name).render(signed_in=signed_in, **values)
    return HTMLResponse(
        text, headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
    )


def _to_sign_in() -> Response:
    return RedirectResponse("/sign-in", 303)


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
    bars = [_bar(segment, duration, low, high) for segment in segments]
    best = [
        Candidate(segment["start"], segment["end"], segment["score"], _why(segment["reasons"]))
        for segment in scored[:CANDIDATES]
    ]
    return bars, best


def _bar(segment: dict[str, float], duration: float, low: float, high: float) -> Bar:
    x, width = (
        1000 * segment["start"] / duration,
        1000 * (segment["end"] - segment["start"]) / duration,
    )
    span = f"{clock(segment['start'])} to {clock(segment['end'])}"
    if segment["score"] is None:
        return Bar("refused", x, 60, width, 40, f"{span}: never shown, {segment['refused']}")
    height = 8 + 90 * (segment["score"] - low) / ((high - low) or 1.0)
    why = _why(segment["reasons"])  # type: ignore[arg-type]
    title = f"{span}: {segment['score']:+.2f} {why}"
    return Bar(
        "scored", round(x, 2), round(100 - height, 2), round(width, 2), round(height, 2), title
    )


def _why(reasons: dict[str, float]) -> str:
    """The strongest two reasons for, and the strongest against."""
    ordered = sorted(reasons.items(), key=lambda item: -item[1])
    good = [name for name, value in ordered[:2] if value > 0.02]
    bad = [name for name, value in ordered[-1:] if value < -0.02]
    return ", ".join([*good, *(f"less {name}" for name in bad)])
