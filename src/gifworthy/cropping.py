"""Where to cut in space: the path of a crop box through the frames of a window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gifworthy.types import Floats


@dataclass(frozen=True)
class CropPath:
    """A crop box that moves through time.

    times: (T,) seconds, rising. boxes: (T, 4) left, top, right, bottom as fractions 0..1 of the
    frame; every box has the same width and height.
    """

    times: Floats
    boxes: Floats

    def __post_init__(self) -> None:
        if self.boxes.shape != (len(self.times), 4) or not len(self.times):
            raise ValueError(f"{len(self.times)} times but boxes of shape {self.boxes.shape}")

    @property
    def is_still(self) -> bool:
        """Whether the box never moves."""
        return bool((self.boxes == self.boxes[0]).all())

    def at(self, moments: Floats) -> Floats:
        """The box at each moment, linear between the path's own times: (M,) seconds -> (M, 4)."""
        return np.stack([np.interp(moments, self.times, edge) for edge in self.boxes.T], axis=1)


def largest_box(width: int, height: int, aspect: float) -> tuple[float, float]:
    """Width and height, as fractions of the frame, of the largest box of `aspect` inside it.

    Args: width, height: pixels of the frame. aspect: width over height of the crop, in pixels.
    """
    own = width / height
    return (aspect / own, 1.0) if aspect < own else (1.0, own / aspect)
