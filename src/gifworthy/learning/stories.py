"""GIFs of several shots, as nets learn to tell them: which pieces of a video each GIF shows, in which order.

Shape letters: B videos of a batch, G GIFs of a video, K shots of a GIF (3), N pieces of a video, D feature
size, L samples, V words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gifworthy.assignment import SHOTS, Picks, agreed, closest, distances
from gifworthy.errors import LabelsNotFound
from gifworthy.learning.contextual import need_vectors
from gifworthy.learning.examples import Example, Examples
from gifworthy.learning.manifest import Case
from gifworthy.learning.metrics.voronoi import Cells
from gifworthy.learning.recipe import Rows
from gifworthy.models.context import Context
from gifworthy.types import Floats, Segment

Singles = NDArray[np.float32]
WATCHED_SAMPLES = 16
NO_WORDS = Context()


@dataclass(frozen=True)
class Batch:
    """Some videos, the shorter ones filled up with zeros, and a GIF of each.

    shots: (B, N, D). lengths: (B,) how many of the N are there. gifs: (B, 3, D). words: (B, V).
    """

    shots: Singles
    lengths: Rows
    gifs: Singles
    words: Singles


@dataclass(frozen=True)
class Stories:
    """The videos that have GIFs of three shots, and those GIFs. words: what of the tags is looked at."""

    examples: Examples
    words: Context = NO_WORDS

    @classmethod
    def of(cls, examples: Examples, words: Context) -> Stories:
        """Raises: LabelsNotFound when there is nothing to learn from."""
        need_vectors(examples)
        stories = cls(examples, words)
        if not len(stories.items):
            raise LabelsNotFound(
                f"no training video has a GIF of {SHOTS} shots (labels with an item, and an order from 0 to "
                f"{SHOTS - 1}) and {SHOTS} pieces to choose from; such labels come from the data sets "
                f"gif-thumbnails and stories"
            )
        return stories

    @cached_property
    def items(self) -> Rows:
        """(P, 1) the first row of each training video that has GIFs."""
        return np.array(
            [[e.first] for e in self.examples.train if len(self.gifs[e.first])], np.intp
        )

    @cached_property
    def gifs(self) -> Mapping[int, Picks]:
        """(G, 3) of each video, by the row of its first piece."""
        every = self.examples.train + self.examples.validation
        return {example.first: gifs_of(example.case, example.segments) for example in every}

    def batch(self, rows: Rows, random: np.random.Generator) -> Batch:
        """The videos of some items, one of its GIFs drawn of each."""
        videos = [self.examples.at(int(row)) for row in rows[:, 0]]
        lengths = np.array([len(video) for video in videos])
        shots = np.zeros((len(videos), lengths.max(), self.examples.inputs.shape[1]), np.float32)
        gifs = []
        for place, video in enumerate(videos):
            shots[place, : len(video)] = self.examples.inputs[video.rows]
            known = self.gifs[video.first]
            gifs.append(shots[place, known[random.integers(len(known))]])
        words = np.stack([self.about(video.case) for video in videos])
        return Batch(shots, lengths, np.stack(gifs), words)

    def about(self, case: Case) -> Singles:
        """(V,) the share of each known word among those of a video's title and tags."""
        return self.words.about(case.topic, case.tags)

    def watched(self) -> Sequence[Example]:
        """The validation videos that have GIFs."""
        return [e for e in self.examples.validation if len(self.gifs[e.first])]


def gifs_of(case: Case, segments: tuple[Segment, ...]) -> Picks:
    """Which pieces each GIF of a case shows, in showing order: (G, 3).

    A GIF of another number of shots, or one with a shot that no piece holds, is not among them.
    """
    starts = np.array([segment.start for segment in segments])
    by_item: dict[str, dict[int, int]] = {}
    for label in case.labels:
        moment = (label.start + label.end) / 2
        place = int(np.searchsorted(starts, moment, side="right")) - 1
        if label.item and place >= 0 and segments[place].holds(moment):
            by_item.setdefault(label.item, {})[label.order] = place
    wanted = list(range(SHOTS))
    whole = [shots for shots in by_item.values() if sorted(shots) == wanted]
    found = [[shots[order] for order in wanted] for shots in whole]
    return np.array(found, np.intp).reshape(-1, SHOTS) if len(segments) >= SHOTS else NO_GIFS


NO_GIFS = np.zeros((0, SHOTS), np.intp)
WORTH = ("1 - PME", "1 - nearest PME", "hit", "shown")


def worth(told_lkd: Floats, shots_nd: ArrayLike, gifs_gk: Picks, unit: float) -> dict[str, float]:
    """What imagined shots are worth, larger is better.

    `1 - PME`: the mean over samples first, then the best GIF; a compromise between several answers may
    win. `1 - nearest PME`: the best GIF of each sample, then the mean; who tells one of the answers wins,
    whichever. `hit`: the share of the closest shots that are where a GIF has them, of each sample's
    best GIF. `shown`: the same of the one answer that would be shown.

    Args: unit: of the distances in which the net is punished for one.
    """
    errors = Cells.of(shots_nd).pme_of_gifs(told_lkd, gifs_gk)
    apart = distances(told_lkd, shots_nd)
    met = (closest(apart)[:, None] == gifs_gk).mean(axis=2).max(axis=1)
    shown = (agreed(apart, unit) == gifs_gk).mean(axis=1).max()
    figures = 1 - errors.mean(axis=0).min(), 1 - errors.min(axis=1).mean(), met.mean(), shown
    return dict(zip(WORTH, map(float, figures), strict=True))


def mean_worth(found: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The mean over videos, nan where there is none."""
    return {name: float(np.mean([f[name] for f in found])) if found else np.nan for name in WORTH}
