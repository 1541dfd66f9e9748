"""People's own ratings of covers in NetEase's three words: good, average, bad."""

from __future__ import annotations

from pathlib import Path

from gifworthy.learning.datasets.facts import Fact
from gifworthy.learning.datasets.own import duration_of, own_rows, span_of
from gifworthy.learning.judges.graded import GradedJudge
from gifworthy.learning.judging import Judge
from gifworthy.learning.manifest import Label, Manifest, Oddities
from gifworthy.learning.metrics.ratings import WORDS
from gifworthy.learning.rows import Row

FIELDS = ("video", "start", "end", "rating")


class Ratings:
    """`ratings.csv` or `ratings.jsonl`: video, start, end, rating; optional rater, duration, split,
    topic."""

    name = "ratings"
    folders = ("ratings",)
    scale = "0 = bad (meaningless or disruptive), 1 = average, 2 = good"

    def read(self, folder: Path) -> Manifest:
        """`folder` may be the file itself. Raises: LabelsNotFound, LabelsUnreadable."""
        oddities = Oddities()
        labels = tuple(_label(row, oddities) for row in own_rows(folder, self.name, FIELDS))
        return Manifest(self.name, self.scale, labels, anomalies=oddities.anomalies())

    def facts(self, manifest: Manifest) -> tuple[Fact, ...]:
        """How often each word was said."""
        counts = {
            word: sum(label.value == value for label in manifest.labels)
            for word, value in WORDS.items()
        }
        return tuple(Fact(f"rated {word}", None, count) for word, count in counts.items())

    def judge(self) -> Judge:
        """NetEase's figures: pairwise accuracy and bad cases."""
        return GradedJudge(has_bad_cases=True)


def _label(row: Row, oddities: Oddities) -> Label:
    start, end = span_of(row)
    word = row.text("rating").lower()
    if word not in WORDS:
        raise row.broken("rating", f"must be one of {', '.join(WORDS)}")
    duration = duration_of(row)
    if end > duration:
        oddities.note("a span ends after its video", row.where)
    return Label(
        row.text("video"),
        start,
        end,
        WORDS[word],
        row.where,
        who=row.text_or("rater", "rater 1"),
        split=row.text_or("split"),
        topic=row.text_or("topic"),
        duration=duration,
    )
