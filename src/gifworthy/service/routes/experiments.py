"""Experiments: begin one, say what its arms show, read what it says, forget a viewer."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from gifworthy.experiments.forgetting import forget
from gifworthy.experiments.picture import report_picture
from gifworthy.experiments.speech import fields
from gifworthy.records.experiments import Design, Experiment, Experiments, Variant
from gifworthy.records.keys import Key
from gifworthy.service.answers import Span, files_of_type
from gifworthy.service.house import House, Reader, Rooms, Writer
from gifworthy.service.reporting import reported, taught
from gifworthy.types import Segment

router = APIRouter(prefix="/v1", tags=["experiments"])


class DesignBody(BaseModel, extra="forbid"):
    """What is compared, and how: `docs/how-to/experiments.md` says what each field means."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    arms: Annotated[list[str], Field(min_length=2, max_length=20)]
    shares: list[float] = []
    by: Literal["unit", "pair"] = "unit"
    mode: Literal["fixed", "thompson"] = "fixed"
    floor: float = 0.1
    counted: Literal["viewable", "impression"] = "viewable"
    planned: int = 20_000
    tolerated: float = 0.05


class VariantBody(BaseModel, extra="forbid"):
    """What one arm shows of one video. spans: seconds of the video. duration: of the video, seconds."""

    video: Annotated[str, Field(min_length=1, max_length=255)]
    arm: str
    cover: str = ""
    spans: list[Span] = []
    duration: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None


class ExperimentAnswer(BaseModel):
    """An experiment. Times are seconds since 1970."""

    id: str
    name: str
    design: dict[str, object]
    created: float
    ended: float | None

    @classmethod
    def of(cls, experiment: Experiment) -> ExperimentAnswer:
        """The answer for an experiment; its salt is nobody's business."""
        return cls(
            id=experiment.id,
            name=experiment.name,
            design=asdict(experiment.design),
            created=experiment.created,
            ended=experiment.ended,
        )


@router.post("/experiments", status_code=201, response_model=ExperimentAnswer)
def begin(body: DesignBody, key: Writer, house: Rooms) -> ExperimentAnswer:
    """Begin an experiment."""
    given = body.model_dump(exclude={"name"})
    design = Design(**{**given, "arms": tuple(body.arms), "shares": tuple(body.shares)})
    return ExperimentAnswer.of(Experiments(house.database).begin(key.tenant, body.name, design))


@router.get("/experiments", response_model=list[ExperimentAnswer])
def list_experiments(key: Reader, house: Rooms) -> list[ExperimentAnswer]:
    """Your experiments, the newest first."""
    return [ExperimentAnswer.of(one) for one in Experiments(house.database).of(key.tenant)]


@router.get("/experiments/{experiment}", response_model=ExperimentAnswer)
def show_experiment(experiment: str, key: Reader, house: Rooms) -> ExperimentAnswer:
    """One experiment."""
    return ExperimentAnswer.of(found(house, key, experiment))


@router.put("/experiments/{experiment}/variants", status_code=204)
def put_variants(experiment: str, body: list[VariantBody], key: Writer, house: Rooms) -> None:
    """Say what each arm shows of each video. What is known already stays as it is."""
    mine = found(house, key, experiment)
    variants = [
        Variant(one.video, one.arm, one.cover, _segments(one.spans), one.duration) for one in body
    ]
    Experiments(house.database).show(mine, variants)


@router.post("/experiments/{experiment}/end", response_model=ExperimentAnswer)
def end(experiment: str, key: Writer, house: Rooms) -> ExperimentAnswer:
    """Views from now on count no more."""
    mine = found(house, key, experiment)
    return ExperimentAnswer.of(Experiments(house.database).end(mine))


@router.get("/experiments/{experiment}/report")
def read_report(experiment: str, key: Reader, house: Rooms) -> dict[str, object]:
    """What the experiment says: `docs/schemas/experiment.schema.json`."""
    return reported(house, found(house, key, experiment), fields)


@router.get(
    "/experiments/{experiment}/report.png",
    response_class=Response,
    responses=files_of_type("image/png"),
)
def picture(experiment: str, key: Reader, house: Rooms) -> Response:
    """The same as a picture."""
    data = reported(house, found(house, key, experiment), report_picture)
    return Response(data, media_type="image/png", headers={"Cache-Control": "no-store"})


@router.get(
    "/experiments/{experiment}/clicks.csv",
    response_class=Response,
    responses=files_of_type("text/csv"),
)
def clicks(experiment: str, key: Reader, house: Rooms) -> Response:
    """What each shown span was clicked: labels for `gifworthy data read clicks` and `train`."""
    mine = found(house, key, experiment)
    heads = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{mine.id}-clicks.csv"',
    }
    return Response(taught(house, mine), media_type="text/csv", headers=heads)


@router.post("/viewers/forget", status_code=204)
def forget_viewer(unit: Annotated[str, Query(min_length=1)], key: Writer, house: Rooms) -> None:
    """Remove everything that was told of somebody in your experiments, for good."""
    forget(house.database, key.tenant, unit)


def _segments(spans: list[Span]) -> tuple[Segment, ...]:
    return tuple(Segment(start, end) for start, end in spans)


def found(house: House, key: Key, experiment: str) -> Experiment:
    """An experiment of who asks. Raises: ExperimentNotFound, also when it is another's."""
    return Experiments(house.database).find(key.tenant, experiment)
