"""Flags that say what is shown: the fields of `Plan`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from typer import Option

from gifworthy.cli.flags import CHOOSING

if TYPE_CHECKING:
    from gifworthy.plans import Plan


@dataclass(frozen=True)
class ScoringFlags:
    """Which parts look at the video, and how hard."""

    plan: Annotated[
        str,
        Option(
            metavar="NAME|FOLDER",
            help="Which parts choose: see `gifworthy plans`; or the folder of a trained model.",
            rich_help_panel=CHOOSING,
        ),
    ] = "signals"
    effort: Annotated[
        str | None,
        Option(
            metavar="HOW",
            help="fast (of long videos key frames only), balanced (the default) or thorough (every frame).",
            rich_help_panel=CHOOSING,
        ),
    ] = None
    segmenter: Annotated[
        str | None,
        Option(metavar="NAME", help="Another segmenter than the plan's.", rich_help_panel=CHOOSING),
    ] = None
    scorer: Annotated[
        str | None,
        Option(metavar="NAME", help="Another scorer than the plan's.", rich_help_panel=CHOOSING),
    ] = None

    def changed(self) -> Plan:
        """The plan with what was given in its place. Raises: UnknownName, ValueError."""
        from gifworthy.trained import chosen_plan

        return _replaced(
            chosen_plan(self.plan),
            effort=self.effort,
            segmenter=self.segmenter,
            scorer=self.scorer,
        )


@dataclass(frozen=True)
class SelectingFlags:
    """Which of the candidates are shown."""

    shots: Annotated[
        int | None,
        Option(help="How many moments; 1 if not given.", rich_help_panel=CHOOSING),
    ] = None
    selector: Annotated[
        str | None,
        Option(metavar="NAME", help="Another selector than the plan's.", rich_help_panel=CHOOSING),
    ] = None
    seed: Annotated[
        int | None,
        Option(help="For selectors that draw lots.", rich_help_panel=CHOOSING),
    ] = None
    allow_refused: Annotated[
        bool,
        Option(
            "--allow-refused",
            help="When nothing is worth showing, take the least bad instead of failing.",
            rich_help_panel=CHOOSING,
        ),
    ] = False

    map: Annotated[
        str | None,
        Option(
            metavar="NAME|FOLDER",
            help="Whose map crops, and says which seconds of the piece are shown; else the plan's own, "
            "else plain saliency.",
            rich_help_panel=CHOOSING,
        ),
    ] = None

    def changed(self, plan: Plan) -> Plan:
        """The plan with what was given in its place. Raises: ValueError."""
        from gifworthy.plans import telling

        return _replaced(
            telling(plan, self.shots),
            selector=self.selector,
            seed=self.seed,
            map=self.map,
            allow_refused=self.allow_refused or None,
        )


def _replaced(plan: Plan, **given: object) -> Plan:
    from dataclasses import replace

    chosen = {name: value for name, value in given.items() if value is not None}
    return replace(plan, **chosen)  # type: ignore[arg-type]
