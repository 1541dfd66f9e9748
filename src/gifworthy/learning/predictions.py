"""Anyone's scores, one JSON object a line, made to fit what a judge asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gifworthy.errors import LabelsNotFound, LabelsUnreadable
from gifworthy.learning.judging import Trial
from gifworthy.learning.manifest import Case
from gifworthy.learning.rows import Row, json_lines
from gifworthy.types import Floats

Key = tuple[str, str]


@dataclass(frozen=True)
class Prediction:
    """Scores of one case. spans: (G, 2) seconds they are of, or None: those that the judge asks for."""

    scores: Floats
    spans: Floats | None
    where: str

    def fitted(self, trial: Trial) -> Floats:
        """One score for each span of a trial: (N,).

        Scores of other spans are averaged by how much they overlap; a span that none covers ranks
        behind all others, as a segment without a score does in Video2GIF's evaluation.

        Raises: LabelsUnreadable when there are no spans and the numbers differ.
        """
        if self.spans is not None:
            return averaged(self.spans, self.scores, trial.spans)
        if len(self.scores) != len(trial.spans) and not trial.takes_any_length:
            raise LabelsUnreadable(
                f"{self.where}: {len(self.scores)} scores for {len(trial.spans)} spans of "
                f"{np.diff(trial.spans[0])[0]:g} s; give one each, or say which with `segments`"
            )
        return self.scores


@dataclass(frozen=True)
class Predictions:
    """Scores of many cases, by video (or query) and viewer. name: of the row in the table."""

    name: str
    by_key: Mapping[Key, Prediction]

    def of(self, case: Case) -> Prediction | None:
        """The scores of one case; those without a viewer are everybody's."""
        return self.by_key.get((case.name, case.who)) or self.by_key.get((case.name, ""))


def read_predictions(path: Path) -> Predictions:
    """Read `{"video": ..., "scores": [...]}` a line.

    Optional: `segments` ([[start, end], ...], seconds, one a score) and `who` (viewer). Where labels
    belong to queries, `qid` stands in place of `video`, and `pred_saliency_scores` may stand in place
    of `scores`, as QVHighlights publishes them.

    Raises: LabelsNotFound, LabelsUnreadable with file, line and field.
    """
    found: dict[Key, Prediction] = {}
    for row in json_lines(path):
        name = row.text("qid") if "qid" in row.fields else row.text("video")
        key = (name, row.text_or("who"))
        if key in found:
            raise LabelsUnreadable(f"{row.where}: {name} was scored before; keep one of the two")
        found[key] = _prediction(row)
    if not found:
        raise LabelsNotFound(f"{path} holds no scores; there is nothing to judge")
    return Predictions(path.stem, found)


def _prediction(row: Row) -> Prediction:
    field = "scores" if "scores" in row.fields else "pred_saliency_scores"
    scores = np.array(row.numbers(field))
    if not len(scores):
        raise row.broken(field, "must have at least one number")
    if "segments" not in row.fields:
        return Prediction(scores, None, row.where)
    spans = row.lists("segments")
    if len(spans) != len(scores):
        raise row.broken("segments", f"must have {len(scores)} entries, one a score")
    for index, span in enumerate(spans):
        if len(span) != 2 or span[0] >= span[1]:
            raise LabelsUnreadable(
                f"{row.where}: field 'segments', entry {index}, must be [start, end], not {span}"
            )
    return Prediction(scores, np.array(spans), row.where)


def averaged(spans_g: Floats, scores_g: Floats, wanted_n: Floats) -> Floats:
    """Scores of other spans by how much each wanted span shares with them: (N,); behind all where none.

    Args: spans_g: (G, 2) seconds, with scores_g: (G,). wanted_n: (N, 2) seconds.
    """
    first = np.maximum(spans_g[None, :, 0], wanted_n[:, None, 0])
    last = np.minimum(spans_g[None, :, 1], wanted_n[:, None, 1])
    shared_ng = np.maximum(0.0, last - first)
    covered = shared_ng.sum(axis=1)
    behind = scores_g.min() - 1.0
    return np.asarray(
        np.where(covered > 0, shared_ng @ scores_g / np.maximum(covered, 1e-12), behind)
    )
