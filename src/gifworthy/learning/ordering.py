"""All that labels say of which piece of a video is better than which other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gifworthy.learning.examples import Example
from gifworthy.learning.recipe import Rows


def ordered_pairs(
    examples: Sequence[Example], gap: float, most: int, random: np.random.Generator
) -> Rows:
    """(better, worse) rows of every pair inside one video whose values are `gap` apart or more: (P, 2).

    Args: most: pairs a video at most, drawn evenly; 0 for all.
    """
    found = [_inside(example, gap, most, random) for example in examples]
    return np.concatenate([np.empty((0, 2), np.intp), *found])


def _inside(example: Example, gap: float, most: int, random: np.random.Generator) -> Rows:
    apart = example.values[:, None] - example.values[None]
    pairs = np.argwhere(apart >= max(gap, 1e-9)) + example.first
    if most and len(pairs) > most:
        pairs = pairs[np.sort(random.choice(len(pairs), most, replace=False))]
    return np.asarray(pairs, np.intp)
