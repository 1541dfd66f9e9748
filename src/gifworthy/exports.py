"""What was chosen, for other tools: JSON, CSV, WebVTT, OpenTimelineIO.

The JSON of a cover and of a ranking is described by the schemas in `docs/schemas`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import numpy as np

from gifworthy import __version__
from gifworthy.against import Verdict
from gifworthy.creatives import Creative
from gifworthy.errors import MissingExtra
from gifworthy.pipeline import Candidate, Kept, Making, Ranking
from gifworthy.types import Box, Cover, CropPath, Highlight, Reason, Segment, Storyboard

CROPS_A_SECOND = 8


@dataclass(frozen=True)
class Names:
    """How the files of one cover are called."""

    cover: str
    still: str


def making_as_json(making: Making, names: Names, indent: int | None = None) -> str:
    """One cover: `docs/schemas/make.schema.json`. One line unless `indent` is given."""
    cover = making.cover
    return _text(
        {
            "source": making.source,
            **_animation(cover, names),
            "duration": _rounded(making.duration),
            "plan": making.plan.name,
            "chosen_by": cover.storyboard.chosen_by,
            "effort": making.plan.effort,
            **_shown(cover),
            "against": None if making.verdict is None else _verdict(making.verdict),
            "warnings": list(making.warnings),
            "version": __version__,
        },
        indent,
    )


def creatives_as_json(
    creatives: Sequence[Creative], names: Sequence[Names], indent: int | None = None
) -> str:
    """Several cuts of one video: `docs/schemas/creatives.schema.json`."""
    making = creatives[0].making
    return _text(
        {
            "source": making.source,
            "duration": _rounded(making.duration),
            "plan": making.plan.name,
            "chosen_by": making.cover.storyboard.chosen_by,
            "effort": making.plan.effort,
            "creatives": [_creative(*pair) for pair in zip(creatives, names, strict=True)],
            "warnings": list(making.warnings),
            "version": __version__,
        },
        indent,
    )


def kept_as_json(kept: Kept, indent: int | None = None) -> str:
    """The publisher's own cover was kept: `docs/schemas/make.schema.json`, `cover` is null."""
    return _text(
        {
            "source": kept.source,
            "cover": None,
            "still": None,
            "duration": _rounded(kept.duration),
            "plan": kept.plan.name,
            "chosen_by": kept.storyboard.chosen_by,
            "effort": kept.plan.effort,
            "highlights": [_highlight(highlight) for highlight in kept.storyboard],
            "against": _verdict(kept.verdict),
            "warnings": list(kept.warnings),
            "version": __version__,
        },
        indent,
    )


def ranking_as_json(ranking: Ranking, indent: int | None = None) -> str:
    """Every candidate of one video, best first: `docs/schemas/rank.schema.json`."""
    return _text(
        {
            "source": ranking.source,
            "duration": _rounded(ranking.duration),
            "scorer": ranking.scorer,
            "segments": [_candidate(candidate) for candidate in ranking.candidates],
            "warnings": list(ranking.warnings),
            "version": __version__,
        },
        indent,
    )


def shots_as_json(source: str, duration: float, shots: Sequence[Segment]) -> str:
    """Where the shots of one video begin and end: `docs/schemas/shots.schema.json`."""
    return _text(
        {
            "source": source,
            "duration": _rounded(duration),
            "shots": [_span(shot) for shot in shots],
            "version": __version__,
        }
    )


def failure_as_json(source: str, error: BaseException) -> str:
    """What stands in the place of a video that failed: `{source, error: {type, message}}`."""
    return _text({"source": source, "error": {"type": type(error).__name__, "message": str(error)}})


def storyboard_as_csv(storyboard: Storyboard) -> str:
    """One row a highlight, in showing order; times in seconds, the focus in fractions (RFC 4180)."""
    header = ("start", "end", "score", "left", "top", "right", "bottom", "reasons")
    return _table(header, [_row(highlight) for highlight in storyboard])


def segments_as_csv(segments: Sequence[Segment]) -> str:
    """One row a segment; times in seconds (RFC 4180)."""
    return _table(("start", "end"), [_ends(segment) for segment in segments])


def as_webvtt(segments: Sequence[Segment], texts: Sequence[str]) -> str:
    """A WebVTT track, one cue a segment with its text, ordered by start as the format wants."""
    cues = sorted(zip(segments, texts, strict=True))
    blocks = [f"{_timestamp(s.start)} --> {_timestamp(s.end)}\n{text}\n" for s, text in cues]
    return "\n".join(["WEBVTT\n", *blocks])


def storyboard_as_webvtt(storyboard: Storyboard) -> str:
    """A WebVTT track; each cue says the place in showing order, the score and the reasons."""
    texts = [
        f"{place}. {highlight.score:.3f} {_said(highlight.reasons)}".rstrip()
        for place, highlight in enumerate(storyboard, start=1)
    ]
    return as_webvtt([highlight.segment for highlight in storyboard], texts)


