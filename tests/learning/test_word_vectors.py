"""Vectors of words: TF-IDF with SVD as scikit-learn has it, and the files that others write."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gifworthy.errors import LabelsNotFound, LabelsUnreadable
from gifworthy.learning.wordvectors import read_vectors, vectors_of
from gifworthy.types import Floats

TEXTS = [
    ("surf wave", "beach"),
    ("surf board", "wave"),
    ("skate board", "street"),
    ("skate street", "trick"),
    ("dog beach",),
]
WORDS = ("beach", "board", "dog", "skate", "street", "surf", "trick", "wave")


def alike(vectors: Floats) -> Floats:
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(unit @ unit.T)


def test_texts_are_as_alike_as_tfidf_with_svd_says() -> None:
    decomposition = pytest.importorskip("sklearn.decomposition")
    text = pytest.importorskip("sklearn.feature_extraction.text")
    lines = [" ".join(tags) for tags in TEXTS]
    weighed = text.TfidfVectorizer(vocabulary=list(WORDS)).fit_transform(lines)
    svd = decomposition.TruncatedSVD(2, algorithm="arpack")
    table = vectors_of(TEXTS, WORDS, 2)
    counts = np.array([[line.split().count(word) for word in WORDS] for line in lines])
    assert alike(counts @ table) == pytest.approx(alike(svd.fit_transform(weighed)), abs=1e-6)


def test_what_the_texts_do_not_span_is_zero() -> None:
    table = vectors_of([("a b",), ("a",)], ("a", "b"), 5)
    assert table.shape == (2, 5)
    assert not table[:, 2:].any()


def test_files_of_word2vec_and_glove_are_read(tmp_path: Path) -> None:
    path = tmp_path / "vectors.txt"
    path.write_text("3 2\nBall 1 2\nsong 3 4\nother 5 6\n")
    assert read_vectors(path, ("song", "unheard", "ball")).tolist() == [[3, 4], [0, 0], [1, 2]]
    path.write_text("song 3 4\n")
    assert read_vectors(path, ("song",)).tolist() == [[3, 4]]


def test_a_file_that_is_none_says_where(tmp_path: Path) -> None:
    path = tmp_path / "vectors.txt"
    path.write_text("song 3 4\nball 1 x\n")
    with pytest.raises(LabelsUnreadable, match=r"vectors\.txt:2: must be a word and numbers"):
        read_vectors(path, ("song", "ball"))
    path.write_text("song 3 4\nball 1\n")
    with pytest.raises(LabelsUnreadable, match="must have 2 finite numbers"):
        read_vectors(path, ("song", "ball"))
    with pytest.raises(LabelsNotFound, match="knows none of the 1 words"):
        read_vectors(path, ("unheard",))
