"""Several cuts of one video from one analysis: the same moment in every shape that is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from gifworthy.pipeline import CoverMaker, Making
from gifworthy.rooms import Frame, slides
from gifworthy.settings import Told, nobody
from gifworthy.types import Style
from gifworthy.video import Video

CUTTING = 0.25
"""How long cutting takes beside looking, for those who are told how far it has come."""


@dataclass(frozen=True)
class Creative:
    """One cut. shape: as it was asked for, such as `1:1`."""

    shape: str
    making: Making


def cut(
    maker: CoverMaker, video: Video, styles: Sequence[tuple[str, Style]], told: Told = nobody
) -> tuple[Creative, ...]:
    """Every cut of an open video. It is scanned once, what is shown is chosen once, and a map is made once.

    Args: styles: each with its shape's name. told: how far it has come; 1 when the video is chosen from.
    Raises: VideoError; NothingWorthShowing; BudgetUnreachable; CropImpossible, before anything is
        looked at.
    """
    for _, style in styles:
        if style.aspect is not None:
            frame = Frame(video.width, video.height, video.name)
            slides(frame, style.aspect, style.keep, style.avoid)
    board, maker = maker.choose(video), replace(maker, looks=cache(maker.looks))
    made = []
    for number, (shape, style) in enumerate(styles):
        told(1 + CUTTING * number / len(styles))
        made.append(Creative(shape, maker.finish(video, board, style)))
    return tuple(made)
