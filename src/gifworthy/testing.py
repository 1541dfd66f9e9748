"""What every part owes, as functions that other packages can call on parts of their own.

Each raises AssertionError with the promise that was broken. A part that passes may stand on the shelf.
"""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np

from gifworthy.protocols import Backbone, Encoder, Scorer, Segmenter, Selector, Store
from gifworthy.types import Clip, Scores, Segment, Storyboard, Style
from gifworthy.video import Video

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
