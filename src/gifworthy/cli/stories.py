"""What one cover leaves behind: its files, its JSON, and what a person reads."""

from __future__ import annotations

from pathlib import Path

from gifworthy.against import Verdict
from gifworthy.cli.places import Place
from gifworthy.cli.values import say_size
from gifworthy.exports import (
    Names,
    as_timeline,
    kept_as_json,
    making_as_json,
    storyboard_as_csv,
    storyboard_as_webvtt,
)
from gifworthy.moments import clock
from gifworthy.pipeline import Kept, Making


def files(done: Making | Kept, place: Place) -> dict[Path, bytes]:
    """Every file of one cover; the story alone when the publisher's own was kept."""
    texts = {place.story: story(done, place, indent=2) + "\n"}
    if isinstance(done, Kept):
        return _encoded(texts)
    texts |= {place.export(name): _export(done, name) for name in place.exports}
    return {place.cover: done.cover.data, place.still: done.cover.poster, **_encoded(texts)}


def story(done: Making | Kept, place: Place, indent: int | None = None) -> str:
    """The JSON of one cover: `docs/schemas/make.schema.json`."""
    if isinstance(done, Kept):
        return kept_as_json(done, indent)
    return making_as_json(done, Names(str(place.cover), str(place.still)), indent)


def summary(done: Making | Kept, place: Place) -> str:
    """What a person reads of one cover."""
    lines = [] if done.verdict is None else [_verdict(done.source, done.verdict)]
    if isinstance(done, Making):
        cover = done.cover
        spans = [f"{clock(h.segment.start)} to {clock(h.segment.end)}" for h in cover.storyboard]
        size = f"{cover.width}x{cover.height}, {cover.seconds:.1f} s, {say_size(cover.size_bytes)}"
        lines.append(f"{place.cover}: {size}, from {', '.join(spans)}")
        if cover.gave_up:
            lines.append(f"  given up to fit: {'; '.join(cover.gave_up)}")
        lines += [f"  note: {note}" for note in cover.notes]
    return "\n".join(lines)


def _verdict(source: str, verdict: Verdict) -> str:
    if verdict.own is None:
        word = verdict.refused.word if verdict.refused else "refused"
        return f"{source}: your own cover is never shown: {word}"
    fate = "is kept" if verdict.keeps_own else "is beaten"
    return (
        f"{source}: your own cover {fate}: it scores {verdict.own:+.3f}, ours {verdict.made:+.3f}, "
        f"and ours must be better by {verdict.margin:.3f}"
    )


def _export(making: Making, name: str) -> str:
    storyboard = making.cover.storyboard
    if name == "csv":
        return storyboard_as_csv(storyboard)
    if name == "vtt":
        return storyboard_as_webvtt(storyboard)
    segments = [highlight.segment for highlight in storyboard]
    return as_timeline(making.source, making.duration, making.fps, segments)


def _encoded(texts: dict[Path, str]) -> dict[Path, bytes]:
    return {path: text.encode(errors="backslashreplace") for path, text in texts.items()}
