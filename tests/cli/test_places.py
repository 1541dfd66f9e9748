from __future__ import annotations

from pathlib import Path

import pytest

from gifworthy.cli.places import Place, named_file, places_for, stem_of


@pytest.mark.parametrize(
    ("source", "stem"),
    [
        ("talks/talk.final.mp4", "talk.final"),
        ("https://example.org/a%20b/my%20talk.mp4?token=a/b.mov#t=3", "my talk"),
        ("s3://bucket/key/clip", "clip"),
        ("https://example.org/", "cover"),
        ("https://example.org/a%2F..%2Fb.mp4", "b"),
        ("what?.mp4", "what_"),
    ],
)
def test_a_cover_is_named_after_its_video(source: str, stem: str) -> None:
    assert stem_of(source) == stem


def test_a_folder_is_one_that_exists_or_ends_in_a_slash_or_has_to_hold_several(
    tmp_path: Path,
) -> None:
    assert named_file(str(tmp_path), 1) is None
    assert named_file("new/", 1) is None
    assert named_file("new", 2) is None
    assert named_file("new", 1) == Path("new")
    assert named_file(None, 1) is None
    with pytest.raises(ValueError, match=r"a\.gif is one file, but there are 2 videos"):
        named_file("a.gif", 2)


def test_places() -> None:
    assert places_for(["v/a.mp4", "b.mkv"], "out", ".webp", ()) == [
        Place(Path("out/a.webp")),
        Place(Path("out/b.webp")),
    ]
    (place,) = places_for(["v/a.mp4"], None, ".gif", ("vtt",))
    assert list(map(str, place.files)) == ["a.gif", "a.jpg", "a.json", "a.vtt"]


def test_two_covers_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match=r"x/a\.mp4 and y/a\.mov would both be written to a\.gif"):
        places_for(["x/a.mp4", "y/a.mov"], None, ".gif", ())
