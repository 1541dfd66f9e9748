"""The command line on every real video, the strange ones too."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageSequence

from commands import QUICK, Run, read


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("folder", [".", "edge"])
def test_each_gets_a_cover_or_one_line_that_says_why(run: Run, videos: Path, folder: str) -> None:
    sources = sorted(path for path in (videos / folder).iterdir() if path.suffix not in ("", ".md"))
    assert len(sources) > 10
    ran = run("make", *sources, "-o", "covers/", "--json", *QUICK)
    stories = [read(line, "make") for line in ran.out.splitlines()]
    assert [story["source"] for story in stories] == list(map(str, sources))
    for story in stories:
        if "error" in story:
            assert folder == "edge"
            assert story["error"]["type"] == "NothingWorthShowing"  # type: ignore[index]
            continue
        with Image.open(str(story["cover"])) as cover:
            assert cover.size == (story["width"], story["height"])
            shown = sum(frame.info["duration"] for frame in ImageSequence.Iterator(cover)) / 1000
            assert shown == pytest.approx(story["seconds"], abs=0.02)
    assert "Traceback" not in ran.err
    assert all(line.startswith("gifworthy: ") for line in ran.err.splitlines())
