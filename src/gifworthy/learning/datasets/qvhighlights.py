"""QVHighlights (Lei, Berg, Bansal, NeurIPS 2021): how well each 2-second clip answers a query."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gifworthy.learning.datasets.facts import Fact
from gifworthy.learning.judges.queries import CLIP, QueryJudge
from gifworthy.learning.judging import Judge
from gifworthy.learning.manifest import Label, Manifest, Oddities
from gifworthy.learning.rows import Row, file_in, json_lines

FILES = {
    "highlight_train_release.jsonl": "train",
    "highlight_val_release.jsonl": "validation",
    "qvh_val.jsonl": "validation",
}


class QvHighlights:
    """`highlight_{train,val}_release.jsonl` as published. One label is one rater's grade of one clip.

    Clips that no row covers have grade 0 from every rater.
    """

    name = "qvhighlights"
    folders = ("qvhighlights",)
    scale = "0 = very bad answer to the query ... 4 = very good; what no row covers is 0"

    def read(self, folder: Path) -> Manifest:
        """Raises: LabelsNotFound, LabelsUnreadable."""
        file_in(folder, tuple(FILES), self.name)
        labels: list[Label] = []
        oddities = Oddities()
        for file, split in FILES.items():
            if (folder / file).exists():
                for row in json_lines(folder / file):
                    labels += _labels(row, split, oddities)
        return Manifest(self.name, self.scale, tuple(labels), anomalies=oddities.anomalies())

    def facts(self, manifest: Manifest) -> tuple[Fact, ...]:
        """Published figures (README of the data set) beside ours."""
        validation = manifest.only(lambda label: label.split == "validation")
        return (
            Fact("queries, validation", 1550, len(validation.cases)),
            Fact("videos, validation", None, len(validation.videos)),
            Fact("raters", 3, len(manifest.people)),
        )

    def judge(self) -> Judge:
        """Highlight detection: mAP and HIT@1 at each grade that may count as good."""
        return QueryJudge()


def _labels(row: Row, split: str, oddities: Oddities) -> Iterator[Label]:
    clips, grades = row.numbers("relevant_clip_ids"), row.lists("saliency_scores")
    duration, query = row.number("duration"), f"{row.text('qid')}: {row.text_or('query')}"
    if len(clips) != len(grades):
        raise row.broken("saliency_scores", f"must have {len(clips)} entries, one a relevant clip")
    for clip, given in zip(clips, grades, strict=True):
        if not 0 <= clip * CLIP < duration:
            oddities.note("a graded clip lies past the end of its video", row.where)
        for rater, grade in enumerate(given, start=1):
            yield Label(
                row.text("vid"),
                clip * CLIP,
                (clip + 1) * CLIP,
                grade,
                row.where,
                who=f"rater {rater}",
                query=query,
                split=split,
                duration=duration,
            )
