"""What a rater may say."""

from __future__ import annotations

from dataclasses import dataclass

from gifworthy.errors import UnknownName


@dataclass(frozen=True)
class Word:
    """One answer. name: on the button. said: as the data set writes it. tone: good, middling or bad."""

    name: str
    said: str
    value: float
    tone: str


@dataclass(frozen=True)
class Scheme:
    """A way to rate. name: of the data set that is written. asks: the question, in words.

    place, answer: the columns that say which piece, and what was said of it. words: best first.
    shots: the columns that say when each shot of a story begins; empty where a piece is one span.
    """

    name: str
    asks: str
    place: str
    answer: str
    words: tuple[Word, ...]
    shots: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether pieces are looked at as wholes, in any order, rather than second after second."""
        return self.place != "second"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of its table; a span's end is not asked of a second."""
        end = ("end",) if self.place == "start" else ()
        return ("video", self.place, *end, *self.shots, self.answer, "rater", "duration")

    def word(self, said: str) -> Word:
        """The word that is so written. Raises: ValueError."""
        for word in self.words:
            if word.said == said.strip().lower():
                return word
        known = ", ".join(word.said for word in self.words)
        raise ValueError(f"{said!r} is no answer here; there are: {known}")


RATINGS = Scheme(
    "ratings",
    "As a cover of its video, this is",
    "start",
    "rating",
    (
        Word("good", "good", 2.0, "good"),
        Word("average", "average", 1.0, "middling"),
        Word("bad", "bad", 0.0, "bad"),
    ),
)
"""NetEase: four GIFs a video, each good, average or bad (meaningless or disruptive)."""

BINARY = Scheme(
    "frames",
    "Is this second a highlight?",
    "second",
    "score",
    (Word("highlight", "1", 1.0, "good"), Word("not", "0", 0.0, "bad")),
)
"""PLD-VHD: every second, by several raters; the majority's word counts."""

GRADED = Scheme(
    "frames",
    "How much is this second worth showing?",
    "second",
    "score",
    (
        Word("a highlight", "4", 4.0, "good"),
        Word("very", "3", 3.0, "good"),
        Word("somewhat", "2", 2.0, "middling"),
        Word("hardly", "1", 1.0, "bad"),
        Word("not at all", "0", 0.0, "bad"),
    ),
)
"""The same with grades; the raters' mean counts."""

STORIES = Scheme(
    "stories",
    "Would you click on this?",
    "proposal",
    "accept",
    (Word("yes", "1", 1.0, "good"), Word("no", "0", 0.0, "bad")),
    ("first", "second", "third"),
)
"""GEVADEN: three shots in showing order, accepted or not; what all of two or more people accept counts."""


def scheme_named(name: str, *, graded: bool = False) -> Scheme:
    """The scheme by the data set that it writes. Raises: UnknownName, ValueError."""
    if name == "ratings":
        if graded:
            raise ValueError("--graded goes with --scheme frames; ratings have three words")
        return RATINGS
    if name == "frames":
        return GRADED if graded else BINARY
    if name == "stories" and not graded:
        return STORIES
    if name == "stories":
        raise ValueError("--graded goes with --scheme frames; stories are accepted or not")
    raise UnknownName(f"there is no scheme {name!r}; there are: ratings, frames, stories")
