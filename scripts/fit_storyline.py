"""Learn from GIF-Thumbnails what three shots people put together: `data/storyline.json`.

Data: `annotated_data.json` (5,394 GIFs of three shots, each a second of one of 1,070 videos, agreed on
by at least two annotators) and `annotated_dm_count.json` (viewers' comments a second) of the
repository xyiyy/GIF-Thumbnails (Xu et al., "GIF Thumbnails: Attract More Clicks to Your Videos", 2021).

    python scripts/fit_storyline.py FOLDER_WITH_THE_TWO_FILES

Which three: a conditional logit. Each real triple is told from triples drawn evenly from the same
video by the sum of its seconds' comments (log, standardised within the video: the stand-in for how
good a second is), by where in the video they lie (tenths) and by the gaps between neighbours (share
of the video). Every video weighs the same. In which order: the share of each of the six orders.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float64]
GAP_EDGES = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64)
TENTHS = 10
ALTERNATIVES = 60
MARGIN = 2
RIDGE = 1e-3
OUT = Path(__file__).parent.parent / "src" / "gifworthy" / "data" / "storyline.json"


@dataclass(frozen=True)
class Picks:
    """The real triples. shown: (G, 3) seconds in showing order. video: (G,) which video."""

    shown: NDArray[np.int64]
    video: NDArray[np.int64]
    comments: tuple[Floats, ...]

    @property
    def weights(self) -> Floats:
        """Each video weighs the same: (G,)."""
        return np.asarray(1.0 / np.bincount(self.video)[self.video])


def read(folder: Path) -> Picks:
    videos = json.loads((folder / "annotated_data.json").read_text())
    counts = json.loads((folder / "annotated_dm_count.json").read_text())
    shown: list[list[float]] = []
    of_video: list[int] = []
    comments: list[Floats] = []
    for name, video in videos.items():
        heard = np.log1p(np.asarray(counts[name], float))
        inside = [gif for gif in video["gifs"].values() if max(gif) < len(heard)]
        if not inside or not heard.std() > 0:
            continue
        shown += inside
        of_video += [len(comments)] * len(inside)
        comments.append((heard - heard.mean()) / heard.std())
    return Picks(np.array(shown, int), np.array(of_video), tuple(comments))


def described(triples: NDArray[np.int64], goodness: Floats) -> Floats:
    """Triples (A, 3) of one video as (A, 1 + 10 + 8): goodness, tenths, gaps."""
    length = len(goodness)
    tenths = np.minimum(triples * TENTHS // length, TENTHS - 1)
    ordered = np.sort(triples, 1)
    gaps = np.digitize((ordered[:, 1:] - ordered[:, :-1]) / length, GAP_EDGES)
    return np.concatenate(
        [
            goodness[triples].sum(1)[:, None],
            np.eye(TENTHS)[tenths].sum(1),
            np.eye(len(GAP_EDGES) + 1)[gaps].sum(1),
        ],
        axis=1,
    )


def alternatives(picks: Picks, rng: np.random.Generator) -> Floats:
    """Every real triple, first, among triples drawn evenly from its video: (G, 1 + 60, 19)."""
    rows = []
    for shown, video in zip(picks.shown, picks.video, strict=True):
        goodness = picks.comments[video]
        seconds = np.arange(MARGIN, len(goodness) - MARGIN)
        drawn = np.stack([rng.choice(seconds, 3, replace=False) for _ in range(ALTERNATIVES)])
        rows.append(described(np.concatenate([shown[None], drawn]), goodness))
    return np.stack(rows)


def fit(features: Floats, weights: Floats) -> Floats:
    """Conditional logit: the coefficients under which the first of each row is likeliest."""
    weights = weights / weights.sum()

    def loss(theta: Floats) -> tuple[float, Floats]:
        odds = features @ theta
        odds -= odds.max(1, keepdims=True)
        chance = np.exp(odds) / np.exp(odds).sum(1, keepdims=True)
        error = chance.copy()
        error[:, 0] -= 1
        gradient = np.einsum("g,ga,gad->d", weights, error, features) + 2 * RIDGE * theta
        return float(-(weights * np.log(chance[:, 0])).sum() + RIDGE * theta @ theta), gradient

    return np.asarray(minimize(loss, np.zeros(features.shape[2]), jac=True, method="L-BFGS-B").x)


def orders(picks: Picks) -> dict[str, float]:
    """Log share of each order against one in six; "120" shows the middle, the last, the first."""
    ranks = picks.shown.argsort(1, kind="stable").argsort(1, kind="stable")
    share = {
        order: float(picks.weights[(ranks == order).all(1)].sum() / picks.weights.sum())
        for order in permutations(range(3))
    }
    return {"".join(map(str, order)): round(float(np.log(6 * s)), 3) for order, s in share.items()}


def centred(values: Floats) -> list[float]:
    return [round(float(value), 3) for value in values - values.mean()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args()
    picks = read(asked.folder)
    theta = fit(alternatives(picks, np.random.default_rng(0)), picks.weights)
    table = {
        "source": "GIF-Thumbnails: annotated_data.json, annotated_dm_count.json",
        "made_by": "scripts/fit_storyline.py",
        "videos": len(picks.comments),
        "gifs": len(picks.shown),
        "goodness": round(float(theta[0]), 3),
        "positions": centred(theta[1 : 1 + TENTHS]),
        "gap_edges": list(GAP_EDGES),
        "gaps": centred(theta[1 + TENTHS :]),
        "orders": orders(picks),
    }
    asked.out.write_text(json.dumps(table, indent=2) + "\n")
    print(json.dumps(table, indent=2))


if __name__ == "__main__":
    main()
