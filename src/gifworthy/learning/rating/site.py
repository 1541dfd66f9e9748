"""The local page: what it asks, and what it is told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

import numpy as np

from gifworthy.learning.rating.agreement import agreement_of
from gifworthy.learning.rating.answers import Answers, checked_name, key_of
from gifworthy.learning.rating.clips import Clips
from gifworthy.learning.rating.questions import Question


@dataclass(frozen=True)
class Site:
    """Questions, where their answers go, and what is seen. rater: the name that the page suggests."""

    questions: tuple[Question, ...]
    answers: Answers
    clips: Clips
    rater: str = ""

    def page(self, nonce: str) -> bytes:
        """The page. Args: nonce: which script and style the browser may run."""
        text = files("gifworthy.learning.rating").joinpath("page.html").read_text("utf-8")
        return text.replace("{{nonce}}", nonce).encode()

    def asked(self, rater: str) -> bytes:
        """All questions in this rater's order, with what was said before: JSON.

        Pieces of one video are asked together, in an order of the rater's own where they are rated as
        wholes, so that no piece is always seen first; seconds come in order of time.

        Raises: ValueError when the rater has no name.
        """
        name = checked_name(rater)
        given = self.answers.given()
        said = {q.number: given.get(key_of(q, name)) for q in self.questions}
        words = [
            {"name": word.name, "said": word.said, "tone": word.tone}
            for word in self.answers.scheme.words
        ]
        listed = [
            {
                "number": q.number,
                "video": q.name,
                "span": q.when,
                "said": word.said if (word := said[q.number]) else None,
            }
            for q in self._ordered(name)
        ]
        asks = self.answers.scheme.asks
        return _json({"rater": name, "asks": asks, "words": words, "questions": listed})

    def answer(self, told: Mapping[str, object]) -> bytes:
        """Write one answer. Raises: ValueError, LabelsUnreadable, OutputError."""
        number, rater, said = told.get("number"), told.get("rater"), told.get("said")
        if not isinstance(number, int) or not isinstance(rater, str) or not isinstance(said, str):
            raise ValueError("an answer needs number, rater and said")
        self.answers.give(self.question(number), rater, self.answers.scheme.word(said))
        return _json({"written": number})

    def agreement(self) -> bytes:
        """How far the raters agree so far: JSON."""
        return _json({"told": str(agreement_of(self.answers.given()))})

    def clip(self, number: int) -> bytes:
        """What a rater sees of a question: WebP. Raises: ValueError, VideoError."""
        return self.clips.of(self.question(number))

    def question(self, number: int) -> Question:
        """A question by its number. Raises: ValueError."""
        if not 0 <= number < len(self.questions):
            raise ValueError(f"there is no question {number}; there are {len(self.questions)}")
        return self.questions[number]

    def _ordered(self, rater: str) -> list[Question]:
        if not self.answers.scheme.is_whole:
            return list(self.questions)
        lots = np.random.default_rng(list(rater.encode())).random(len(self.questions))
        videos = {name: n for n, name in enumerate(dict.fromkeys(q.name for q in self.questions))}
        return sorted(self.questions, key=lambda q: (videos[q.name], lots[q.number]))


def _json(told: object) -> bytes:
    return json.dumps(told).encode()
