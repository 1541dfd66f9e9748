"""The scenes of the film, in order: what each draws, how long it lasts, and how it sounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gifworthy.sample.juggler import Juggler
from gifworthy.sample.landscapes import Dawn, Night, Sea, Window
from gifworthy.sample.painting import Picture, dimmed, gradient, lettering

CREDITS = (
    ("A DAY OUT", 30),
    ("", 18),
    ("The bear", 16),
    ("a handful of ellipses", 22),
    ("", 14),
    ("Landscapes", 16),
    ("sums of sines", 22),
    ("", 14),
    ("Music", 16),
    ("a pentatonic scale", 22),
    ("", 14),
    ("No bear was harmed", 18),
)


@dataclass(frozen=True)
class Scene:
    """One shot. draw: the picture after some seconds. chord: frequencies of its music in hertz."""

    name: str
    seconds: float
    draw: Callable[[float], Picture]
    chord: tuple[float, ...] = ()
    is_lively: bool = False


def black(moment: float) -> Picture:
    """Nothing yet."""
    del moment
    return gradient((0, 0, 0), (0, 0, 0))


def title(moment: float) -> Picture:
    """A card that says what is to come."""
    card = gradient((24, 34, 52), (36, 48, 70))
    lettering(card, "A Day Out", 164, 54, (238, 226, 204))
    lettering(card, "a film in nine scenes", 216, 20, (160, 170, 186))
    return dimmed(card, moment / 0.5)


def credits(moment: float) -> Picture:
    """Names that rise over black."""
    picture = gradient((0, 0, 0), (0, 0, 0))
    y = 250 - 66 * moment
    for text, size in CREDITS:
        y += size * 1.35
        if text and -20 < y < 380:
            lettering(picture, text, y, size, (214, 214, 210))
    return picture


SCENES: tuple[Scene, ...] = (
    Scene("black", 1.2, black),
    Scene("title", 2.2, title),
    Scene("dawn", 5.0, Dawn().draw, (220.0, 277.2, 329.6)),
    Scene("window", 4.0, Window().draw, (196.0, 246.9, 293.7)),
    Scene("sea", 4.5, Sea().draw, (174.6, 220.0, 261.6)),
    Scene("juggler", 5.2, Juggler().draw, (261.6, 329.6, 392.0), is_lively=True),
    Scene("night", 4.0, Night().draw, (146.8, 185.0, 220.0)),
    Scene("credits", 4.0, credits, (130.8, 164.8, 196.0)),
    Scene("end", 0.8, black),
)
