"""What a row holds beside a span's features: what the video is about, and where in it the span lies.

Section 4.2 of Video2GIF (Gygli, Song, Cao, CVPR 2016), "contextual features". No torch here: learning and
using make their rows with the same lines.

Shape letters: N spans, F features, C categories, V words of the vocabulary, P position, 0 or 3.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gifworthy.protocols import Pieces
from gifworthy.types import Segment

Singles = NDArray[np.float32]
Plain = str | int | float | bool | None
LONGEST_SECONDS, MOST_SPANS = 600.0, 100
WORD = re.compile(r"\w+")


def words_of(tags: Iterable[str]) -> list[str]:
    """The words of some tags or titles, in small letters, as often as they come."""
    return [word for tag in tags for word in WORD.findall(tag.lower())]


def positions(segments: tuple[Segment, ...], duration: float) -> Singles:
    """Timestamp, rank and relative position of each segment: (N, 3), each about 0..1.

    Video2GIF, section 4.2; the units are ours: of ten minutes (its longest video), of a hundred
    segments, of the video.
    """
    middles = np.array([segment.middle for segment in segments])
    rank = middles.argsort(kind="stable").argsort(kind="stable")
    columns = [middles / LONGEST_SECONDS, rank / MOST_SPANS, middles / duration]
    return np.stack(columns, axis=1).astype(np.float32)


@dataclass(frozen=True)
class Context:
    """The columns that join the features: (C) category, (V) words of the tags, (P) position.

    categories, words: whose place is whose column. position: 0 for none, else 3.
    """

    categories: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    position: int = 0

    def __post_init__(self) -> None:
        if self.position not in (0, 3):
            raise ValueError(f"position must be 0 or 3 numbers, not {self.position}")

    @classmethod
    def named(cls, categories: str = "", words: str = "", position: int = 0) -> Context:
        """From names parted by semicolons, as a checkpoint's config.json holds them."""
        return cls(_parted(categories), _parted(words), position)

    @classmethod
    def of(cls, arguments: Mapping[str, Plain]) -> Context:
        """The context that a net was built with; a net that knows none has none."""
        position = arguments.get("position") or 0
        return cls.named(
            str(arguments.get("categories") or ""), str(arguments.get("words") or ""), int(position)
        )

    @cached_property
    def _category_columns(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.categories)}

    @cached_property
    def _word_columns(self) -> dict[str, int]:
        return {word: place for place, word in enumerate(self.words)}

    def about(self, topic: str, tags: tuple[str, ...]) -> Singles:
        """(C + V,) 1 at the category; the share of each known word among those of the tags.

        A product of the latter with a table of vectors is their mean. What is not known is 0.
        """
        category = np.zeros(len(self.categories), np.float32)
        if topic in self._category_columns:
            category[self._category_columns[topic]] = 1.0
        known = [w for word in words_of(tags) if (w := self._word_columns.get(word)) is not None]
        counts = np.bincount(np.array(known, np.intp), minlength=len(self.words))
        shares = counts / max(1, len(known))
        return np.concatenate([category, shares.astype(np.float32)])

    def beside(self, pieces: Pieces) -> Singles:
        """(N, C + V + P), what stands beside the features of each piece."""
        count = len(pieces.segments)
        columns = [np.tile(self.about(pieces.topic, pieces.tags), (count, 1))]
        if self.position:
            columns.append(positions(pieces.segments, pieces.duration))
        return np.concatenate(columns, axis=1)

    def rows(self, pieces: Pieces) -> Singles:
        """(N, F + C + V + P), what a net reads of each piece."""
        features = np.asarray(pieces.inputs, np.float32)
        return np.concatenate([features, self.beside(pieces)], axis=1)


def _parted(names: str) -> tuple[str, ...]:
    return tuple(name for name in names.split(";") if name)
