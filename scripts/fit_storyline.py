"""Learn from GIF-Thumbnails how people put three shots together: `data/storyline.json`.

Data: `annotated_data.json` (5,394 GIFs of three shots, each a second of one of 1,070 videos, agreed on
by at least two annotators) and `annotated_dm_count.json` (viewers' comments a second) of the
repository xyiyy/GIF-Thumbnails (Xu et al., "GIF Thumbnails: Attract More Clicks to Your Videos", 2021).

    python scripts/fit_storyline.py FOLDER_WITH_THE_TWO_FILES [--test | --folds]

Only the training part of our split is learned from; forms are compared on the validation part. `--test`
prints the likelihoods of the test part too, and changes nothing. `--folds` writes nothing: every video
of all parts is judged by a table learned from nine tenths of the others, as 107 videos tell little.

Which three: a conditional logit. Each real triple is told from triples drawn evenly from the same
video by how far its seconds lie from start and end, how far neighbours lie apart, and, in the second
table, by comments smoothed over 5 s (the stand-in for a shot's score). Every video weighs the same. In
which order: the share of each of the six orders, since nothing measured changes it (docs/log.md).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d
from scipy.optimize import minimize
from scipy.special import logsumexp

from gifworthy.learning.datasets.gif_thumbnails import GifThumbnails
from gifworthy.learning.judges.seconds import gifs_of
from gifworthy.learning.metrics import bootstrap
from gifworthy.learning.metrics.arrays import best_first
from gifworthy.learning.metrics.posterior import posterior_score
from gifworthy.learning.metrics.stories import hits, order_agreement
from gifworthy.storylines import Habits, likeliest, smoothed, within_reach

Floats = NDArray[np.float64]
SECONDS, SHARES, PLACES = 200, 100, 20
STEPS = (2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 28, 40, 64)
MARGIN = (2, 3, 4, 6)
END_EDGES = (2, 4, 6, 8, 12, 20, 40)
GAP_EDGES = (1.5, 2.5, 3.5, 5.5, 8.5, 12.5, 20.5, 40.5, 80.5)
SHARE_EDGES = (0.02, 0.04, 0.08, 0.16, 0.32, 0.64)
ALTERNATIVES = 100
RIDGE = 1e-3
SHORTEST, DRAWS, FOLDS, CHOSEN = 20, 50, 10, "curve"
MIDDLES = (np.arange(SHARES) + 0.5) / SHARES
ORDERS = tuple(permutations(range(3)))
OUT = Path(__file__).parent.parent / "src" / "gifworthy" / "data" / "storyline.json"


@dataclass(frozen=True)
class Film:
    """One video. comments: (N,) a second. shown: (G, 3) seconds of its GIFs in showing order."""

    comments: Floats
    shown: NDArray[np.intp]

    @property
    def shares(self) -> Floats:
        """Comments over those of the second that has most."""
        return np.asarray(self.comments / self.comments.max())

    def __len__(self) -> int:
        return len(self.comments)


@dataclass(frozen=True)
class Form:
    """What the odds are made of. starts: (SECONDS, F) numbers of a second after the start."""

    name: str
    starts: Floats
    gaps: bool = True
    comments: bool = False

    def singles(self, film: Film) -> Floats:
        """Numbers of every second: (N, F)."""
        seconds = np.arange(len(film))
        parts = [self.starts[np.minimum(seconds, SECONDS - 1)]]
        parts.append(one_hot(np.digitize(len(film) - seconds, END_EDGES), len(END_EDGES) + 1))
        if self.comments:
            parts.append(smoothed(film.comments)[:, None])
        return np.concatenate(parts, axis=1)

    def pairs(self, apart: NDArray[np.intp], film: Film) -> Floats:
        """Numbers of neighbours so many seconds apart: (..., F)."""
        if not self.gaps:
            return np.zeros((*apart.shape, 0))
        gaps = one_hot(np.digitize(apart, GAP_EDGES), len(GAP_EDGES) + 1)
        shares = one_hot(np.digitize(apart / len(film), SHARE_EDGES), len(SHARE_EDGES) + 1)
        return np.concatenate([gaps, shares], axis=-1)

    def habits(self, theta: Floats, orders: dict[tuple[int, ...], float]) -> Habits:
        """The table that these coefficients are."""
        widths = [self.starts.shape[1], len(END_EDGES) + 1, int(self.comments)]
        widths += [len(GAP_EDGES) + 1, len(SHARE_EDGES) + 1] if self.gaps else []
        parts = np.split(theta, np.cumsum(widths)[:-1])
        starts, end, goodness = self.starts @ parts[0], parts[1], parts[2]
        gaps = parts[3] if self.gaps else np.zeros(len(GAP_EDGES) + 1)
        shares = parts[4] if self.gaps else np.zeros(len(SHARE_EDGES) + 1)
        return Habits(
            goodness=float(goodness[0]) if self.comments else 0.0,
            start=rounded(starts - starts.mean()),
            end_edges=np.array(END_EDGES),
            end=rounded(end - end[-1]),
            gap_edges=np.array(GAP_EDGES),
            gaps=rounded(gaps - gaps[-1]),
            share_edges=np.array(SHARE_EDGES),
            shares=rounded(shares - shares.mean()),
            orders=orders,
        )


def one_hot(places: NDArray[np.intp], count: int) -> Floats:
    return np.asarray(np.eye(count)[places])


def rounded(values: Floats) -> Floats:
    return np.round(values, 3)


def read(folder: Path) -> dict[str, list[Film]]:
    films: dict[str, list[Film]] = {}
    for case in GifThumbnails().read(folder).cases:
        curve = case.curve
        if curve is None or len(curve) < SHORTEST or not curve.any():
            continue
        shown = gifs_of(case)
        inside = (shown < len(curve)).all(1) & (np.diff(np.sort(shown), axis=1) > 0).all(1)
        films.setdefault(case.labels[0].split, []).append(Film(curve, shown[inside]))
    return films


def by_second(films: Sequence[Film]) -> Floats:
    """How dense comments usually are so many seconds after the start; smoothed after the 20th."""
    filled = np.full((len(films), SECONDS + 20), np.nan)
    for row, film in zip(filled, films, strict=True):
        row[: len(film)] = film.shares[: len(row)]
    usual = np.nanmean(filled, axis=0)
    return np.concatenate([usual[:20], gaussian_filter1d(usual, 2)[20:SECONDS]])


def by_share(films: Sequence[Film]) -> Floats:
    """How dense comments usually are at each hundredth of a video."""
    curves = [np.interp(MIDDLES, (np.arange(len(f)) + 0.5) / len(f), f.shares) for f in films]
    return np.asarray(np.mean(curves, axis=0))


def by_place(films: Sequence[Film]) -> Floats:
    """In which twentieth the shot shown first, second, third lies: (3, 20) shares."""
    counts = np.zeros((3, PLACES))
    for film in films:
        for gif in film.shown:
            part = ((gif + 0.5) * PLACES / len(film)).astype(int)
            counts[np.arange(3), part] += 1 / len(film.shown)
    return np.asarray(counts / counts.sum(axis=1, keepdims=True))


def contrasts(form: Form, film: Film, rng: np.random.Generator) -> Floats:
    """Each real triple, first, among triples drawn evenly from its video: (G, 1 + 100, F)."""
    singles, rows = form.singles(film), []
    for shown in film.shown:
        drawn = rng.random((ALTERNATIVES, len(film))).argpartition(3, axis=1)[:, :3]
        triples = np.sort(np.concatenate([shown[None], drawn]), axis=1)
        pairs = form.pairs(np.diff(triples, axis=1), film).sum(1)
        rows.append(np.concatenate([singles[triples].sum(1), pairs], axis=1))
    return np.stack(rows)


def fit(form: Form, films: Sequence[Film]) -> Floats:
    """Conditional logit: the coefficients under which the first of each row is likeliest."""
    rng = np.random.default_rng(0)
    told = [contrasts(form, film, rng) for film in films if len(film.shown)]
    features = np.concatenate(told)
    weights = np.concatenate([np.full(len(rows), 1 / len(rows)) for rows in told])
    weights /= weights.sum()

    def loss(theta: Floats) -> tuple[float, Floats]:
        odds = features @ theta
        logs = odds - logsumexp(odds, axis=1, keepdims=True)
        error = np.exp(logs)
        error[:, 0] -= 1
        gradient = (weights[:, None] * error).ravel() @ features.reshape(-1, len(theta))
        return float(-(weights @ logs[:, 0]) + RIDGE * theta @ theta), gradient + 2 * RIDGE * theta

    return np.asarray(minimize(loss, np.zeros(features.shape[2]), jac=True, method="L-BFGS-B").x)


def sums(habits: Habits, film: Film) -> tuple[Floats, Floats]:
    """Log odds of every second (N,) and of every two neighbours (N, N)."""
    moments = np.arange(len(film), dtype=float)
    single = habits.places(moments, len(film))
    single = single + habits.goodness * smoothed(film.comments)
    return single, habits.distances(moments, len(film))


def log_likelihood(habits: Habits, film: Film) -> float:
    """Mean over the video's GIFs, in nats above an even draw of three different seconds; exact."""
    single, distances = sums(habits, film)
    count = len(film)
    later = np.triu(np.ones((count, count), dtype=bool), 1)
    steps = np.where(later, distances, -np.inf)
    tail = single + logsumexp(steps + single, axis=1)
    total = logsumexp(single + logsumexp(steps + tail, axis=1))
    a, b, c = np.sort(film.shown, axis=1).T
    logs = single[a] + single[b] + single[c] + steps[a, b] + steps[b, c] - total
    return float(logs.mean() + np.log(count * (count - 1) * (count - 2) / 6))


