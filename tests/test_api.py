"""`gifworthy.make`: three lines of Python."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import gifworthy
from drawn import cuts, with_sound
from gifworthy.errors import UnknownName, VideoNotFound


def test_three_lines(tmp_path: Path) -> None:
    cover = gifworthy.make(cuts(), seconds=1, width=120, max_bytes=200_000)
    place = cover.save(tmp_path / "talk.gif")
    assert place.read_bytes().startswith(b"GIF89a")
    assert cover.size_bytes <= 200_000
    assert 0 <= cover.storyboard.highlights[0].segment.start < 8


def test_several_shots_and_another_format() -> None:
    cover = gifworthy.make(cuts(), seconds=1, width=120, shots=2, format="webp", effort="fast")
    assert len(cover.storyboard) == 2
    assert cover.media_type == "image/webp"


def test_shapes_are_words_or_numbers() -> None:
    by_word = gifworthy.make(cuts(), seconds=1, width=54, aspect="9:16")
    assert (by_word.width, by_word.height) == (54, 96)
    assert by_word.data == gifworthy.make(cuts(), seconds=1, width=54, aspect=9 / 16).data
    with pytest.raises(ValueError, match="'tall' is no aspect"):
        gifworthy.make(cuts(), aspect="tall")


def test_only_the_part_asked_for_is_shown() -> None:
    cover = gifworthy.make(cuts(), seconds=1, width=120, start="0:02", end=6.0, exclude=["2-3.4"])
    shown = cover.storyboard.highlights[0].segment
    assert 3.4 <= shown.start < shown.end <= 6.0


def test_mistakes_are_named() -> None:
    with pytest.raises(ValueError, match="there is no option 'colors'"):
        gifworthy.make(cuts(), colors=3)  # type: ignore[call-arg]
    with pytest.raises(UnknownName, match="did you mean 'signals'"):
        gifworthy.make(cuts(), plan="signal")
    with pytest.raises(UnknownName, match="encoder"):
        gifworthy.make(cuts(), format="giff")
    with pytest.raises(VideoNotFound, match="nowhere"):
        gifworthy.make("nowhere.mp4")
    with pytest.raises(ValueError, match="seconds must be above 0"):
        gifworthy.make(cuts(), seconds=0)


@pytest.mark.parametrize(
    ("option", "value"),
    [("max_bytes", "2MB"), ("aspect", "tall"), ("seconds", "3"), ("shots", 1.5)],
)
def test_a_value_of_the_wrong_kind_names_its_option(option: str, value: object) -> None:
    with pytest.raises(ValueError, match=option):
        gifworthy.make(cuts(), **{option: value})  # type: ignore[arg-type]


def test_a_name_that_lies_about_the_format_is_refused(tmp_path: Path) -> None:
    cover = gifworthy.make(cuts(), seconds=1, width=64, effort="fast")
    with pytest.raises(ValueError, match=r"call it \.gif, or make the cover with format='webp'"):
        cover.save(tmp_path / "talk.webp")


def test_importing_is_light() -> None:
    """Neither the package nor the default plan loads what the nets need."""
    script = (
        "import sys, gifworthy; light = set(sys.modules);"
        f"gifworthy.make({str(with_sound())!r}, seconds=1, width=64, effort='fast');"
        "assert not light & {'av', 'cv2', 'numpy', 'scipy'}, light;"
        "assert not set(sys.modules) & {'torch', 'onnxruntime', 'matplotlib', 'pandas'}"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
