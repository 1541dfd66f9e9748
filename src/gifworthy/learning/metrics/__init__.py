"""What scores are worth: each metric as its source defines it, in fractions."""

from gifworthy.learning.metrics.covers import chance_at, hit_at_1, precision_at
from gifworthy.learning.metrics.frames import average_precision, nmsd, recall_at
from gifworthy.learning.metrics.highlights import (
    above_lower_median,
    top5_average_precision,
    trapezoid_average_precision,
)
from gifworthy.learning.metrics.intervals import bootstrap, means
from gifworthy.learning.metrics.pairs import nacc
from gifworthy.learning.metrics.ranks import kendall, spearman
from gifworthy.learning.metrics.ratings import WORDS, bad_case_rate
from gifworthy.learning.metrics.summaries import best_summary, f1, mean_f1, nearest_f1

__all__ = [
    "WORDS",
    "above_lower_median",
    "average_precision",
    "bad_case_rate",
    "best_summary",
    "bootstrap",
    "chance_at",
    "f1",
    "hit_at_1",
    "kendall",
    "mean_f1",
    "means",
    "nacc",
    "nearest_f1",
    "nmsd",
    "precision_at",
    "recall_at",
    "spearman",
    "top5_average_precision",
    "trapezoid_average_precision",
]
