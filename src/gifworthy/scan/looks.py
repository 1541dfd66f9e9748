"""What one thumbnail looks like, in numbers."""

from __future__ import annotations

from typing import NamedTuple

from gifworthy.measures import brightness_and_contrast, colourfulness, sharpness
from gifworthy.scan.thumbnails import Thumbnail


class Looks(NamedTuple):
    """The signals of one picture; `gifworthy.measures` says what they mean."""

    brightness: float
    contrast: float
    sharpness: float
    colourfulness: float


def looks_of(thumbnail: Thumbnail) -> Looks:
    """All of them."""
    return Looks(
        *brightness_and_contrast(thumbnail.grey),
        sharpness(thumbnail.detail),
        colourfulness(thumbnail.colours),
    )
