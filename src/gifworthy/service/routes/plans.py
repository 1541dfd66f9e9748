"""Which plans there are to make covers by."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from gifworthy.service.house import Reader, Rooms
from gifworthy.service.offers import Offer

router = APIRouter(prefix="/v1", tags=["plans"])


class PlanAnswer(BaseModel):
    """A plan. kind: it comes with gifworthy, or is a model trained here. baseline: for comparison only."""

    name: str
    kind: Literal["built-in", "trained"]
    about: str
    shots: int
    effort: str
    scorer: str
    selector: str
    baseline: bool

    @classmethod
    def of(cls, offer: Offer) -> PlanAnswer:
        """The answer for an offer; where a model lies is nobody's business."""
        return cls(
            name=offer.name,
            kind=offer.kind,
            about=offer.about,
            shots=offer.plan.shots,
            effort=offer.plan.effort,
            scorer=offer.scorer,
            selector=offer.selector,
            baseline=offer.baseline,
        )


class PlansAnswer(BaseModel):
    """Every plan that `plan=` of an address, or the `name` of an order's plan, may be."""

    plans: list[PlanAnswer]


@router.get("/plans", response_model=PlansAnswer)
def list_plans(key: Reader, house: Rooms) -> PlansAnswer:
    """The plans of this server, by name."""
    del key
    return PlansAnswer(plans=[PlanAnswer.of(offer) for offer in house.offers.plans])
