"""What goes back over HTTP: the shapes of the API, and how an error of ours becomes an answer."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from gifworthy.errors import (
    BudgetUnreachable,
    CropImpossible,
    EventsUnreadable,
    ExperimentNotFound,
    GifworthyError,
    MissingExtra,
    NothingWorthShowing,
    OutputError,
    RecordsUnreadable,
    UnknownName,
    VideoError,
    VideoNotFound,
    VideoUnreachable,
    WeightsError,
)
from gifworthy.records.catalogue import StoredCover, StoredVideo
from gifworthy.records.deliveries import Delivery
from gifworthy.records.orders import Job, State
from gifworthy.service.reaching import NotPublic
from gifworthy.service.tokens import TokenOver, TokenUnknown

STATUS: tuple[tuple[type[Exception], int], ...] = (
    (VideoNotFound, 404),
    (TokenUnknown, 404),
    (TokenOver, 410),
    (ExperimentNotFound, 404),
    (EventsUnreadable, 422),
    (NotPublic, 422),
    (VideoUnreachable, 502),
    (VideoError, 422),
    (NothingWorthShowing, 422),
    (BudgetUnreachable, 422),
    (CropImpossible, 422),
    (UnknownName, 422),
    (WeightsError, 503),
    (RecordsUnreadable, 503),
    (OutputError, 507),
    (MissingExtra, 501),
    (GifworthyError, 500),
    (ValueError, 422),
)
OURS: tuple[tuple[type[Exception], str], ...] = (
    (RecordsUnreadable, "the records cannot be used just now; ask again"),
    (OutputError, "the storage refuses just now; ask again, or tell who runs this server"),
    (WeightsError, "this model cannot be used here; tell who runs this server"),
)
"""Errors whose own words name places of this machine, and what others are told instead."""
PASSING = (423, 429, 502, 503, 507)


Span = Annotated[list[float], Field(min_length=2, max_length=2)]
"""Start and end, seconds."""


class Problem(BaseModel):
    """What went wrong: a word for programs, a sentence for people, and whether to ask again."""

    type: str
    message: str
    retryable: bool = False


class ProblemAnswer(BaseModel):
    """Every answer of 400 and above."""

    error: Problem


class VideoAnswer(BaseModel):
    """A video as the service knows it. Times are seconds since 1970."""

    id: str
    name: str
    size_bytes: int
    state: str
    added: float
    duration: float | None = None
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    has_audio: bool | None = None
    warnings: list[str] = []
    error: Problem | None = None
    links: dict[str, str] = {}

    @classmethod
    def of(cls, video: StoredVideo) -> VideoAnswer:
        """The answer for a video."""
        home = f"/v1/videos/{video.id}"
        links = {
            "self": home,
            "covers": f"{home}/covers",
            "highlights": f"{home}/highlights",
            "curve": f"{home}/curve",
            "strip": f"{home}/strip.jpg",
        }
        facts = {name: value for name, value in video.facts.items() if name != "stills"}
        return cls.model_validate(
            {
                "id": video.id,
                "name": video.name,
                "size_bytes": video.size_bytes,
                "state": video.state,
                "added": video.added,
                "links": links,
                **facts,
            }
        )


class VideosAnswer(BaseModel):
    """Videos, the newest first. next: ask with `before` of this for older ones."""

    videos: list[VideoAnswer]
    next: float | None = None


class CoverAnswer(BaseModel):
    """A cover that was made. url, still: where its bytes are; they never change there."""

    key: str
    media_type: str
    size_bytes: int
    url: str
    still: str
    story: dict[str, object]

    @classmethod
    def of(cls, cover: StoredCover) -> CoverAnswer:
        """The answer for a cover."""
        home = f"/v1/covers/{cover.key}"
        return cls(
            key=cover.key,
            media_type=cover.media_type,
            size_bytes=cover.size_bytes,
            url=f"{home}{cover.suffix}",
            still=f"{home}.jpg",
            story=dict(cover.story),
        )


class WebhookAnswer(BaseModel):
    """What became of the message that a job has ended.

    attempts: how often it was sent. answer: the last status, or why there is none. next: when it is sent
    again, seconds since 1970.
    """

    state: Literal["waiting", "arrived", "given_up"]
    attempts: int = 0
    answer: str = ""
    next: float | None = None

    @classmethod
    def of(cls, delivery: Delivery | None) -> WebhookAnswer:
        """The answer for a message; None: its job has not ended."""
        if delivery is None:
            return cls(state="waiting")
        over: Literal["arrived", "given_up"] = (
            "arrived" if delivery.answer.isdigit() else "given_up"
        )
        return cls(
            state="waiting" if delivery.due is not None else over,
            attempts=delivery.attempts,
            answer=delivery.answer,
            next=delivery.due,
        )


class JobAnswer(BaseModel):
    """One piece of work.

    progress: 0 to 1. cover: when it made one. error: when it failed. webhook: when somebody is to hear of
    its end.
    """

    id: str
    video: str
    kind: str
    state: State
    progress: Annotated[float, Field(ge=0, le=1)]
    created: float
    ended: float | None = None
    cover: CoverAnswer | None = None
    error: Problem | None = None
    webhook: WebhookAnswer | None = None
    links: dict[str, str] = {}

    @classmethod
    def of(
        cls, job: Job, cover: StoredCover | None = None, told: Delivery | None = None
    ) -> JobAnswer:
        """The answer for a job."""
        home, video = f"/v1/jobs/{job.id}", job.video or str(job.outcome.get("video") or "")
        links = {"self": home, "events": f"{home}/events"}
        return cls(
            id=job.id,
            video=video,
            kind=job.kind,
            state=job.state,
            progress=job.progress,
            created=job.created,
            ended=job.ended,
            cover=None if cover is None else CoverAnswer.of(cover),
            error=Problem.model_validate(job.outcome) if job.state == "errored" else None,
            webhook=WebhookAnswer.of(told) if job.webhook else None,
            links=links | ({"video": f"/v1/videos/{video}"} if video else {}),
        )


class JobsAnswer(BaseModel):
    """Jobs, the newest first."""

    jobs: list[JobAnswer]


class ChoiceAnswer(BaseModel):
    """What a person chose to show; `windows` is empty when nobody chose."""

    version: int
    windows: list[Span]
    exclude: list[Span]


def files_of_type(*types: str) -> dict[int | str, dict[str, Any]]:
    """For the API's description: a route that answers with a file of one of these types."""
    content = {one: {"schema": {"contentMediaType": one}} for one in types}
    return {200: {"description": "The file.", "content": content}}


def status_of(error: Exception) -> int:
    """The HTTP status of an error of ours."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


def told(error: Exception) -> str:
    """What others may read of an error."""
    return next((words for kind, words in OURS if isinstance(error, kind)), str(error))


def problem(name: str, message: str, status: int) -> dict[str, object]:
    """The body of every answer of 400 and above."""
    told = Problem(type=name, message=message, retryable=status in PASSING)
    return ProblemAnswer(error=told).model_dump()
