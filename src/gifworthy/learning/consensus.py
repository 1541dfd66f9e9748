"""One word from several raters, and how far they agree.

Shape letters: R raters, N spans.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gifworthy.learning.manifest import Case, Label, Manifest
from gifworthy.types import Floats

WHO = "consensus"


def consensus(manifest: Manifest) -> Manifest:
    """Each span once: the raters' mean, and as `sure` how far they agree on it.

    Binary labels get the majority's word (1 when half say so), and `sure` is the share of raters who
    say the same. Graded ones get the mean, and `sure` falls from 1 to 0 as the raters' standard
    deviation goes from 0 to the largest there can be on this scale.
    """
    if manifest.personal:
        raise ValueError(
            f"{manifest.name} holds viewers' own tastes; there is no consensus to find"
        )
    values = {label.value for label in manifest.labels}
    low, high = min(values, default=0.0), max(values, default=1.0)
    binary = values <= {0.0, 1.0}
    labels = (label for case in manifest.cases for label in _merged(case, (high - low) / 2, binary))
    return replace(manifest, labels=tuple(labels))


def agreement(values_rn: Floats) -> float:
    """Krippendorff's alpha for interval data: 1 all agree, 0 as chance would have it, below 0 worse.

    Args: values_rn: (R, N) what each rater said of each span, nan where nothing.
    Returns: nan when no span has two raters; 1 when everybody says one value everywhere.
    """
    said = np.isfinite(values_rn).sum(axis=0)
    values = values_rn[:, said >= 2]
    if not values.size:
        return math.nan
    count = np.isfinite(values).sum(axis=0)
    within = (count * np.nanvar(values, axis=0) * count / (count - 1)).sum()
    everything = values[np.isfinite(values)]
    total = len(everything)
    between = total * everything.var() * total / (total - 1)
    return float(1 - (within / total) / (between / total)) if between > 0 else 1.0


def _merged(case: Case, most: float, binary: bool) -> Iterator[Label]:
    places: dict[tuple[float, float], list[Label]] = {}
    for label in case.labels:
        places.setdefault((label.start, label.end), []).append(label)
    for labels in (places[place] for place in sorted(places)):
        values = np.array([label.value for label in labels])
        value = float(values.mean() >= 0.5) if binary else float(values.mean())
        same = float((values == value).mean()) if binary else 1 - float(values.std()) / (most or 1)
        yield replace(labels[0], who=WHO, value=value, sure=same)
