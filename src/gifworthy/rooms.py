"""Where a crop may lie at all: of a shape, around what must be seen, apart from what must not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from gifworthy.errors import CropImpossible
from gifworthy.types import WHOLE_FRAME, Box

SMALLEST_SIDE = 32
"""Pixels of a side below which nobody sees what is shown; in a tiny video, half its shorter side."""
SAME = 1e-9


@dataclass(frozen=True)
class Frame:
    """The frame that is cropped: pixels. name: of its video, for messages."""

    width: int
    height: int
    name: str = "the video"


@dataclass(frozen=True)
class Slide:
    """A box of one size that may slide along one side of the frame.

    width, height: of the box, fractions 0..1 of the frame. along_width: whether it slides sideways.
    low, high: where its left (or top) edge may lie. across: where its top (or left) edge stays.
    """

    width: float
    height: float
    along_width: bool
    low: float
    high: float
    across: float

    @property
    def size(self) -> float:
        """Of the box along the side on which it slides, fraction 0..1."""
        return self.width if self.along_width else self.height

    @property
    def breadth(self) -> float:
        """Of the box along the other side, fraction 0..1."""
        return self.height if self.along_width else self.width


def largest_box(width: float, height: float, aspect: float) -> tuple[float, float]:
    """Width and height, as fractions of the frame, of the largest box of `aspect` inside it.

    Args: width, height: pixels of the frame. aspect: width over height of the crop, in pixels.
    """
    own = width / height
    return (aspect / own, 1.0) if aspect < own else (1.0, own / aspect)


def slides(
    frame: Frame, aspect: float, keep: tuple[Box, ...] = (), avoid: tuple[Box, ...] = ()
) -> tuple[Slide, ...]:
    """Every way to lay the largest box of a shape, the largest first.

    What must be avoided leaves rooms, the largest rectangles without any of it; in each room lies the
    largest box of the shape, which then touches two opposite sides of the room, and so can only slide.

    Args: aspect: width over height of the crop, in pixels.
    Raises: CropImpossible, saying which of shape, kept and avoided places stands in the way.
    """
    _check_shape(frame, aspect)
    kept = _around(keep)
    found = [_slide(frame, aspect, room, kept) for room in _rooms(avoid, kept)]
    fitting = [slide for slide in found if slide is not None]
    if not fitting:
        raise _impossible(frame, aspect, keep, avoid)
    return tuple(sorted(fitting, key=lambda slide: -slide.width * slide.height))


def _slide(frame: Frame, aspect: float, room: Box, kept: Box | None) -> Slide | None:
    """How the largest box lies in a room; None when it is too small, for the eye or for what is kept."""
    wide, high = largest_box(room.width * frame.width, room.height * frame.height, aspect)
    width, height = wide * room.width, high * room.height
    if min(width * frame.width, height * frame.height) < _least_side(frame) - SAME:
        return None
    along_width = width < room.width - SAME
    size, first, last = (
        (width, room.left, room.right) if along_width else (height, room.top, room.bottom)
    )
    low, high = first, max(first, last - size)
    if kept is not None:
        start, end = (kept.left, kept.right) if along_width else (kept.top, kept.bottom)
        low, high = max(low, end - size), min(high, start)
    across = room.top if along_width else room.left
    return (
        None
        if low > high + SAME
        else Slide(width, height, along_width, low, max(low, high), across)
    )


def _rooms(avoid: tuple[Box, ...], kept: Box | None) -> list[Box]:
    """The largest rectangles that meet nothing of `avoid` and hold what is kept."""
    rooms = [WHOLE_FRAME]
    for box in avoid:
        pieces = {piece for room in rooms for piece in _beside(room, box)}
        free = [piece for piece in pieces if kept is None or piece.holds(kept)]
        rooms = [room for room in free if not any(o != room and o.holds(room) for o in free)]
    return sorted(rooms, key=lambda room: (room.left, room.top, room.right, room.bottom))


def _beside(room: Box, box: Box) -> tuple[Box, ...]:
    """The largest rectangles of a room on the four sides of a box; the room itself when it is clear."""
    if not room.meets(box):
        return (room,)
    left, top, right, bottom = room.left, room.top, room.right, room.bottom
    beside = (
        (left, top, box.left, bottom),
        (box.right, top, right, bottom),
        (left, top, right, box.top),
        (left, box.bottom, right, bottom),
    )
    return tuple(Box(*edges) for edges in beside if edges[0] < edges[2] and edges[1] < edges[3])


def _around(boxes: Iterable[Box]) -> Box | None:
    """The smallest box that holds all; None when there are none."""
    held = list(boxes)
    if not held:
        return None
    return Box(
        min(box.left for box in held),
        min(box.top for box in held),
        max(box.right for box in held),
        max(box.bottom for box in held),
    )


def _least_side(frame: Frame) -> int:
    return max(1, min(SMALLEST_SIDE, min(frame.width, frame.height) // 2))


def _check_shape(frame: Frame, aspect: float) -> None:
    wide, high = largest_box(frame.width, frame.height, aspect)
    shown = max(1, round(wide * frame.width)), max(1, round(high * frame.height))
    least = _least_side(frame)
    if min(shown) < least:
        raise CropImpossible(
            f"a crop of {_said(aspect)} would leave {shown[0]} x {shown[1]} pixels of {frame.name} "
            f"({frame.width} x {frame.height}); give a shape between {_said(least / frame.height)} "
            f"and {_said(frame.width / least)}"
        )


def _impossible(
    frame: Frame, aspect: float, keep: tuple[Box, ...], avoid: tuple[Box, ...]
) -> CropImpossible:
    wide, high = largest_box(frame.width, frame.height, aspect)
    kept = _around(keep)
    shape = f"a crop of {_said(aspect)} out of {frame.width} x {frame.height} pixels"
    if kept is not None and (kept.width > wide + SAME or kept.height > high + SAME):
        return CropImpossible(
            f"{frame.name}: {shape} holds at most {wide:.3g} x {high:.3g} of the frame, and what it must "
            f"keep spans {kept.width:.3g} x {kept.height:.3g} ({kept}); keep less or give another shape"
        )
    if kept is None:
        return CropImpossible(
            f"{frame.name}: what {shape} must avoid leaves no room of {_least_side(frame)} pixels; "
            f"avoid less or give another shape"
        )
    return CropImpossible(
        f"{frame.name}: no {shape.removeprefix('a ')} keeps {kept} and avoids "
        f"{' and '.join(map(str, avoid))}; keep or avoid less, or give another shape"
    )


def _said(aspect: float) -> str:
    """A shape for people: `1:1`, `16:9`, `1:2.25`."""
    for width, height in product(range(1, 22), range(1, 22)):
        if abs(width / height - aspect) < SAME:
            return f"{width}:{height}"
    return f"{aspect:.3g}:1" if aspect > 1 else f"1:{1 / aspect:.3g}"
