"""Splits that leak neither a video nor a viewer, and the check that a split does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from gifworthy.learning.manifest import Anomaly, Label, Manifest

SHARES = {"train": 0.8, "validation": 0.1, "test": 0.1}


@dataclass(frozen=True)
class Leak:
    """Something that two splits share. kind: `video` or `viewer`."""

    kind: str
    name: str
    splits: tuple[str, ...]


def split(manifest: Manifest, seed: int, shares: Mapping[str, float] = SHARES) -> Manifest:
    """Give every label a split, so that no two splits share a video or, where taste is personal, a
    viewer.

    Videos are drawn, or viewers where taste is personal. A video that viewers of several splits
    chose from goes to the split that has most of them; the other viewers' labels of it are left out,
    and counted.

    Args: shares: what part of the videos (or viewers) each split gets; they sum to 1.
    """
    if abs(sum(shares.values()) - 1) > 1e-6 or min(shares.values()) < 0:
        raise ValueError(f"the shares of the splits must sum to 1, not {dict(shares)}")
    if not manifest.personal:
        of_video = _drawn(manifest.videos, seed, shares)
        return replace(
            manifest, labels=tuple(replace(x, split=of_video[x.video]) for x in manifest.labels)
        )
    of_viewer = _drawn(manifest.people, seed, shares)
    of_video = _majority(manifest.labels, of_viewer)
    kept = tuple(
        replace(label, split=of_video[label.video])
        for label in manifest.labels
        if of_viewer[label.who] == of_video[label.video]
    )
    left_out = len(manifest) - len(kept)
    noted = Anomaly("left out: viewers of two splits chose from one video", left_out, "split")
    return replace(
        manifest, labels=kept, anomalies=manifest.anomalies + ((noted,) if left_out else ())
    )


def leaks(manifest: Manifest) -> tuple[Leak, ...]:
    """Videos, and viewers where taste is personal, that lie in more than one split."""
    videos: dict[str, set[str]] = {}
    viewers: dict[str, set[str]] = {}
    for label in manifest.labels:
        if label.split:
            videos.setdefault(label.video, set()).add(label.split)
            if manifest.personal and label.who:
                viewers.setdefault(label.who, set()).add(label.split)
    return tuple(
        Leak(kind, name, tuple(sorted(splits)))
        for kind, found in (("video", videos), ("viewer", viewers))
        for name, splits in found.items()
        if len(splits) > 1
    )


def _drawn(names: tuple[str, ...], seed: int, shares: Mapping[str, float]) -> dict[str, str]:
    order = np.random.default_rng(seed).permutation(sorted(names))
    edges = np.round(np.cumsum(list(shares.values())) * len(names)).astype(int)
    return {
        str(name): part
        for part, names_of in zip(shares, np.split(order, edges[:-1]), strict=True)
        for name in names_of
    }


def _majority(labels: tuple[Label, ...], of_viewer: Mapping[str, str]) -> dict[str, str]:
    """The split with most labels of each video; of equals, the one that came first."""
    votes: dict[str, dict[str, int]] = {}
    for label in labels:
        counts = votes.setdefault(label.video, {})
        part = of_viewer[label.who]
        counts[part] = counts.get(part, 0) + 1
    return {video: max(counts, key=lambda part: counts[part]) for video, counts in votes.items()}