def likeliest_in(habits: Habits, film: Film) -> NDArray[np.intp]:
    single, distances = sums(habits, film)
    return likeliest(within_reach(single), distances, 3)


def judged(habits: Habits, films: Sequence[Film]) -> Floats:
    """Log likelihood, hits and posterior score of each video: (V, 3)."""
    rows = []
    for film in films:
        if len(film.shown):
            picks = likeliest_in(habits, film)
            worth = hits(picks, film.shown), posterior_score(film.comments, picks)
            rows.append((log_likelihood(habits, film), *worth))
    return np.array(rows)


def order_odds(films: Sequence[Film]) -> dict[tuple[int, ...], float]:
    """Log share of each order against one in six; 1, 2, 0 shows the middle, the last, the first."""
    share = dict.fromkeys(ORDERS, 0.0)
    for film in films:
        for row in film.shown.argsort(1, kind="stable").argsort(1, kind="stable"):
            share[tuple(row.tolist())] += 1 / len(film.shown)
    total = sum(share.values())
    return {order: round(float(np.log(6 * s / total)), 3) for order, s in share.items()}


def worth(picks: NDArray[np.intp], film: Film) -> tuple[float, float, float]:
    """Hits, order agreement and posterior score of three seconds in showing order."""
    agreed = hits(picks, film.shown), order_agreement(picks, film.shown)
    return *agreed, posterior_score(film.comments, picks)


