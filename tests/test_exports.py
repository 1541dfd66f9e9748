from __future__ import annotations

import csv
import io
import json
import sys
from dataclasses import replace

import numpy as np
import opentimelineio
import pytest

from commands import SCHEMAS, read
from gifworthy.against import Verdict
from gifworthy.errors import MissingExtra, VideoNotFound
from gifworthy.exports import (
    Names,
    as_timeline,
    as_webvtt,
    failure_as_json,
    kept_as_json,
    making_as_json,
    ranking_as_json,
    segments_as_csv,
    shots_as_json,
    storyboard_as_csv,
    storyboard_as_webvtt,
)
from gifworthy.pipeline import Candidate, Kept, Making, Ranking
from gifworthy.plans import Plan
from gifworthy.types import Box, Cover, CropPath, Highlight, Reason, Refusal, Segment, Storyboard

LATER = Highlight(
    Segment(61.5, 63.0), 0.75, Box(0.25, 0, 0.75, 1), (Reason("motion", 0.5), Reason("dark", -0.25))
)
EARLIER = Highlight(Segment(2.0, 3.5), 0.5)
STORY = Storyboard((LATER, EARLIER), "storyline")
MAKING = Making(
    source="talk, part “2”.mp4",
    duration=100.0,
    fps=25.0,
    cover=Cover(
        b"12345",
        "image/gif",
        b"jpeg",
        STORY,
        480,
        270,
        12.5,
        3.0,
        38,
        1.25,
        ("fps 10",),
        crops=(CropPath(np.array([61.5]), np.array([[0.5, 0.25, 0.75, 1.0]])), None),
        begins=62.25,
    ),
    plan=Plan("storyline", selector="storyline", shots=3),
    warnings=("the sound is damaged",),
)


def test_a_cover_says_what_when_where_and_why() -> None:
    record = read(making_as_json(MAKING, Names("talk.gif", "talk.jpg")), "make")
    assert (record["cover"], record["still"]) == ("talk.gif", "talk.jpg")
    assert (record["size_bytes"], record["seconds"], record["seam"]) == (5, 3.0, 1.25)
    assert (record["plan"], record["effort"]) == ("storyline", "balanced")
    assert record["begins"] == 62.25
    assert record["gave_up"] == ["fps 10"]
    assert record["warnings"] == ["the sound is damaged"]
    assert record["crops"] == [
        [{"time": 61.5, "left": 0.5, "top": 0.25, "right": 0.75, "bottom": 1.0}],
        [{"time": 0.0, "left": 0.0, "top": 0.0, "right": 1.0, "bottom": 1.0}],
    ]
    assert record["highlights"] == [
        {
            "start": 61.5,
            "end": 63.0,
            "score": 0.75,
            "focus": {"left": 0.25, "top": 0.0, "right": 0.75, "bottom": 1.0},
            "reasons": {"motion": 0.5, "dark": -0.25},
        },
        {"start": 2.0, "end": 3.5, "score": 0.5, "focus": None, "reasons": {}},
    ]


def test_json_is_one_line_and_keeps_every_letter() -> None:
    text = making_as_json(MAKING, Names("ü.gif", "ü.jpg"))
    assert "\n" not in text
    assert "talk, part “2”.mp4" in json.loads(text)["source"]
    assert '"ü.gif"' in text


VERDICT = Verdict(own=0.5, made=0.55, margin=0.1, moment=2.5, likeness=0.98)


def test_a_verdict_says_which_and_by_how_much() -> None:
    kept = Kept("talk.mp4", 100.0, STORY, Plan(), VERDICT)
    record = read(kept_as_json(kept), "make")
    assert record["cover"] is None
    assert record["against"] == {
        "kept": "own",
        "own": 0.5,
        "made": 0.55,
        "by": 0.05,
        "margin": 0.1,
        "moment": 2.5,
        "likeness": 0.98,
        "refused": None,
    }
    beaten = replace(MAKING, verdict=replace(VERDICT, made=0.7))
    text = making_as_json(beaten, Names("talk.gif", "talk.jpg"))
    assert read(text, "make")["against"]["kept"] == "made"  # type: ignore[index]


