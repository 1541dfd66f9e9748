"""Which comments count. Viewers who speak about what they see are wanted; machines and crowds of one are not.

GEVADEN (Xu et al., AAAI 2021, "Data Collection") removes "low-quality or meaningless time-sync comments"
without saying how; these rules are ours. A comment is left out by the first rule that it breaks:

    no readable time      its time is no number and no clock
    before the start      its time is below 0
    past the end          its time lies after the video's last second
    drawings              letters placed on the screen, or programs (danmaku modes 7 to 9)
    empty                 no letter, digit, symbol, ? or ! is in it
    links                 an address of the web
    longer than 100       letters: essays and pastes, not a word on a moment
    said again            the same text by the same writer within 30 s; without writers, in the same instant
    flooding              the sixth and later ones of one writer within 10 s
    pasted                a text of 12 letters or more that was there 3 times before: nobody types it anew

Short texts that many people say at once ("lol", "666") stay, however often: that is what a peak is made of.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

from gifworthy.comments.formats import Comment

AGAIN_SECONDS = 30.0
FLOOD_COUNT, FLOOD_SECONDS = 5, 10.0
PASTED_LETTERS, PASTED_COUNT = 12, 3
MOST_LETTERS = 100
_LINK = re.compile(r"https?://|www\.|\b[a-z0-9-]+\.(?:com|net|org|cn|ru|tv|me|io)\b", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")
_RUN = re.compile(r"(.)\1{2,}")


@dataclass(frozen=True)
class Dropped:
    """How many comments one rule left out, and where the first stood."""

    why: str
    count: int
    first: str


@dataclass(frozen=True)
class Cleaned:
    """What is left, in order of time; what each rule left out; how many there were."""

    comments: tuple[Comment, ...]
    dropped: tuple[Dropped, ...]
    total: int

    def __str__(self) -> str:
        told = f"{len(self.comments)} of {self.total} comments count"
        left_out = ", ".join(f"{entry.count} {entry.why}" for entry in self.dropped)
        return f"{told}; left out: {left_out}" if left_out else told


def cleaned(comments: tuple[Comment, ...], duration: float) -> Cleaned:
    """The comments that count, by the rules above.

    Args: duration: of the video, seconds.
    """
    rules = _rules(duration)
    counts: Counter[str] = Counter()
    first: dict[str, str] = {}
    kept = []
    for comment in sorted(comments, key=lambda said: (math.isnan(said.second), said.second)):
        why = next((why for why, broken in rules if broken(comment)), None)
        if why is None:
            kept.append(comment)
        else:
            counts[why] += 1
            first.setdefault(why, comment.where)
    dropped = tuple(Dropped(why, counts[why], first[why]) for why, _ in rules if counts[why])
    return Cleaned(tuple(kept), dropped, len(comments))


Rule = tuple[str, Callable[[Comment], bool]]


def _rules(duration: float) -> tuple[Rule, ...]:
    """In the order in which they are asked; the last three remember what they have seen."""
    last = math.ceil(duration)
    return (
        ("without a readable time", lambda said: math.isnan(said.second)),
        ("before the start", lambda said: said.second < 0),
        ("past the end", lambda said: said.second >= last),
        ("drawings", lambda said: said.is_drawing),
        ("empty", lambda said: not any(map(_speaks, said.text))),
        ("with links", lambda said: _LINK.search(said.text) is not None),
        (f"longer than {MOST_LETTERS}", lambda said: len(said.text.strip()) > MOST_LETTERS),
        ("said again", _Again()),
        ("flooding", _Flood()),
        ("pasted", _Pasted()),
    )


def _speaks(letter: str) -> bool:
    return letter in "?!？！" or unicodedata.category(letter)[0] in "LN" or _is_emoji(letter)


def _is_emoji(letter: str) -> bool:
    return unicodedata.category(letter) == "So"


def plain(text: str) -> str:
    """A text as it is compared: one case, one width, one blank, no run of one letter beyond two."""
    same = unicodedata.normalize("NFKC", text).casefold()
    return _RUN.sub(r"\1\1", _BLANKS.sub(" ", same).strip())


class _Again:
    """The same text by the same writer within 30 s; of unknown writers, in the same instant."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], float] = {}

    def __call__(self, said: Comment) -> bool:
        key = said.who, plain(said.text)
        before, self._last[key] = self._last.get(key, -math.inf), said.second
        return said.second - before <= (AGAIN_SECONDS if said.who else 0.0)


class _Flood:
    """More than five of one writer within ten seconds."""

    def __init__(self) -> None:
        self._recent: defaultdict[str, deque[float]] = defaultdict(deque)

    def __call__(self, said: Comment) -> bool:
        if not said.who:
            return False
        recent = self._recent[said.who]
        while recent and recent[0] <= said.second - FLOOD_SECONDS:
            recent.popleft()
        recent.append(said.second)
        return len(recent) > FLOOD_COUNT


class _Pasted:
    """A long text that was there several times before."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def __call__(self, said: Comment) -> bool:
        text = plain(said.text)
        self._seen[text] += 1
        return len(text) >= PASTED_LETTERS and self._seen[text] > PASTED_COUNT
