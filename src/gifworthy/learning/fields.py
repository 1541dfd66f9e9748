"""The fields of a recipe as people write them: `learning_rate=0.01`, checked by the field's type."""

from __future__ import annotations

import math
import types
import typing
from collections.abc import Sequence
from dataclasses import fields
from typing import Literal, Union, get_args, get_origin, get_type_hints

from gifworthy.errors import UnknownName
from gifworthy.learning.recipe import Plain, Recipe
from gifworthy.registry import unknown

NONE = ("none", "null")
AT_LEAST_ONE = (
    *("epochs", "batch", "copies", "width", "segments", "negatives", "words", "word_size"),
    *("most", "most_pairs", "rounds", "stride", "hidden"),
)
LEAST = dict.fromkeys(AT_LEAST_ONE, 1) | dict.fromkeys(("patience", "layers", "frames", "decay"), 0)
ABOVE_ZERO = ("learning_rate", "rate_drop", "cost", "sharpness", "delta")
SHARES = ("overlap", "alone", "share")
BELOW_ONE = ("dropout", "momentum")
FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def recipe_with(recipe: type[Recipe], given: Sequence[str]) -> Recipe:
    """A recipe whose fields are changed as `field=value` says.

    Raises: UnknownName for a field it has not, with the nearest; ValueError for a value of another type,
        or one that the recipe or `check_numbers` refuses.
    """
    hints = get_type_hints(recipe)
    names = [field.name for field in fields(recipe)]
    chosen: dict[str, Plain] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise ValueError(f"{text!r} is no field of a recipe; write field=value")
        if name not in names:
            raise UnknownName(unknown("field", name, names))
        if name in chosen:
            raise ValueError(f"{name} was given twice; keep one of the two")
        chosen[name] = _parsed(name, value, hints[name])
    made = recipe(**chosen)
    check_numbers(made)
    return made


def check_numbers(recipe: Recipe) -> None:
    """Refuse, before anything is read, numbers that no training can run with.

    Fields are known by the names that they have in every recipe (`epochs`, `learning_rate` ...); what is
    special to one recipe it checks in its own `__post_init__`.

    Raises: ValueError, which names the field and its bounds.
    """
    for name, value in values_of(recipe).items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        if bounds := _broken(name, value):
            raise ValueError(f"{name} must be {bounds}, not {value:g}")


def _broken(name: str, value: float) -> str:
    """The bounds that a number does not keep, in words; nothing when it keeps them."""
    if value < LEAST.get(name, -math.inf):
        return f"at least {LEAST[name]}"
    if name in ABOVE_ZERO and value <= 0:
        return "above 0"
    if name in SHARES and not 0 <= value <= 1:
        return "from 0 to 1"
    if name in BELOW_ONE and not 0 <= value < 1:
        return "at least 0 and below 1"
    return ""


def values_of(recipe: Recipe) -> dict[str, Plain]:
    """Every field and its value, as a file keeps them."""
    return {field.name: getattr(recipe, field.name) for field in fields(recipe)}


def describe(recipe: type[Recipe]) -> list[tuple[str, str, str]]:
    """Each field as (name, type, default), in words."""
    hints = get_type_hints(recipe)
    default = recipe()
    return [
        (field.name, _spelt(hints[field.name]), str(getattr(default, field.name)))
        for field in fields(recipe)
    ]


def _parsed(name: str, text: str, hint: object) -> Plain:
    options = _options(hint)
    if type(None) in options and text.lower() in NONE:
        return None
    for option in options:
        found = _as(option, text)
        if found is not None:
            return found
    raise ValueError(f"{name} must be {_spelt(hint)}, not {text!r}")


def _as(option: object, text: str) -> Plain:
    """The text as one type; None when it is not of it."""
    if get_origin(option) is Literal:
        words: list[Plain] = [word for word in get_args(option) if str(word) == text]
        return words[0] if words else None
    if option is bool:
        return FLAGS.get(text.lower())
    if option is str:
        return text
    try:
        if option is int:
            return int(text)
        number = float(text) if option is float else None
    except ValueError:
        return None
    return number if number is not None and abs(number) < float("inf") else None


def _options(hint: object) -> tuple[object, ...]:
    is_union = get_origin(hint) in (Union, types.UnionType)
    return get_args(hint) if is_union else (hint,)


def _spelt(hint: object) -> str:
    words = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}
    parts = []
    for option in _options(hint):
        if option is type(None):
            parts.append("none")
        elif get_origin(option) is Literal:
            parts.append(" or ".join(str(word) for word in typing.get_args(option)))
        else:
            parts.append(words.get(option, str(option)))  # type: ignore[call-overload]
    return " or ".join(parts)