def single_rows(usual: tuple[Floats, ...], film: Film, rng: np.random.Generator) -> Floats:
    """What tellers are worth that know single seconds only: usual share, second, place: (3, 3)."""
    count = len(film)
    share = np.interp((np.arange(count) + 0.5) / count, MIDDLES, usual[0])
    second = usual[1][np.minimum(np.arange(count), SECONDS - 1)]
    rows = [worth(best_first(dense)[:3], film) for dense in (share, second)]
    drawn = np.stack([rng.choice(PLACES, DRAWS, p=row) for row in usual[2]], axis=1)
    stories = ((drawn + rng.random(drawn.shape)) / PLACES * count).astype(np.intp)
    return np.array([*rows, np.mean([worth(story, film) for story in stories], axis=0)])


def across_folds(films: Sequence[Film]) -> None:
    """Ten folds over all videos: three shots together, and less those who know single seconds."""
    rng = np.random.default_rng(0)
    fold_of, rows = rng.permutation(len(films)) % FOLDS, []
    for fold in range(FOLDS):
        learned = [film for film, of in zip(films, fold_of, strict=True) if of != fold]
        form = next(form for form in forms(learned) if form.name == CHOSEN)
        habits = form.habits(fit(form, learned), order_odds(learned))
        usual = by_share(learned), by_second(learned), by_place(learned)
        for film in (film for film, of in zip(films, fold_of, strict=True) if of == fold):
            picks = likeliest_in(habits, film)[list(habits.order())]
            rows.append([worth(picks, film), *single_rows(usual, film, rng)])
    values = np.array(rows)
    print("| part | teller | hit within 2 s | order | PS |\n|---|---|---|---|---|")
    for place, name in enumerate(("together", "usual share", "usual second", "each place alone")):
        report("ten folds", name, values[:, place])
        if place:
            report("ten folds", f"together less {name}", values[:, 0] - values[:, place])


