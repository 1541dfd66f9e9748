"""The fields of a recipe as people write them: `learning_rate=0.01`, checked by the field's type."""

from __future__ import annotations

import types
import typing
from collections.abc import Sequence
from dataclasses import fields
from typing import Literal, Union, get_args, get_origin, get_type_hints

from gifworthy.errors import UnknownName
from gifworthy.learning.recipe import Plain, Recipe
from gifworthy.registry import unknown

NONE = ("none", "null")
FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def recipe_with(recipe: type[Recipe], given: Sequence[str]) -> Recipe:
    """A recipe whose fields are changed as `field=value` says.

    Raises: UnknownName for a field it has not, with the nearest; ValueError for a value of another type,
        or one that the recipe refuses.
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
    return recipe(**chosen)


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
