"""Unpooling as plain comparisons, so that it exports and gives the same on every device.

torch's own keeps flat indices and scatters by them: it does not export, and where two windows point at
one pixel, which of them wins is left to chance on a GPU. Here the later window wins, row by row, as on a CPU.

Shape letters: any number of leading axes, then h, w windows and H = 2 h, W = 2 w pixels.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

NOWHERE = -1
LOWEST = float("-inf")


def summits(maps: Tensor, side: int) -> Tensor:
    """Where in each window its maximum lies: (..., H, W) -> (..., h, w), row by row from 0, int32.

    Of equal maxima the first, as torch's pooling has it. Windows are 2 pixels apart.

    Args: maps: of even sides, both. side: of the windows, 2 (they do not overlap) or 3 (one pixel
        around the map is out of bounds).
    """
    high, wide = maps.shape[-2:]
    around = maps if side == 2 else functional.pad(maps, (1, 1, 1, 1), value=LOWEST)
    places = [(down, across) for down in range(side) for across in range(side)]
    first = around[..., 0:high:2, 0:wide:2]
    best, place = first, torch.zeros_like(first, dtype=torch.int32)
    for number, (down, across) in enumerate(places[1:], start=1):
        here = around[..., down : down + high : 2, across : across + wide : 2]
        higher = here > best
        best = torch.where(higher, here, best)
        place = torch.where(higher, number, place)
    return place


def unpooled(values: Tensor, places: Tensor, side: int) -> Tensor:
    """Each value where the maximum lay, nothing elsewhere: (..., h, w) -> (..., H, W).

    Args: places: of `summits`, with the same side.
    """
    return _apart(values, places) if side == 2 else _overlapping(values, places)


def _apart(values: Tensor, places: Tensor) -> Tensor:
    corners = [torch.where(places == number, values, 0.0) for number in range(4)]
    return _woven(*corners)


def _overlapping(values: Tensor, places: Tensor) -> Tensor:
    """The window of (i, j) reaches from pixel 2 i - 1, 2 j - 1 to 2 i + 1, 2 j + 1."""
    right, below = _moved(values, places, 0, 1), _moved(values, places, 1, 0)
    beyond, own = _moved(values, places, 1, 1), (values, places)
    return _woven(
        _claimed((own, 4)),
        _claimed((own, 5), (right, 3)),
        _claimed((own, 7), (below, 1)),
        _claimed((own, 8), (right, 6), (below, 2), (beyond, 0)),
    )


def _claimed(*claims: tuple[tuple[Tensor, Tensor], int]) -> Tensor:
    """The value of the last window whose maximum lies at the pixel, 0 where there is none."""
    (first, _), _ = claims[0]
    found = torch.zeros_like(first)
    for (values, places), number in claims:
        found = torch.where(places == number, values, found)
    return found


def _moved(values: Tensor, places: Tensor, down: int, across: int) -> tuple[Tensor, Tensor]:
    """The windows that follow below or to the right; behind the last there is none."""
    sides = (0, across, 0, down)
    return (
        functional.pad(values, sides)[..., down:, across:],
        functional.pad(places, sides, value=NOWHERE)[..., down:, across:],
    )


def _woven(
    upper_left: Tensor, upper_right: Tensor, lower_left: Tensor, lower_right: Tensor
) -> Tensor:
    upper = torch.stack([upper_left, upper_right], dim=-1).flatten(-2)
    lower = torch.stack([lower_left, lower_right], dim=-1).flatten(-2)
    return torch.stack([upper, lower], dim=-2).flatten(-3, -2)
