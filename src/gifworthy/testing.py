"""What every part owes, as functions that other packages can call on parts of their own.

Each raises AssertionError with the promise that was broken. A part that passes may stand on the shelf.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from itertools import combinations, pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gifworthy.checkpoints import Card, Use, save
from gifworthy.protocols import Backbone, Encoder, Scorer, Segmenter, Selector, Store
from gifworthy.settings import Settings
from gifworthy.trained import open_trained
from gifworthy.types import Clip, Scores, Segment, Storyboard, Style
from gifworthy.video import Video

if TYPE_CHECKING:
    from gifworthy.learning.examples import Examples
    from gifworthy.learning.recipe import Learned, Recipe

SLACK = 1e-6


def check_segmenter(segmenter: Segmenter, video: Video) -> tuple[Segment, ...]:
    """A segmenter gives segments in order of time, without overlap, inside the video's bounds."""
    segments = segmenter.segment(video)
    assert segments, "a video always has at least one segment"
    assert all(a.end <= b.start + SLACK for a, b in pairwise(segments)), "segments overlap"
    assert segments[0].start >= video.bounds.start - SLACK, "a segment starts before the bounds"
    assert segments[-1].end <= video.bounds.end + SLACK, "a segment ends after the bounds"
    assert segmenter.segment(video) == segments, "asked twice, a segmenter answers the same"
    return segments


def check_scorer(scorer: Scorer, video: Video, segments: tuple[Segment, ...]) -> Scores:
    """A scorer gives one finite number per segment, whatever their order, and gives it again."""
    scores = scorer.score(video, segments)
    assert scores.segments == segments, "scores are given in the order of the segments"
    again = scorer.score(video, segments)
    assert np.allclose(again.values, scores.values), "asked twice, a scorer answers the same"
    turned = scorer.score(video, segments[::-1])
    assert np.allclose(turned.values[::-1], scores.values), (
        "the order of segments changes the scores"
    )
    for reasons in scores.reasons:
        assert all(np.isfinite(reason.value) for reason in reasons), (
            "a reason is not a finite number"
        )
    return scores


def check_selector(selector: Selector, video: Video, segments: tuple[Segment, ...]) -> Storyboard:
    """A selector shows distinct seconds inside the bounds, says who chose, and chooses so again."""
    storyboard = selector.select(video, segments)
    chosen = [highlight.segment for highlight in storyboard]
    assert all(a.shared_with(b) <= SLACK for a, b in combinations(chosen, 2)), "shots overlap"
    assert all(s.start >= video.bounds.start - SLACK for s in chosen), "a shot starts too early"
    assert all(s.end <= video.bounds.end + SLACK for s in chosen), "a shot ends too late"
    assert storyboard.chosen_by, "a storyboard says who chose"
    assert selector.select(video, segments) == storyboard, (
        "asked twice, a selector chooses the same"
    )
    return storyboard


def check_encoder(encoder: Encoder, clip: Clip, style: Style) -> bytes:
    """An encoder writes bytes of its type, the same for the same clip, and leaves the clip alone."""
    before = clip.frames.copy()
    data = encoder.encode(clip, style)
    assert data, "an encoder writes something"
    assert np.array_equal(clip.frames, before), "an encoder changed its clip"
    assert encoder.media_type.split("/")[0] in ("image", "video"), "a cover is an image or a video"
    assert encoder.suffix.startswith("."), "a suffix starts with a dot"
    assert encoder.encode(clip, style) == data, "asked twice, an encoder writes the same bytes"
    return data


def check_backbone(backbone: Backbone, clips: list[Clip]) -> None:
    """A backbone gives one finite vector per clip, whatever else is in the batch."""
    vectors = backbone.encode(clips)
    assert vectors.ndim == 2, "features are (N, D)"
    assert len(vectors) == len(clips), "one vector per clip"
    assert np.isfinite(vectors).all(), "a feature is not a finite number"
    alone = backbone.encode(clips[:1])
    assert np.allclose(alone[0], vectors[0], atol=1e-4), "a clip's vector depends on its batch"


def check_store(store: Store) -> None:
    """A store gives back what was put, knows what it has not, and takes any key."""
    assert store.get("never put") is None, "an unknown key has no data"
    for key in ("plain", "with/slash", "../above", "", "x" * 5000, "名前\n"):
        store.put(key, key.encode() + b"!")
        assert store.get(key) == key.encode() + b"!", f"the store lost {key[:20]!r}"
    store.put("plain", b"new")
    assert store.get("plain") == b"new", "the last put wins"


def check_recipe(recipe: Recipe, examples: Examples, folder: Path, steps: int = 2) -> None:
    """A recipe learns a net that can be built again, written, opened and asked; same seed, same net.

    Args: examples: what its reading asks for, a few videos. folder: an empty one. steps: of each net.
    """
    assert is_dataclass(recipe), "a recipe is a dataclass"
    assert type(recipe)() is not None, "every field of a recipe has a default"
    assert all(field.name.islower() for field in fields(recipe)), "fields are written field=value"
    assert recipe.reading() == recipe.reading(), "asked twice, a recipe reads the same"
    learned = _learned(recipe, examples, folder / "first.run", steps)
    _check_built_again(learned)
    _check_rated(recipe, learned, examples, folder / "first")
    again = _learned(recipe, examples, folder / "second.run", steps).network.state_dict()
    for name, values in learned.network.state_dict().items():
        assert (values == again[name]).all(), f"same seed, another {name}"


def _learned(recipe: Recipe, examples: Examples, folder: Path, steps: int) -> Learned:
    from gifworthy.learning.run import Run

    folder.mkdir(parents=True)
    return recipe.learn(examples, Run(7, folder, steps=steps))


def _check_built_again(learned: Learned) -> None:
    from gifworthy.nets import build

    again = build(Card(learned.model, learned.arguments)).state_dict()
    given = learned.network.state_dict()
    assert set(again) == set(given), "the arguments do not build the net that was learned"
    assert all(again[name].shape == given[name].shape for name in given), (
        "the arguments build a net of another shape"
    )


def _check_rated(recipe: Recipe, learned: Learned, examples: Examples, folder: Path) -> None:
    """What the written and opened model says of all examples."""
    use = Use(learned.scorer, learned.segmenter, recipe.reading())
    card = Card(learned.model, learned.arguments, inputs=learned.names, use=use)
    save(learned.network.cpu().eval(), card, learned.inputs, folder)
    scorer = open_trained(folder, Settings())
    for example in examples.train + examples.validation:
        pieces = examples.pieces(example)
        values = scorer.rate(pieces)
        assert values.shape == (len(example),), "a model gives one number a segment"
        assert np.isfinite(values).all(), "a model gives finite numbers"
        turned = replace(pieces, segments=pieces.segments[::-1], inputs=pieces.inputs[::-1].copy())
        assert np.allclose(scorer.rate(turned)[::-1], values, atol=1e-5), (
            "the order of segments changes the scores"
        )
