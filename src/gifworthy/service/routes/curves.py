"""What a player or a page draws beside a video: the score over time, and the best pieces as WebVTT."""

from __future__ import annotations

import json
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query, Response
from pydantic import BaseModel, Field

from gifworthy.exports import as_webvtt
from gifworthy.records.catalogue import StoredVideo
from gifworthy.service import names
from gifworthy.service.answers import files_of_type
from gifworthy.service.house import House, Reader, Rooms
from gifworthy.service.routes.videos import looked_at
from gifworthy.types import Highlight, Reason, Segment

router = APIRouter(prefix="/v1/videos", tags=["videos"])


class PieceAnswer(BaseModel):
    """One piece of a video, seconds. height: its score from the video's least, 0, to its best, 1."""

    start: float
    end: float
    score: float | None
    height: Annotated[float, Field(ge=0, le=1)]
    refused: str | None
    reasons: dict[str, float]


class CurveAnswer(BaseModel):
    """The score over a whole video, in order of time; of what is never shown `refused` says why."""

    video: str
    duration: float
    scorer: str
    least: float | None
    most: float | None
    pieces: list[PieceAnswer]


class Ranked(BaseModel):
    """A piece that was ranked, seconds; `refused` says why it is never shown."""

    start: float
    end: float
    score: float | None
    refused: str | None
    reasons: dict[str, float]


class Ranking(BaseModel):
    """Every piece of a video, best first: `docs/schemas/rank.schema.json`."""

    source: str
    duration: float
    scorer: str
    segments: list[Ranked]
    warnings: list[str]
    version: str

    @property
    def scored(self) -> list[tuple[Ranked, float]]:
        """What may be shown, best first."""
        return [(piece, piece.score) for piece in self.segments if piece.score is not None]


@router.get("/{video}/highlights", response_model=Ranking)
def highlights(video: str, key: Reader, house: Rooms) -> Ranking:
    """Every piece of the video with its score and reasons, best first, and what is never shown, and why."""
    return ranking_of(house, looked_at(house, key, video))


@router.get("/{video}/curve", response_model=CurveAnswer)
def curve(video: str, key: Reader, house: Rooms) -> CurveAnswer:
    """The score of each piece of the video in order of time, and its reasons: what a timeline draws."""
    ranking = ranking_of(house, looked_at(house, key, video))
    values = [score for _, score in ranking.scored]
    least, most = min(values, default=None), max(values, default=None)
    pieces = [
        PieceAnswer(**piece.model_dump(), height=_height(piece.score, least, most))
        for piece in sorted(ranking.segments, key=lambda one: (one.start, one.end))
    ]
    return CurveAnswer(
        video=video,
        duration=ranking.duration,
        scorer=ranking.scorer,
        least=least,
        most=most,
        pieces=pieces,
    )


@router.get("/{video}/highlights.vtt", response_class=Response, responses=files_of_type("text/vtt"))
def highlights_as_track(
    video: str,
    key: Reader,
    house: Rooms,
    kind: Literal["chapters", "metadata"] = "chapters",
    most: Annotated[int, Query(ge=1, le=1000)] = 10,
) -> Response:
    """The best pieces as a WebVTT track: chapters by place and main reason, or JSON with all for programs."""
    ranking = ranking_of(house, looked_at(house, key, video))
    best = tuple(_highlight(piece, score) for piece, score in ranking.scored[:most])
    words = _told if kind == "metadata" else _title
    told = [words(place, one) for place, one in enumerate(best, start=1)]
    text = as_webvtt([one.segment for one in best], told)
    return Response(text, media_type="text/vtt")


def ranking_of(house: House, video: StoredVideo) -> Ranking:
    """What was seen in a video. Raises: HTTPException 404 when its file is gone."""
    data = house.storage.get(names.ranking(video))
    if data is None:
        raise HTTPException(404, "what was seen in this video is gone; send it again")
    return Ranking.model_validate_json(data)


def _height(score: float | None, least: float | None, most: float | None) -> float:
    if score is None or least is None or most is None:
        return 0.0
    return 1.0 if most == least else (score - least) / (most - least)


def _highlight(piece: Ranked, score: float) -> Highlight:
    reasons = tuple(Reason(name, value) for name, value in piece.reasons.items())
    return Highlight(Segment(piece.start, piece.end), score, reasons=reasons)


def _title(place: int, highlight: Highlight) -> str:
    """What a viewer of a player reads: the place, and what speaks most for the piece."""
    most = max(highlight.reasons, key=lambda reason: reason.value, default=None)
    if most is None or most.value <= 0:
        return f"{place}: highlight"
    return f"{place}: {most.name.replace('_', ' ')}"


def _told(place: int, highlight: Highlight) -> str:
    reasons = {reason.name: reason.value for reason in highlight.reasons}
    return json.dumps({"place": place, "score": highlight.score, "reasons": reasons})
