"""Proposals become questions: a folder of stories in the making, which `gifworthy rate` asks about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gifworthy.comments import CommentBook
from gifworthy.errors import CommentsTooFew, GifworthyError, OutputError
from gifworthy.learning.proposals import Proposing, propose, shots_of
from gifworthy.learning.rating.questions import Drawn, remember, remembered
from gifworthy.learning.rating.schemes import STORIES
from gifworthy.learning.rating.session import made
from gifworthy.settings import Settings
from gifworthy.video import open_video


@dataclass(frozen=True)
class Proposed:
    """What came of one video. stories: how many. known: whether they were there before. notes: in words.

    failed: why there are none.
    """

    name: str
    stories: int = 0
    known: bool = False
    notes: tuple[str, ...] = ()
    failed: GifworthyError | None = None


def propose_all(
    folder: Path,
    videos: Sequence[Path],
    book: CommentBook,
    proposing: Proposing,
    settings: Settings,
    tell: Callable[[str], object] = lambda _: None,
) -> list[Proposed]:
    """Propose stories of videos that are new to the folder; of the others they stay.

    Args: tell: hears each video's name before it is looked at.
    Raises: LabelsUnreadable; OutputError, also when the folder holds answers of another scheme.
    """
    known, done = remembered(folder, STORIES), []
    for path in videos:
        tell(path.name)
        try:
            drawn, notes = _drawn(path, known.get(path.name), book, proposing, settings)
        except GifworthyError as error:
            done.append(Proposed(path.name, failed=error))
            continue
        was_known = path.name in known
        done.append(Proposed(path.name, len(drawn.stories), was_known, notes))
        known[path.name] = drawn
    if any(not one.failed for one in done):
        remember(made(folder), STORIES, list(known.values()))
    return done


def _drawn(
    path: Path,
    before: Drawn | None,
    book: CommentBook,
    proposing: Proposing,
    settings: Settings,
) -> tuple[Drawn, tuple[str, ...]]:
    with open_video(path, settings=settings) as video:
        key = video.content_key()
        if before is not None and before.key == key:
            return before, ()
        if before is not None:
            raise OutputError(
                f"{path.name} is another film than the one that has proposals under this name; rename "
                f"it, or give another folder with -o"
            )
        counts = book.counts(str(path), video.duration)
        if counts is None:
            raise CommentsTooFew(f"{book.place} has no comments for {path.name}; it is left out")
        stories = propose(video, counts, proposing)
        shots, heard = tuple(map(shots_of, stories)), tuple(counts.per_second.tolist())
        drawn = Drawn(path.name, key, video.duration, (), shots, heard)
        return drawn, (*video.warnings, *counts.notes)
