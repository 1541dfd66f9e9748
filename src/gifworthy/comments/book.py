"""Which file of comments belongs to which video."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from gifworthy.comments.counting import CommentCounts, counted_in
from gifworthy.comments.reading import SUFFIXES, read_comments
from gifworthy.errors import CommentsUnreadable


@dataclass(frozen=True)
class CommentBook:
    """Files of comments by the video that they belong to; each is read when its video is looked at.

    place: one file, which belongs to whatever video there is, or a folder, where `talk.xml` (or .csv,
    .tsv, .json, .jsonl) belongs to `talk.mp4`.
    """

    place: Path
    _known: dict[tuple[str, float], CommentCounts] = field(
        default_factory=dict, repr=False, compare=False
    )

    @classmethod
    def of(cls, place: Path, sources: Sequence[str]) -> CommentBook:
        """The book for some videos.

        Raises: ValueError when one file is to serve several videos; CommentsUnreadable when there is
            nothing there.
        """
        if not place.exists():
            raise CommentsUnreadable(f"{place} is not there; give the file of comments")
        if len(sources) > 1 and not place.is_dir():
            raise ValueError(
                f"--comments {place.name} holds one video's comments, but {len(sources)} videos were "
                f"given; give a folder that holds talk.xml for talk.mp4"
            )
        return cls(place)

    def counts(self, source: str, duration: float) -> CommentCounts | None:
        """The comments of one video, cleaned and counted; None where the folder has no file for it.

        Args: source: the video, as it was named. duration: seconds.
        Raises: CommentsUnreadable.
        """
        path = self.file_for(source)
        if path is None:
            return None
        key = source, duration
        if key not in self._known:
            self._known.clear()  # one video is looked at after the other
            self._known[key] = counted_in(read_comments(path), duration)
        return self._known[key]

    def notes(self, source: str, duration: float) -> tuple[str, ...]:
        """What there is to say of a video's comments."""
        counts = self.counts(source, duration)
        if counts is None:
            name = _stem(source)
            return (f"{self.place} has no comments for {name}; it is made without any",)
        return counts.notes

    def file_for(self, source: str) -> Path | None:
        """The file that belongs to a video. Raises: CommentsUnreadable when two do."""
        if not self.place.is_dir():
            return self.place
        stem = _stem(source)
        found = [path for suffix in SUFFIXES if (path := self.place / f"{stem}{suffix}").is_file()]
        if len(found) > 1:
            raise CommentsUnreadable(
                f"{self.place} has {found[0].name} and {found[1].name} for {stem}; keep one"
            )
        return found[0] if found else None


def _stem(source: str) -> str:
    """The name of a video without folder and ending; of an address, of its path."""
    path = urlsplit(source).path if "://" in source else source
    return PurePosixPath(path.replace("\\", "/")).stem
