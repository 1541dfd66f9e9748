"""`gifworthy plans`: which plans there are."""

from __future__ import annotations


def plans() -> None:
    """Which plans there are, and which part plays each role in them."""
    from gifworthy.plans import PLANS

    print(f"{'plan':<12}{'segmenter':<12}{'scorer':<12}{'selector':<12}shots")
    for plan in PLANS.values():
        print(
            f"{plan.name:<12}{plan.segmenter:<12}{plan.scorer:<12}{plan.selector:<12}{plan.shots}"
        )
