from __future__ import annotations

from io import BytesIO

import av
import numpy as np
import pytest

from drawn_looks import patches
from gifworthy.encoders import mp4
from gifworthy.errors import MissingExtra
from gifworthy.muxing import Recipe, decoded, video_file
from gifworthy.types import Clip, Style

LOSSLESS = Recipe("mp4", "libx264", {"crf": "1", "preset": "ultrafast"})


def still(count: int = 5) -> Clip:
    return Clip(np.repeat(patches()[None], count, axis=0), np.arange(count) / 10)


def test_colours_mean_what_the_tags_say() -> None:
    """Read by the BT.709 formula, not by the library that wrote them."""
    clip = still()
    with av.open(BytesIO(video_file(clip, 10, LOSSLESS)), "r") as file:
        frame = next(file.decode(video=0))
        assert (frame.colorspace, frame.color_range) == (1, 1)
        assert (frame.color_primaries, frame.color_trc) == (1, 1)
        luma = frame.to_ndarray()[: frame.height]
    red, green, blue = (clip.frames[0, ..., c].astype(float) for c in range(3))
    expected = 16 + 219 / 255 * (0.2126 * red + 0.7152 * green + 0.0722 * blue)
    assert np.abs(luma - expected).mean() < 1.0


def test_what_is_written_is_read() -> None:
    clip = still()
    seen = decoded(video_file(clip, 10, LOSSLESS))
    assert seen.shape == clip.frames.shape
    assert np.abs(seen.astype(int) - clip.frames).mean() < 4


@pytest.mark.parametrize("fps", [10, 12.5, 23.976, 25])
def test_the_rate_is_kept(fps: float) -> None:
    with av.open(BytesIO(video_file(still(10), fps, LOSSLESS)), "r") as file:
        stream = file.streams.video[0]
        assert float(stream.average_rate or 0) == pytest.approx(fps, rel=1e-3)
        assert stream.frames == 10


def test_the_index_comes_first() -> None:
    data = mp4.Mp4().encode(still(), Style(fps=10))
    assert 0 < data.find(b"moov") < data.find(b"mdat")


def test_another_h264_encoder_is_said_aloud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mp4, "BEST", "no such encoder")
    monkeypatch.setattr(mp4, "OTHERS", ("libx264",))
    with pytest.warns(RuntimeWarning, match="no such encoder is missing.*libx264 writes"):
        assert decoded(mp4.Mp4().encode(still(), Style(fps=10))).shape == still().frames.shape


def test_no_h264_encoder_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mp4, "BEST", "no such encoder")
    monkeypatch.setattr(mp4, "OTHERS", ())
    with pytest.raises(MissingExtra, match=r"can write no H\.264; install"):
        mp4.Mp4().encode(still(), Style(fps=10))
