"""What is drawn on the screen, frame by frame."""

from __future__ import annotations

import numpy as np

from gifworthy.encoders.gif.container import TRANSPARENT, Picture
from gifworthy.encoders.gif.palette import Indexes, Palette, palette_of, squared
from gifworthy.encoders.gif.stretches import Changes, Packed
from gifworthy.encoders.gif.visibility import Weights

NEW_PICTURE = 0.6
"""Share of the pixels above which a frame is a new picture and gets a palette of its own."""
PALETTE_WORTH = 1000.0
"""Changed pixels after which a new palette pays for its 768 bytes, for each unit of price."""
RUN_PRICE = 0.4
"""What a longer run of one colour may cost in visible error, as a share of the price."""
RUN_ROUNDS = 4


class Painter:
    """Paints changes on a screen and remembers what it shows, so that no error adds up.

    A change is drawn only when it takes away more visible error than it costs, given what the screen
    shows and what the palette can show instead: the closed loop.
    """

    def __init__(self, price: float, colours: int, size: tuple[int, int]) -> None:
        self.price, self.colours, self.size = price, colours, size
        # Far from every colour: what is black is missing from an empty screen too.
        self.screen = np.full((size[0] * size[1], 3), -1000, np.float32)

    def paint(self, changes: list[Packed], prices: Weights) -> list[Picture]:
        """One picture per frame; the first covers the screen.

        Args: changes: one per frame. prices: (T, H, W) of a change of each pixel.
        """
        pictures = [self._first(changes)]
        palette, room = pictures[0].palette, self._room(changes[0])
        for now in range(1, len(changes)):
            if room <= 0 or self._is_new(changes[now]):
                palette, room = self._palette(self._ahead(changes, now), palette), self._room()
            room -= len(changes[now])
            pictures.append(self._next(changes[now].changes(), palette, prices[now].ravel()))
        return pictures

    def _first(self, changes: list[Packed]) -> Picture:
        palette = self._palette(self._ahead(changes, 0), None)
        first = changes[0].changes()
        return self._drawn(first, palette.nearest(first.colours), palette)

    def _next(self, change: Changes, palette: Palette, prices: Weights) -> Picture:
        due = prices[change.places]
        shown = squared(self.screen[change.places] - change.colours) * change.weights
        wrong = shown > due
        change, shown, due = change.only(wrong), shown[wrong], due[wrong]
        indexes = palette.nearest(change.colours)
        saved = shown - palette.error(indexes, change.colours) * change.weights
        return self._drawn(change.only(saved > due), indexes[saved > due], palette)

    def _drawn(self, change: Changes, indexes: Indexes, palette: Palette) -> Picture:
        picture = np.full(len(self.screen), TRANSPARENT, np.uint8)
        picture[change.places] = indexes
        _lengthen_runs(picture, change, palette, self.size[1], RUN_PRICE * self.price)
        self.screen[change.places] = palette.colours[picture[change.places]]
        return Picture(picture.reshape(self.size), palette)

    def _palette(self, ahead: list[Packed], before: Palette | None) -> Palette:
        """The colours of what will be drawn soon and is not on the screen yet."""
        colours = np.concatenate([change.colours for change in ahead]).astype(np.float32)
        weights = np.concatenate([change.weights for change in ahead]).astype(np.float32)
        places = np.concatenate([change.places for change in ahead])
        missing = squared(self.screen[places] - colours) * weights > self.price
        if missing.sum() > self.colours:
            colours, weights = colours[missing], weights[missing]
        if not len(colours):
            return before or Palette(np.zeros((1, 3), np.float32))
        if before is not None and len(before) < self.colours:
            before = None
        return palette_of(colours, weights, self.colours, before)

    def _ahead(self, changes: list[Packed], now: int) -> list[Packed]:
        """The changes that share a palette with frame `now`."""
        ahead, room = [changes[now]], self._room(changes[now])
        for change in changes[now + 1 :]:
            if room <= 0 or self._is_new(change):
                break
            ahead.append(change)
            room -= len(change)
        return ahead

    def _room(self, *drawn: Packed) -> float:
        return PALETTE_WORTH * self.price - sum(len(change) for change in drawn)

    def _is_new(self, change: Packed) -> bool:
        return len(change) > NEW_PICTURE * len(self.screen)


def _lengthen_runs(
    picture: Indexes, change: Changes, palette: Palette, width: int, price: float
) -> None:
    """Give a pixel its left neighbour's colour where that is nearly as good: LZW likes runs.

    Odd and even columns take turns, so that runs grow instead of shifting.
    """
    column = change.places % width
    error = palette.error(picture[change.places], change.colours)
    for turn in range(RUN_ROUNDS):
        chosen = np.nonzero((column % 2 == 1 - turn % 2) & (column > 0))[0]
        left = picture[change.places[chosen] - 1]
        chosen, left = chosen[left != TRANSPARENT], left[left != TRANSPARENT]
        worse = palette.error(left, change.colours[chosen]) - error[chosen]
        taken = worse * change.weights[chosen] < price
        picture[change.places[chosen[taken]]] = left[taken]
