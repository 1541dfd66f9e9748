"""Vectors of words: from a file that somebody gives, or from which words stand together.

Shape letters: T texts, V words of the vocabulary, D coordinates.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gifworthy.errors import LabelsNotFound, LabelsUnreadable
from gifworthy.learning.rows import text_lines
from gifworthy.models.context import words_of
from gifworthy.types import Floats


def word_vectors(
    given: str | None, texts: Sequence[tuple[str, ...]], words: tuple[str, ...], size: int
) -> Floats:
    """(V, D) a vector for each word: of a file where one is given, else from the texts."""
    return read_vectors(Path(given), words) if given else vectors_of(texts, words, size)


def vectors_of(texts: Sequence[tuple[str, ...]], words: tuple[str, ...], size: int) -> Floats:
    """TF-IDF with SVD (latent semantic analysis, Deerwester et al. 1990), as a table of words.

    A text's vector is the product of its counts with the inverse frequencies, projected on the first
    singular directions: linear in the counts, so that it is a sum of vectors of words, whose length
    does not matter once it is brought to unit length. The directions come from the words' own square
    matrix, so that any number of texts will do.

    Args: texts: the tags or titles of each video. size: D; where the texts span less, the rest is 0.
    Returns: (V, D).
    """
    column = {word: place for place, word in enumerate(words)}
    columns = [_counted(text, column) for text in texts]
    seen = np.zeros(len(words))
    for places, _ in columns:
        seen[places] += 1
    inverse = np.log((1 + len(texts)) / (1 + seen)) + 1
    gram = np.zeros((len(words), len(words)))
    for places, counts in columns:
        weighed = counts * inverse[places]
        gram[np.ix_(places, places)] += np.outer(weighed, weighed) / max(weighed @ weighed, 1e-12)
    squares, directions = np.linalg.eigh(gram)
    kept = directions[:, ::-1][:, : min(size, int((squares > 1e-12).sum()))]
    table = np.zeros((len(words), size))
    table[:, : kept.shape[1]] = inverse[:, None] * kept
    return table


def read_vectors(path: Path, words: tuple[str, ...]) -> Floats:
    """The vectors of some words in a text file of `word number number ...` a line; 0 for others.

    The text format of word2vec (its first line, two numbers, is passed over), GloVe and fastText.

    Raises: LabelsNotFound when the file is not there or knows none of the words; LabelsUnreadable.
    """
    column = {word: place for place, word in enumerate(words)}
    table: Floats | None = None
    for where, line in text_lines(path):
        word, *numbers = line.split()
        if len(numbers) == 1 and table is None:
            continue
        if table is None:
            table = np.zeros((len(words), len(numbers)))
        if word.lower() in column:
            table[column[word.lower()]] = _vector(numbers, table.shape[1], where)
    if table is None or not table.any():
        raise LabelsNotFound(
            f"{path} knows none of the {len(words)} words of the tags; give another"
        )
    return table


def _counted(text: tuple[str, ...], column: dict[str, int]) -> tuple[NDArray[np.intp], Floats]:
    """Columns of the known words of a text, and how often each comes."""
    known = [column[word] for word in words_of(text) if word in column]
    places, counts = np.unique(np.array(known, np.intp), return_counts=True)
    return places, counts.astype(np.float64)


def _vector(numbers: list[str], size: int, where: str) -> Floats:
    try:
        vector = np.array([float(number) for number in numbers])
    except ValueError:
        raise LabelsUnreadable(f"{where}: must be a word and numbers; mend this line") from None
    if len(vector) != size or not np.isfinite(vector).all():
        raise LabelsUnreadable(f"{where}: must have {size} finite numbers; mend this line")
    return vector
