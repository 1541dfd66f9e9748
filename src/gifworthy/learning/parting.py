"""Which labels are learned from, which are watched, and which are kept for the judge."""

from __future__ import annotations

from dataclasses import replace

from gifworthy.learning.judging import Judge
from gifworthy.learning.manifest import Label, Manifest, Oddities
from gifworthy.learning.splits import split

WATCHED = {"train": 0.9, "validation": 0.1}
LEARNED = frozenset({"train", ""})
JUDGED_TOO = "left out of training: its video is judged"


def parted(manifest: Manifest, judge: Judge, seed: int, *, watch: bool = True) -> Manifest:
    """The labels to learn from, each in the split `train` or `validation`.

    Where the data set has splits of its own, its last one (`test`, else `validation`) is the judge's,
    and so is every video in it. A person's history may be learned from in any split: it is what came
    before. Where it has none, a tenth of the videos is kept for the judge, and never learned from.

    Args: watch: draw a tenth for validation where the data set has no such split.
    """
    if not any(label.split for label in manifest.labels):
        return split(manifest, seed).only(lambda label: label.split != "test")
    kept = _kept(manifest, judge)
    known = any(label.split == "validation" for label in kept.labels)
    if known or not watch:
        return _named(kept)
    return split(_named(kept), seed, WATCHED)


def judged_split(manifest: Manifest) -> str:
    """The split that is the judge's."""
    return "test" if any(label.split == "test" for label in manifest.labels) else "validation"


def _kept(manifest: Manifest, judge: Judge) -> Manifest:
    last = judged_split(manifest)
    hidden = {x.video for x in manifest.labels if x.split == last and x.role != "history"}
    oddities = Oddities()
    kept = []
    for label in manifest.labels:
        if not (label.split in LEARNED or label.role == "history" or label.split != last):
            continue
        if label.video in hidden:
            oddities.note(JUDGED_TOO, label.source)
        elif _says_something(judge, label, last):
            kept.append(label)
    anomalies = manifest.anomalies + oddities.anomalies()
    return replace(manifest, labels=tuple(kept), anomalies=anomalies)


def _says_something(judge: Judge, label: Label, last: str) -> bool:
    """Whether the judge would take it, were it among those that are judged."""
    asked = (label, *(replace(label, split=name, role="target") for name in (last, "test")))
    return any(map(judge.takes, asked))


def _named(manifest: Manifest) -> Manifest:
    labels = tuple(
        label if label.split == "validation" else replace(label, split="train")
        for label in manifest.labels
    )
    return replace(manifest, labels=labels)
