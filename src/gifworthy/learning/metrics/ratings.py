"""What raters say of covers: NetEase's three words, and the share of covers nobody should see."""

from __future__ import annotations

import math
from collections.abc import Sequence

WORDS = {"bad": 0.0, "average": 1.0, "good": 2.0}


def bad_case_rate(values: Sequence[float]) -> float:
    """Share of ratings that say `bad`, which NetEase explains as meaningless or disruptive.

    Args: values: what raters said of the covers that were made, as `WORDS` numbers the words.
    Returns: fraction in [0, 1]; nan when nobody said anything.
    """
    known = [value for value in values if not math.isnan(value)]
    return sum(value <= WORDS["bad"] for value in known) / len(known) if known else math.nan
