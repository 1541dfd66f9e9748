"""Seconds that people put together: GIF-Thumbnails.

Shape letters: N seconds, G GIFs of three shots.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar
from zlib import crc32

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gifworthy.learning.judges.tellers import TELLERS, Teller
from gifworthy.learning.judging import Judged, Metric, Skipped, Trial
from gifworthy.learning.manifest import Case, Label
from gifworthy.learning.metrics.arrays import best_first, checked_scores
from gifworthy.learning.metrics.frames import average_precision
from gifworthy.learning.metrics.posterior import posterior_score
from gifworthy.learning.metrics.stories import WITHIN, hits, order_agreement
from gifworthy.types import Floats

SHOTS = 3
PUBLISHED = (
    "published, PS on the authors' own validation / test videos (Xu et al., 2021, table 2): "
    "BeautThumb 0.91 / 0.94, Hecate 0.90 / 0.94, RankNet 0.92 / 0.93, re-SEQ2SEQ 0.99 / 0.96, "
    "GEVADEN with a fixed prior 0.92 / 0.95, without the perceptual loss 1.03 / 1.03, GEVADEN 1.07 / 1.06"
)


@dataclass(frozen=True)
class SecondTrial:
    """A video's seconds, those that are in any GIF, and its GIFs.

    chosen_n: (N,). gifs_gk: (G, 3) seconds in showing order. comments_n: (N,) comments in each second, 0
    past the end of a list that is cut short; empty where there are none. most_comments: in any second.
    """

    spans: Floats
    chosen_n: NDArray[np.bool_]
    gifs_gk: NDArray[np.intp]
    comments_n: Floats
    most_comments: float = 0.0
    takes_any_length: ClassVar[bool] = False

    def judge(self, scores_n: Floats) -> Floats:
        """AP of the chosen seconds, and what its best three seconds are worth in the order of time."""
        scores = checked_scores(scores_n, len(self.spans))
        told = self.told(np.sort(best_first(scores)[:SHOTS]))
        return np.append(average_precision(self.chosen_n, scores), told[1:])

    def told(self, picks_k: ArrayLike) -> Floats:
        """What three seconds in showing order are worth: one value a metric, nan for AP.

        P@3: share of them that somebody chose. PS: posterior score, nan where there is no comment.
        Hits: share within 2 s of what somebody chose. Order: share of GIFs with that order.
        """
        picks = np.asarray(picks_k)
        worth = [float(np.isin(picks, self.gifs_gk).mean()), self._posterior(picks)]
        if len(picks) != SHOTS or not len(self.gifs_gk):
            return np.array([np.nan, *worth, np.nan, np.nan])
        agreed = hits(picks, self.gifs_gk), order_agreement(picks, self.gifs_gk)
        return np.array([np.nan, *worth, *agreed])

    def _posterior(self, picks: NDArray[np.intp]) -> float:
        if picks.min() < 0 or picks.max() >= len(self.spans):
            raise ValueError(
                f"the seconds {picks.tolist()} do not all lie in a video of {len(self.spans)} seconds"
            )
        if not self.most_comments > 0:
            return np.nan
        return posterior_score(np.append(self.comments_n, self.most_comments), picks)

    def oracle(self) -> Floats:
        """The labels themselves."""
        return self.chosen_n.astype(np.float64)

    def human(self) -> Floats | None:
        """None: only what annotators agreed on was published."""
        return None


@dataclass(frozen=True)
class SecondJudge:
    """One-second shots; a second that is in any GIF was chosen. Scores are shown in the order of time."""

    metrics: tuple[Metric, ...] = (
        Metric("AP"),
        Metric(f"P@{SHOTS}"),
        Metric("PS", per_cent=False),
        Metric(f"hit ±{WITHIN} s"),
        Metric("order"),
    )
    by_topic: bool = False
    notes: tuple[str, ...] = (PUBLISHED,)

    def takes(self, label: Label) -> bool:
        """Every label of the test part; all, where the data set has no parts."""
        return label.split in ("", "test")

    def trial(self, case: Case) -> SecondTrial | Skipped:
        """The case's seconds, as many as the video has and its GIFs need."""
        count = max(int(case.duration), int(case.spans[:, 1].max()))
        if count < SHOTS:
            return Skipped(f"the video has fewer than {SHOTS} seconds")
        chosen = np.zeros(count, dtype=bool)
        chosen[case.spans[:, 0].astype(np.intp)] = True
        starts = np.arange(count, dtype=np.float64)
        curve = np.zeros(0) if case.curve is None else case.curve
        comments = np.zeros(count if curve.any() else 0)
        comments[: len(curve)] = curve[: len(comments)]
        most = float(curve.max(initial=0.0))
        spans = np.column_stack([starts, starts + 1])
        return SecondTrial(spans, chosen, gifs_of(case), comments, most)

    def rivals(self) -> tuple[tuple[str, Judged], ...]:
        """Those that put three seconds in an order without a score for each."""
        told = tuple((name, _by(teller)) for name, teller in TELLERS)
        return (*told, ("people, one beside the others", _people), ("people, best PS", _best))


def _by(teller: Teller) -> Judged:
    """A rival that tells stories: the mean of what they are worth."""

    def _judged(case: Case, trial: Trial) -> Floats | None:
        assert isinstance(trial, SecondTrial)
        random = np.random.default_rng(crc32(case.name.encode()))
        stories = teller(len(trial.spans), trial.comments_n, random)
        return np.mean([trial.told(story) for story in stories], axis=0) if len(stories) else None

    return _judged


def _people(case: Case, trial: Trial) -> Floats | None:
    """Each GIF judged by the others of its video, where there are any; PS of all."""
    del case
    assert isinstance(trial, SecondTrial)
    worth = []
    for place, gif in enumerate(trial.gifs_gk):
        others = replace(trial, gifs_gk=np.delete(trial.gifs_gk, place, axis=0))
        worth.append(others.told(gif))
        if not len(others.gifs_gk):
            worth[-1][[0, 1, 3, 4]] = np.nan
    return np.mean(worth, axis=0) if worth else None


def _best(case: Case, trial: Trial) -> Floats | None:
    """The largest posterior score of the video's GIFs."""
    del case
    assert isinstance(trial, SecondTrial)
    worth = [trial.told(gif)[2] for gif in trial.gifs_gk]
    return np.array([np.nan, np.nan, max(worth), np.nan, np.nan]) if worth else None


def gifs_of(case: Case) -> NDArray[np.intp]:
    """The seconds of each GIF in showing order: (G, 3); GIFs of another number of shots are left out."""
    gifs: dict[str, list[Label]] = {}
    for label in case.labels:
        gifs.setdefault(label.item, []).append(label)
    shown = [
        [int(label.start) for label in sorted(labels, key=lambda label: label.order)]
        for labels in gifs.values()
        if len(labels) == SHOTS
    ]
    return np.array(shown, dtype=np.intp).reshape(-1, SHOTS)
