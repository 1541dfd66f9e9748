"""The byte budget is a promise: it is kept, or the cover is refused."""

from __future__ import annotations

import numpy as np
import pytest

from gifworthy.budget import fit
from gifworthy.encoders import ENCODERS
from gifworthy.errors import BudgetUnreachable
from gifworthy.types import Clip, Style


def busy(count: int = 16, width: int = 200, height: int = 120) -> Clip:
    """Coarse noise that drifts: hard to write small."""
    luck = np.random.default_rng(5)
    wide = luck.integers(0, 255, (height // 4, width // 4 + count, 3)).astype(np.uint8)
    frames = [
        np.kron(wide[:, i : i + width // 4], np.ones((4, 4, 1), np.uint8)) for i in range(count)
    ]
    return Clip(np.stack(frames).astype(np.uint8), np.arange(count) / 12)


CLIP = busy()


@pytest.mark.parametrize("name", list(ENCODERS))
@pytest.mark.parametrize("share", [0.7, 0.3])
def test_a_budget_is_met_and_what_it_cost_is_said(name: str, share: float) -> None:
    encoder, style = ENCODERS[name](), Style(fps=12)
    whole = fit(CLIP, encoder, style)
    assert whole.gave_up == ()
    budget = int(len(whole.data) * share)
    fitted = fit(CLIP, encoder, style.but(max_bytes=budget))
    assert len(fitted.data) <= budget
    assert fitted.gave_up, "something was given up, so something is said"
    assert all(" -> " in words for words in fitted.gave_up)


@pytest.mark.parametrize("name", list(ENCODERS))
def test_a_budget_that_cannot_be_met_is_refused_with_the_size_reached(name: str) -> None:
    with pytest.raises(
        BudgetUnreachable, match=r"10 bytes cannot be met: the smallest reached is \d+"
    ):
        fit(CLIP, ENCODERS[name](), Style(fps=12, max_bytes=10))


def test_a_generous_budget_changes_nothing() -> None:
    encoder = ENCODERS["gif"]()
    free, rich = (fit(CLIP, encoder, Style(fps=12, max_bytes=b)) for b in (None, 10**9))
    assert free.data == rich.data
