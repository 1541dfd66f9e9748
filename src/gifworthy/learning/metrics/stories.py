"""How well three shots in an order agree with the GIFs that people accepted.

Shape letters: K places of a GIF, G accepted GIFs.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

WITHIN = 2


def hits(picks_k: ArrayLike, gifs_gk: ArrayLike, within: float = WITHIN) -> float:
    """Share of the shots that lie within so many seconds of any shot of any accepted GIF.

    Args: picks_k: (K,) seconds. gifs_gk: (G, K) seconds.
    Raises: ValueError when there is no GIF, or the sizes differ.
    """
    picks, gifs = _checked(picks_k, gifs_gk)
    apart = np.abs(picks[:, None] - gifs.ravel())
    return float((apart.min(axis=1) <= within).mean())


def order_agreement(picks_k: ArrayLike, gifs_gk: ArrayLike) -> float:
    """Share of the accepted GIFs whose shots come in the same order of time as ours.

    Which shot is shown first, second, third counts, not when it is: chance is one in six for three
    shots. Of equal seconds the one that is shown first counts as the earlier.

    Args: picks_k: (K,) seconds in showing order. gifs_gk: (G, K) likewise.
    Raises: ValueError when there is no GIF, or the sizes differ.
    """
    picks, gifs = _checked(picks_k, gifs_gk)
    return float((_places(gifs) == _places(picks[None])).all(axis=1).mean())


def _checked(
    picks_k: ArrayLike, gifs_gk: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    picks, gifs = np.asarray(picks_k, dtype=float), np.asarray(gifs_gk, dtype=float)
    if picks.ndim != 1 or gifs.ndim != 2 or not gifs.size or len(picks) != gifs.shape[1]:
        raise ValueError(
            f"shots of shape {picks.shape} cannot be compared with GIFs of shape {gifs.shape}; give "
            f"(places,) and (GIFs, places), at least one GIF"
        )
    if not (np.isfinite(picks).all() and np.isfinite(gifs).all()):
        raise ValueError("a shot has no finite second")
    return picks, gifs


def _places(shown_gk: NDArray[np.float64]) -> NDArray[np.intp]:
    """The place in time of each shot shown."""
    return shown_gk.argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