def test_a_ranking_has_a_score_or_a_refusal_for_each_piece() -> None:
    candidates = (
        Candidate(Segment(4, 6), 0.5, (Reason("motion", 0.5),)),
        Candidate(Segment(0, 2), None, refused=Refusal("black", 1.0)),
    )
    record = read(ranking_as_json(Ranking("talk.mp4", 6.0, "signals", candidates)), "rank")
    assert record["segments"] == [
        {"start": 4.0, "end": 6.0, "score": 0.5, "refused": None, "reasons": {"motion": 0.5}},
        {"start": 0.0, "end": 2.0, "score": None, "refused": "black", "reasons": {}},
    ]


def test_shots_and_failures_keep_their_schemas() -> None:
    record = read(shots_as_json("talk.mp4", 4.0, [Segment(0, 1.5), Segment(1.5, 4)]), "shots")
    assert record["shots"] == [{"start": 0.0, "end": 1.5}, {"start": 1.5, "end": 4.0}]
    failure = failure_as_json("talk.mp4", VideoNotFound("there is no talk.mp4"))
    for schema in ("make", "rank", "shots"):
        assert read(failure, schema) == {
            "source": "talk.mp4",
            "error": {"type": "VideoNotFound", "message": "there is no talk.mp4"},
        }


def test_every_schema_is_itself_one() -> None:
    import jsonschema

    found = sorted(SCHEMAS.glob("*.json"))
    assert len(found) >= 4
    for path in found:
        jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text()))


def test_csv_reads_back_in_showing_order() -> None:
    text = storyboard_as_csv(STORY)
    assert text.count("\r\n") == 3, "RFC 4180 ends each line with CRLF"
    first, second = csv.DictReader(io.StringIO(text))
    assert (first["start"], first["end"], first["score"]) == ("61.5", "63.0", "0.75")
    assert (first["left"], first["bottom"]) == ("0.25", "1.0")
    assert first["reasons"] == "motion +0.500; dark -0.250"
    assert (second["start"], second["left"], second["reasons"]) == ("2.0", "", "")
    assert segments_as_csv([Segment(0, 1.5)]) == "start,end\r\n0.0,1.5\r\n"


def test_webvtt_cues_rise_in_time_and_keep_their_place() -> None:
    assert storyboard_as_webvtt(STORY) == (
        "WEBVTT\n\n"
        "00:00:02.000 --> 00:00:03.500\n2. 0.500\n\n"
        "00:01:01.500 --> 00:01:03.000\n1. 0.750 motion +0.500; dark -0.250\n"
    )


def test_webvtt_counts_hours_and_carries_milliseconds() -> None:
    cue = as_webvtt([Segment(3599.9996, 7322.25)], ["shot 1"])
    assert "01:00:00.000 --> 02:02:02.250" in cue


def test_a_timeline_plays_the_segments_in_the_order_given() -> None:
    text = as_timeline("/videos/talk.mp4", 100.0, 25.0, [h.segment for h in STORY])
    timeline = opentimelineio.adapters.read_from_string(text)
    later, earlier = timeline.video_tracks()[0]
    assert later.media_reference.target_url == "file:///videos/talk.mp4"
    assert later.source_range.start_time.to_seconds() == pytest.approx(61.5, abs=1 / 25)
    assert later.source_range.duration.to_seconds() == pytest.approx(1.5, abs=1 / 25)
    assert earlier.source_range.start_time.value == 50
    assert timeline.name == "talk"


def test_a_timeline_without_its_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentimelineio", None)
    with pytest.raises(MissingExtra, match=r"gifworthy\[timeline\]"):
        as_timeline("talk.mp4", 100.0, 25.0, [Segment(0, 1)])
