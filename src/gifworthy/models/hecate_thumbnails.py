"""Hecate's thumbnails: keyframes that stand still, clustered, the stillest of each cluster.

The arithmetic of the published program (yahoo/hecate); `models/hecate.py` says where it is from. GEVADEN's
authors call it BeautThumb (Song et al., CIKM 2016). The learned scorer of that paper is not in the program;
what is there needs no weights.

T frames, S shots, U sub-shots.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gifworthy.models.hecate import Measures, Run
from gifworthy.models.hecate_highlights import FEWEST_CLUSTERS, MOST_CLUSTERS, Labels, kmeans


@dataclass(frozen=True)
class SubShot:
    """Frames of one shot that are alike. frames: [first, last). key: the stillest. shot: whose number."""

    frames: Run
    key: int
    shot: int

    def __len__(self) -> int:
        return self.frames[1] - self.frames[0]


def thumbnails(
    measures: Measures, shots: list[Run], count: int, rng: np.random.Generator
) -> list[int]:
    """At most `count` frames, the best first.

    With one keyframe or none, the stillest frame of all; with no more keyframes than are wanted, those
    of the longest sub-shot of each shot, the longest first; else keyframes are clustered, and of each
    cluster, the one with most frames first, the stillest is taken.
    """
    found = sub_shots(measures, shots, rng)
    if len(found) <= 1:
        return [int(measures.difference[1:-1].argmin()) + 1 if len(measures) > 2 else 0]
    if len(found) <= count:
        longest = [
            max((sub for sub in found if sub.shot == shot), key=len)
            for shot in sorted({sub.shot for sub in found})
        ]
        return [sub.key for sub in sorted(longest, key=lambda sub: -len(sub))]
    return _of_clusters(measures, found, count, rng)


def sub_shots(measures: Measures, shots: list[Run], rng: np.random.Generator) -> list[SubShot]:
    """Runs of frames with one label: k-means over all frames of the shots, as many clusters as shots."""
    frames = np.concatenate([np.arange(*shot) for shot in shots]) if shots else np.zeros(0, int)
    k = min(len(frames) // 2, len(shots))
    if k < 1:
        return []
    labels = np.full(len(measures), -1)
    labels[frames] = kmeans(measures.features[frames].astype(np.float64), k, rng, attempts=1)
    return [
        SubShot(run, run[0] + int(measures.difference[run[0] : run[1]].argmin()), number)
        for number, shot in enumerate(shots)
        for run in _alike(labels, shot)
    ]


def _of_clusters(
    measures: Measures, found: list[SubShot], count: int, rng: np.random.Generator
) -> list[int]:
    keys = np.array([sub.key for sub in found])
    k = min(MOST_CLUSTERS, len(found), max(FEWEST_CLUSTERS, count))
    labels = kmeans(measures.features[keys].astype(np.float64), k, rng)
    sizes = np.bincount(labels, [len(sub) for sub in found], minlength=k)
    ranked = [label for label in (-sizes).argsort(kind="stable") if sizes[label]]
    stillest = [
        int(np.where(labels == label, measures.difference[keys], np.inf).argmin())
        for label in ranked
    ]
    return [int(keys[place]) for place in stillest[:count]]


def _alike(labels: Labels, shot: Run) -> list[Run]:
    edges = [shot[0], *(t for t in range(shot[0] + 1, shot[1]) if labels[t] != labels[t - 1])]
    return list(zip(edges, [*edges[1:], shot[1]], strict=True))
