"""One flat set of named options for callers in Python: the fields of `Style` and `Plan` together."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TypedDict

from gifworthy.comments import CommentBook
from gifworthy.moments import Bounds, Moment, parse_aspect, parse_moment, parse_span
from gifworthy.pipeline import CoverMaker
from gifworthy.plans import Plan, plan_named, telling, usual_seconds
from gifworthy.settings import Settings
from gifworthy.types import Box, Cover, Effort, Loop, Style, Transition

STYLE_FIELDS = frozenset(field.name for field in fields(Style))
PLAN_FIELDS = frozenset(field.name for field in fields(Plan)) - {"name", "shots"}

OTHERS = frozenset({"plan", "shots", "comments", "start", "end", "exclude", "settings"})


class Options(TypedDict, total=False):
    """What `gifworthy.make` takes by name; `Style` and `Plan` say what each means."""

    width: int
    height: int | None
    fps: float
    seconds: float
    up_to: float | None
    max_bytes: int | None
    aspect: float | str | None
    keep: Sequence[Box]
    avoid: Sequence[Box]
    loop: Loop
    transition: Transition
    format: str
    quality: int
    colours: int
    plan: str
    segmenter: str
    scorer: str
    selector: str
    shots: int
    comments: str | Path
    effort: Effort
    seed: int
    allow_refused: bool
    map: str
    start: float | str
    end: float | str
    exclude: Sequence[str]
    settings: Settings


def make_with(source: str | Path, options: Options) -> Cover:
    """Make a cover from flat options. Raises: as `gifworthy.make`."""
    known = STYLE_FIELDS | PLAN_FIELDS | OTHERS
    if strange := sorted(options.keys() - known):
        raise ValueError(
            f"there is no option {strange[0]!r}; there are: {', '.join(sorted(known))}"
        )
    chosen = {name: value for name, value in options.items() if name in PLAN_FIELDS}
    plan = telling(plan_named(options.get("plan", "signals")), options.get("shots"))
    looks = {name: options[name] for name in STYLE_FIELDS & options.keys()}  # type: ignore[literal-required]
    looks |= {name: tuple(looks[name]) for name in ("keep", "avoid") if name in looks}
    if isinstance(shape := looks.get("aspect"), str):
        looks["aspect"] = parse_aspect(shape)
    style = Style(seconds=usual_seconds(plan.shots)).but(**looks)
    maker = CoverMaker.load(
        replace(plan, **chosen),  # type: ignore[arg-type]
        options.get("settings", Settings.from_environ(os.environ)),
        comments=_book(source, options.get("comments")),
    )
    return maker.make(source, style, _bounds(options))


def _book(source: str | Path, place: str | Path | None) -> CommentBook | None:
    return None if place is None else CommentBook.of(Path(place), [str(source)])


def _bounds(options: Options) -> Bounds:
    return Bounds(
        _moment(options.get("start")),
        _moment(options.get("end")),
        tuple(parse_span(text) for text in options.get("exclude", ())),
    )


def _moment(given: float | str | None) -> Moment | None:
    if given is None or isinstance(given, str):
        return None if given is None else parse_moment(given)
    return Moment(float(given))
