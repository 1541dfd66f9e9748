"""What the service logs: how often a cover was shown, and how often it was clicked."""

from __future__ import annotations

from pathlib import Path

from gifworthy.learning.datasets.facts import Fact
from gifworthy.learning.datasets.own import duration_of, own_rows, span_of
from gifworthy.learning.judges.graded import GradedJudge
from gifworthy.learning.judging import Judge
from gifworthy.learning.manifest import Label, Manifest, Oddities
from gifworthy.learning.rows import Row

FIELDS = ("video", "start", "end", "shown", "clicked")
HALF_SURE = 100.0


class Clicks:
    """`clicks.csv` or `clicks.jsonl`: video, start, end, shown, clicked; optional duration, split,
    topic.

    A label's value is the share of views that were clicked; a hundred views make it half sure.
    """

    name = "clicks"
    folders = ("clicks",)
    scale = "clicks a view, 0..1"

    def read(self, folder: Path) -> Manifest:
        """`folder` may be the file itself. Raises: LabelsNotFound, LabelsUnreadable."""
        oddities = Oddities()
        labels = tuple(
            label
            for row in own_rows(folder, self.name, FIELDS)
            if (label := _label(row, oddities)) is not None
        )
        return Manifest(self.name, self.scale, labels, anomalies=oddities.anomalies())

    def facts(self, manifest: Manifest) -> tuple[Fact, ...]:
        """How often covers were shown, and clicked."""
        shown = sum(label.views for label in manifest.labels)
        clicked = sum(label.views * label.value for label in manifest.labels)
        return (Fact("shown", None, shown), Fact("clicked", None, clicked))

    def judge(self) -> Judge:
        """Pairwise accuracy and Spearman between click rates and scores inside a video."""
        return GradedJudge()


def _label(row: Row, oddities: Oddities) -> Label | None:
    start, end = span_of(row)
    shown, clicked = row.number("shown"), row.number("clicked")
    if shown < 0 or clicked < 0 or clicked > shown:
        raise row.broken("clicked", f"must lie between 0 and shown ({shown:g})")
    if shown == 0:
        oddities.note("a cover was never shown; it is left out", row.where)
        return None
    return Label(
        row.text("video"),
        start,
        end,
        clicked / shown,
        row.where,
        sure=shown / (shown + HALF_SURE),
        split=row.text_or("split"),
        topic=row.text_or("topic"),
        duration=duration_of(row),
        views=shown,
    )
