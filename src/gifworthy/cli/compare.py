"""`gifworthy compare`: which of several models is better, and whether the data can tell."""

from __future__ import annotations

import json
from itertools import combinations
from typing import TYPE_CHECKING

from gifworthy.cli.evaluate import (
    AsJson,
    Data,
    DatasetName,
    FeatureFiles,
    Models,
    Scored,
    Seed,
    Seen,
    Segmenting,
    VideoFolder,
    judged,
    labels_of,
)

if TYPE_CHECKING:
    from gifworthy.learning.differences import Comparison


def compare(
    models: Models = None,
    data: Data = None,
    dataset: DatasetName = None,
    scores: Scored = None,
    videos: VideoFolder = None,
    features: FeatureFiles = None,
    segmenter: Segmenting = "",
    seen: Seen = False,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Compare models on the same videos; one alone is compared with `position`.

    The difference has a 95 % interval by a paired bootstrap over videos; a verdict is given only where
    the interval leaves out zero.
    """
    from gifworthy.learning.differences import differences
    from gifworthy.learning.sources import Material

    named = [*(models or ()), *map(str, scores or ())]
    if not named:
        raise ValueError("no model was named; give folders, scorers or predictions to compare")
    manifest = labels_of(data, dataset)
    table = judged(named, manifest, Material(videos, features, segmenter), seen=seen, seed=seed)
    rows = [row.name for row in table.rows if row.name not in ("random", "oracle", "human")]
    position, *ours = rows
    pairs = list(combinations(ours, 2)) or [(ours[0], position)]
    found = [differences(table, first, second, seed) for first, second in pairs]
    print(_json(found) if as_json else "\n".join(_text(comparison) for comparison in found))


def _text(comparison: Comparison) -> str:
    from gifworthy.moments import counted

    cases = counted(comparison.count, "case")
    lines = [f"{comparison.first} less {comparison.second}, on {cases} of both"]
    for metric in comparison.metrics:
        mean, low, high = (100 * value for value in (metric.mean, metric.low, metric.high))
        figures = f"{mean:+.1f} ({low:+.1f} to {high:+.1f})"
        lines.append(f"  {metric.name:<12}{figures:<26}{comparison.verdict(metric)}")
    return "\n".join(lines)


def _json(found: list[Comparison]) -> str:
    return json.dumps(
        [
            {
                "first": each.first,
                "second": each.second,
                "n": each.count,
                "metrics": [
                    {
                        "name": metric.name,
                        "mean": metric.mean,
                        "low": metric.low,
                        "high": metric.high,
                        "n": metric.count,
                        "better": each.better(metric),
                    }
                    for metric in each.metrics
                ],
            }
            for each in found
        ]
    )
