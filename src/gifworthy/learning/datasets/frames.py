"""People's own scores of frames or seconds, from several raters: PLD-VHD's shop data."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from gifworthy.learning.datasets.facts import Fact
from gifworthy.learning.datasets.own import duration_of, own_rows
from gifworthy.learning.judges.raters import RaterJudge
from gifworthy.learning.judging import Judge
from gifworthy.learning.manifest import Label, Manifest, Oddities
from gifworthy.learning.rows import Row

FIELDS = ("video", "score")
LONGEST = 2.0


class FrameScores:
    """`frames.csv` or `frames.jsonl`: video, score, and `second` or (`frame` and `fps`); optional
    rater, duration, split, topic.

    A score holds until the same rater's next one, for two seconds at most; the last as long as the
    one before. Scores may be binary or graded; `consensus` makes one word of several raters'.
    """

    name = "frames"
    folders = ("frames",)
    scale = "the raters' own, larger is better"

    def read(self, folder: Path) -> Manifest:
        """`folder` may be the file itself. Raises: LabelsNotFound, LabelsUnreadable."""
        oddities = Oddities()
        said: dict[tuple[str, str], dict[float, Label]] = {}
        for row in own_rows(folder, self.name, FIELDS):
            label = _label(row)
            mine = said.setdefault((label.video, label.who), {})
            if label.start in mine:
                oddities.note("a rater scored one moment twice; the last word counts", row.where)
            mine[label.start] = label
        labels = tuple(label for mine in said.values() for label in _spread(mine))
        return Manifest(self.name, self.scale, labels, anomalies=oddities.anomalies())

    def facts(self, manifest: Manifest) -> tuple[Fact, ...]:
        """How much was scored."""
        seconds = sum(label.end - label.start for label in manifest.labels)
        return (Fact("raters", None, len(manifest.people)), Fact("seconds scored", None, seconds))

    def judge(self) -> Judge:
        """Top-5 AP, F1 of the best 15 %, rank correlations, each against every rater."""
        return RaterJudge()


def _label(row: Row) -> Label:
    fps = row.number_or("fps", 0.0)
    start = row.number("frame") / fps if "frame" in row.fields and fps > 0 else row.number("second")
    if start < 0:
        raise row.broken("second", "must be 0 or more")
    return Label(
        row.text("video"),
        start,
        start + LONGEST,
        row.number("score"),
        row.where,
        who=row.text_or("rater", "rater 1"),
        split=row.text_or("split"),
        topic=row.text_or("topic"),
        duration=duration_of(row),
        fps=fps,
    )


def _spread(mine: dict[float, Label]) -> list[Label]:
    """One rater's scores of one video, each until the next."""
    labels = [mine[start] for start in sorted(mine)]
    lengths = [min(after.start - label.start, LONGEST) for label, after in pairwise(labels)]
    lengths.append(lengths[-1] if lengths else LONGEST)
    return [
        replace(label, end=label.start + length)
        for label, length in zip(labels, lengths, strict=True)
    ]
