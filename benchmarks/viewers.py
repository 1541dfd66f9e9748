"""What a viewer costs: ranking a video beside everybody's ranking, and one video for 1,000 viewers.

python -m benchmarks viewers
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import numpy as np
from benchmarks.material import video
from benchmarks.table import Row, markdown, paired

from gifworthy.features import Features
from gifworthy.personal import bound, scores_for_viewers
from gifworthy.pipeline import CoverMaker
from gifworthy.plans import PLANS
from gifworthy.protocols import Scorer
from gifworthy.settings import Settings
from gifworthy.types import History

CHOICES, VIEWERS = 20, 1000


def main() -> None:
    path = video(1, 360)
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(cache=Path(folder))
        rows = [_ranking(path, settings), _many(path, settings)]
    print(markdown(f"What a viewer costs, on {path.name}", "python -m benchmarks viewers", rows))


def _history(random: np.random.Generator, size: int) -> History:
    lengths = np.full(CHOICES, 100.0)
    return History(
        random.normal(size=(CHOICES, size)), random.random(CHOICES), lengths / 30, lengths
    )


def _ranking(path: Path, settings: Settings) -> Row:
    features = Features.load("pixels", settings)
    taste = _history(np.random.default_rng(0), 376)

    def bind(scorer: Scorer) -> Scorer:
        return bound(scorer, taste, features)

    generic = CoverMaker.load(PLANS["signals"], settings)
    own = CoverMaker.load(PLANS["signals"], settings, bind)

    def rank(maker: CoverMaker) -> None:
        with maker.open(path) as opened:
            maker.rank(opened)

    mine, everybodys, ratio = paired(lambda: rank(own), lambda: rank(generic))
    figure = f"{1000 * mine:.0f} ms, {1000 * everybodys:.0f} ms; {100 * (ratio - 1):+.1f} %"
    return Row(
        f"rank for a viewer of {CHOICES} choices, features cached", "for everybody", figure, "+5 %"
    )


def _many(path: Path, settings: Settings) -> Row:
    """The video is opened, scored for everybody and looked at once; then each viewer is arithmetic."""
    maker, features = CoverMaker.load(PLANS["signals"], settings), Features.load("pixels", settings)
    random = np.random.default_rng(0)
    tastes = [_history(random, 376) for _ in range(VIEWERS)]
    with maker.open(path) as opened:
        segments, scorer = maker.segmenter.segment(opened), maker._scorer()
        found = scores_for_viewers(scorer, opened, segments, tastes, features)
        next(found)
        begun = time.perf_counter()
        *_, last = found
        seconds = time.perf_counter() - begun
        alone = bound(scorer, tastes[-1], features).score(opened, segments)
        assert np.allclose(alone.values, last.values)
    figure = f"{(VIEWERS - 1) / seconds:,.0f} viewers a second, {len(segments)} segments"
    return Row(f"{VIEWERS} viewers, one video, one look at it", f"{CHOICES} choices each", figure)


if __name__ == "__main__":
    main()