def forms(films: Sequence[Film]) -> list[Form]:
    """Ways to say where: steps of seconds after the start, the usual curve of comments, both."""
    seconds = np.arange(SECONDS)
    steps = one_hot(np.digitize(seconds, STEPS), len(STEPS) + 1)
    curve = 3 * np.log(by_second(films))[:, None]
    margin = one_hot(np.digitize(seconds, MARGIN), len(MARGIN) + 1)
    return [
        Form("steps", steps),
        Form("curve", np.concatenate([curve, margin], axis=1)),
        Form("curve and steps", np.concatenate([curve, steps], axis=1)),
    ]


def report(part: str, name: str, values: Floats) -> None:
    low, high = bootstrap(values, np.random.default_rng(0))
    cells = [
        f"{m:.3f} ({a:.3f} to {b:.3f})" for m, a, b in zip(values.mean(0), low, high, strict=True)
    ]
    print(f"| {part} | {name} | {' | '.join(cells)} |")


def written(habits: Habits) -> dict[str, object]:
    lists = {
        name: getattr(habits, name).tolist()
        for name in ("start", "end_edges", "end", "gap_edges", "gaps", "share_edges", "shares")
    }
    return {"goodness": round(habits.goodness, 3), **lists}


def chosen(films: dict[str, list[Film]], *, test: bool) -> tuple[Habits, Habits]:
    """The best form by likelihood on the validation part: knowing the duration, knowing scores."""
    orders = order_odds(films["train"])
    print("| part | form | nats a GIF above chance | hit within 2 s | PS |\n|---|---|---|---|---|")
    best = []
    for comments in (False, True):
        fitted = []
        for form in forms(films["train"]):
            for gaps in (False, True):
                told = replace(form, comments=comments, gaps=gaps)
                habits = told.habits(fit(told, films["train"]), orders)
                name = f"{form.name}{', together' if gaps else ', each alone'}"
                name += ", comments smoothed" if comments else ""
                values = judged(habits, films["validation"])
                report("validation", name, values)
                fitted.append((float(values[:, 0].mean()) if gaps else -np.inf, name, habits, told))
        _, name, habits, told = max(fitted, key=lambda entry: entry[0])
        best.append(habits)
        if test:
            alone = replace(told, gaps=False)
            apart = alone.habits(fit(alone, films["train"]), orders)
            ours, theirs = judged(habits, films["test"]), judged(apart, films["test"])
            report("test", name, ours)
            report("test", "together less each alone", ours - theirs)
    return best[0], best[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--test", action="store_true")
    parser.add_argument("--folds", action="store_true")
    asked = parser.parse_args()
    films = read(asked.folder)
    if asked.folds:
        across_folds([film for part in films.values() for film in part if len(film.shown)])
        return
    duration, scores = chosen(films, test=asked.test)
    train = films["train"]
    table = {
        "source": "GIF-Thumbnails, training part: annotated_data.json, annotated_dm_count.json",
        "made_by": "scripts/fit_storyline.py",
        "videos": len(train),
        "gifs": sum(len(film.shown) for film in train),
        "orders": {"".join(map(str, order)): odds for order, odds in duration.orders.items()},
        "knowing_duration": written(duration),
        "knowing_scores": written(scores),
        "baselines": {
            "comments_by_share": np.round(by_share(train), 4).tolist(),
            "comments_by_second": np.round(by_second(train), 4).tolist(),
            "shares_by_place": np.round(by_place(train), 4).tolist(),
        },
    }
    asked.out.write_text(json.dumps(table) + "\n")


if __name__ == "__main__":
    main()
