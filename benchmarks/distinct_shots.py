"""Are the three shots of a cover different from each other? On the real videos beside the project.

Two shots are *nearly the same* when they look no more different than one second of that video and the
next one inside a take: the median of all such neighbours. What is compared is what the cover shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
from benchmarks.table import Row, markdown

from gifworthy.appearance import appearance, unlikeness
from gifworthy.errors import GifworthyError
from gifworthy.framing import frame
from gifworthy.gate import judge
from gifworthy.pipeline import CoverMaker
from gifworthy.plans import PLANS
from gifworthy.settings import Settings
from gifworthy.types import Floats, Segment, Storyboard, Style
from gifworthy.video import Video

FOLDER = Path(__file__).resolve().parent.parent.parent / "shared" / "videos"
STYLE = Style(seconds=1.0)
SELECTORS = ("storyline", "top", "even", "random")


@dataclass(frozen=True)
class Shown:
    """Of one cover. alike: pairs of shots that look nearly the same. near: pairs of one take less than a
    second apart. refused: shots that the gate refuses. backwards: shots of one take shown against time.
    """

    pairs: int
    alike: int
    near: int
    refused: int
    backwards: int


def main() -> None:
    found: dict[str, list[Shown]] = {name: [] for name in SELECTORS}
    for path in films():
        for name, shown in shown_by(path, SELECTORS).items():
            found[name].append(shown)
    rows = [
        Row(
            name,
            f"{sum(s.pairs for s in every)} pairs of {len(every)} videos",
            f"{sum(s.alike for s in every)} alike, {sum(s.near for s in every)} less than 1 s apart, "
            f"{sum(s.backwards for s in every)} backwards, {sum(s.refused for s in every)} refused",
        )
        for name, every in found.items()
    ]
    print(markdown("Three different shots", "python -m benchmarks distinct_shots", rows))


def films() -> list[Path]:
    """The real videos that are there."""
    return sorted(path for path in FOLDER.glob("*.*") if path.suffix in (".mp4", ".webm"))


def shown_by(path: Path, selectors: Sequence[str]) -> dict[str, Shown]:
    """What each selector's three shots are like; one that has no three to show is left out."""
    makers = {
        name: CoverMaker.load(replace(PLANS["storyline"], selector=name), Settings())
        for name in selectors
    }
    shown: dict[str, Shown] = {}
    with makers[selectors[0]].open(path) as video:
        for name, maker in makers.items():
            with suppress(GifworthyError):
                shown[name] = looked_at(video, maker.choose(video))
    return shown


def looked_at(video: Video, board: Storyboard) -> Shown:
    """Measures the windows that would be shown, in showing order."""
    windows: list[Segment] = []
    for highlight in board:
        windows.append(frame(video, highlight, STYLE, tuple(windows)).window)
    least = usual_step(video)
    pairs = list(combinations(windows, 2))
    return Shown(
        len(pairs),
        sum(apart(video, a, b) <= least for a, b in pairs),
        sum(one_take(video, a, b) and _between(a, b) < 1 for a, b in pairs),
        sum(refusal is not None for refusal in judge(video, tuple(h.segment for h in board))),
        sum(one_take(video, a, b) and b.start < a.start for a, b in pairs),
    )


def usual_step(video: Video) -> float:
    """How different a second and the next one of the same take look, as a rule."""
    seconds = list(_seconds(video))
    steps = [apart(video, a, b) for a, b in pairwise(seconds) if one_take(video, a, b)]
    return float(np.median(steps)) if steps else 0.0


def apart(video: Video, a: Segment, b: Segment) -> float:
    """How different two spans look, 0..1."""
    return float(unlikeness(_look(video, a), _look(video, b)))


def one_take(video: Video, a: Segment, b: Segment) -> bool:
    """Whether no cut lies between the middles of two spans."""
    first, last = sorted((a.middle, b.middle))
    return not ((video.scan.cuts > first) & (video.scan.cuts < last)).any()


def _look(video: Video, span: Segment) -> Floats:
    return np.asarray(appearance(video.scan.frames[video.scan.inside(span)]).mean(0))


def _seconds(video: Video) -> Iterator[Segment]:
    for start in np.arange(video.bounds.start, video.bounds.end - 1).tolist():
        yield Segment(start, start + 1)


def _between(a: Segment, b: Segment) -> float:
    first, last = sorted((a, b))
    return last.start - first.end


if __name__ == "__main__":
    main()