def as_timeline(source: str, duration: float, fps: float, segments: Sequence[Segment]) -> str:
    """An OpenTimelineIO timeline that plays the segments of the video, in the order given.

    Args: fps: frames a second of the video; ends are put on whole frames, as editors want them.
    Raises: MissingExtra when the library is not installed.
    """
    try:
        from opentimelineio import opentime, schema
    except ImportError as error:
        raise MissingExtra(
            "a timeline needs OpenTimelineIO; install it with: pip install 'gifworthy[timeline]'"
        ) from error

    def span(start: float, end: float) -> opentime.TimeRange:
        first, last = round(start * fps), round(end * fps)
        return opentime.TimeRange(
            opentime.RationalTime(first, fps), opentime.RationalTime(max(1, last - first), fps)
        )

    track = schema.Track(name="cover", kind=schema.TrackKind.Video)
    for place, segment in enumerate(segments, start=1):
        media = schema.ExternalReference(_url(source), available_range=span(0, duration))
        track.append(schema.Clip(f"shot {place}", media, span(segment.start, segment.end)))
    timeline = schema.Timeline(name=Path(source).stem)
    timeline.tracks.append(track)
    return str(timeline.to_json_string())


def _verdict(verdict: Verdict) -> dict[str, object]:
    own = verdict.own
    return {
        "kept": "own" if verdict.keeps_own else "made",
        "own": None if own is None else _rounded(own),
        "made": _rounded(verdict.made),
        "by": None if own is None else _rounded(verdict.made - own),
        "margin": _rounded(verdict.margin),
        "moment": _rounded(verdict.moment),
        "likeness": None if verdict.likeness is None else _rounded(verdict.likeness),
        "refused": None if verdict.refused is None else verdict.refused.word,
    }


def _creative(creative: Creative, names: Names) -> dict[str, object]:
    cover = creative.making.cover
    return {"shape": creative.shape, **_animation(cover, names), **_shown(cover)}


def _animation(cover: Cover, names: Names) -> dict[str, object]:
    return {
        "cover": names.cover,
        "still": names.still,
        "media_type": cover.media_type,
        "size_bytes": cover.size_bytes,
        "width": cover.width,
        "height": cover.height,
        "fps": _rounded(cover.fps),
        "frames": cover.frames,
        "seconds": _rounded(cover.seconds),
        "seam": None if cover.seam is None else _rounded(cover.seam),
        "begins": _rounded(cover.begins),
    }


def _shown(cover: Cover) -> dict[str, object]:
    return {
        "highlights": [_highlight(highlight) for highlight in cover.storyboard],
        "crops": [_crop(crop) for crop in cover.crops],
        "gave_up": list(cover.gave_up),
        "notes": list(cover.notes),
    }


def _crop(path: CropPath | None) -> list[dict[str, float]]:
    """Where the crop is, eight times a second; once when it never moves."""
    if path is None:
        return [{"time": 0.0, **_edges((0.0, 0.0, 1.0, 1.0))}]
    moments = path.times[:1]
    if not path.is_still:
        steps = ceil((path.times[-1] - path.times[0]) * CROPS_A_SECOND)
        moments = np.linspace(path.times[0], path.times[-1], steps + 1)
    boxes = path.at(moments)
    return [
        {"time": _rounded(time), **_edges(tuple(box))}
        for time, box in zip(moments.tolist(), boxes.tolist(), strict=True)
    ]


def _edges(edges: tuple[float, ...]) -> dict[str, float]:
    names = ("left", "top", "right", "bottom")
    return {name: _rounded(edge) for name, edge in zip(names, edges, strict=True)}


def _highlight(highlight: Highlight) -> dict[str, object]:
    return {
        **_span(highlight.segment),
        "score": _rounded(highlight.score),
        "focus": _box(highlight.focus),
        "reasons": _reasons(highlight.reasons),
    }


def _candidate(candidate: Candidate) -> dict[str, object]:
    return {
        **_span(candidate.segment),
        "score": None if candidate.score is None else _rounded(candidate.score),
        "refused": None if candidate.refused is None else candidate.refused.word,
        "reasons": _reasons(candidate.reasons),
    }


def _span(segment: Segment) -> dict[str, object]:
    return {"start": _rounded(segment.start), "end": _rounded(segment.end)}


def _box(box: Box | None) -> dict[str, float] | None:
    if box is None:
        return None
    return {
        "left": _rounded(box.left),
        "top": _rounded(box.top),
        "right": _rounded(box.right),
        "bottom": _rounded(box.bottom),
    }


def _reasons(reasons: Sequence[Reason]) -> dict[str, float]:
    return {reason.name: _rounded(reason.value) for reason in reasons}


def _row(highlight: Highlight) -> tuple[object, ...]:
    box = _box(highlight.focus)
    place = (None,) * 4 if box is None else tuple(box.values())
    score = _rounded(highlight.score)
    return (*_ends(highlight.segment), score, *place, _said(highlight.reasons))


def _ends(segment: Segment) -> tuple[float, float]:
    return _rounded(segment.start), _rounded(segment.end)


def _said(reasons: Sequence[Reason]) -> str:
    return "; ".join(f"{reason.name} {reason.value:+.3f}" for reason in reasons)


def _table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def _timestamp(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{rest / 1000:06.3f}"


def _url(source: str) -> str:
    return source if "://" in source else Path(source).absolute().as_uri()


def _rounded(value: float) -> float:
    return round(float(value), 4)


def _text(record: dict[str, object], indent: int | None = None) -> str:
    return json.dumps(record, ensure_ascii=False, allow_nan=False, indent=indent)
