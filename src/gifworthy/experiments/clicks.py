"""Clicks as labels that nets learn from: rows of a `clicks` manifest, one for each span shown."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import numpy as np

from gifworthy.experiments.tally import Tally
from gifworthy.records.experiments import Variant

HEADING = ("video", "start", "end", "shown", "clicked", "duration")


def clicks_csv(tally: Tally, variants: Sequence[Variant]) -> str:
    """What each span was clicked when it was shown, as `learning.datasets.clicks` reads it.

    Every view was given its cover by lot, so rates inside a video compare covers and not viewers; where a
    bandit changed the split, `clicked` is what the weighted rate makes of the views, so that a busy hour
    that fell to one arm does not speak for it. A cover of several shots gives each its rate. What was never
    shown, and stills without seconds, are left out.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADING)
    counted = _counted(tally)
    for variant in variants:
        shown, clicked = counted.get((variant.video, variant.arm), (0, 0.0))
        if not shown:
            continue
        for span in variant.spans:
            duration = "" if variant.duration is None else f"{variant.duration:.3f}"
            row = (variant.video, f"{span.start:.3f}", f"{span.end:.3f}")
            writer.writerow((*row, shown, f"{clicked:.6g}", duration))
    return text.getvalue()


def compared(rows: str) -> int:
    """How many videos have spans of different rates, as a net learns from. Args: rows: the CSV."""
    rates: dict[str, set[float]] = {}
    for row in csv.DictReader(io.StringIO(rows)):
        rates.setdefault(row["video"], set()).add(float(row["clicked"]) / float(row["shown"]))
    return sum(len(found) > 1 for found in rates.values())


def _counted(tally: Tally) -> dict[tuple[str, str], tuple[int, float]]:
    """Views and clicks of each video and arm that was shown, in one pass over the rows."""
    arms, place = len(tally.arms), tally.video * len(tally.arms) + tally.arm
    views, weights, clicked = (
        np.bincount(place, column, len(tally.videos) * arms)
        for column in (tally.of("views"), tally.weighted("views"), tally.weighted("clicks"))
    )
    shown = np.flatnonzero(views)
    clicks = np.round(clicked[shown] / weights[shown] * views[shown], 6)
    return {
        (tally.videos[at // arms], tally.arms[at % arms]): (int(views[at]), float(count))
        for at, count in zip(shown.tolist(), clicks, strict=True)
    }
