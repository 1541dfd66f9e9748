"""Scenes and their sound become an MP4 file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO

import av
import numpy as np

from gifworthy.sample.painting import HEIGHT, WIDTH, Picture
from gifworthy.sample.scenes import Scene
from gifworthy.sample.sound import RATE, Sound

FPS = 24


def write_film(scenes: Sequence[Scene], sound: Sound) -> bytes:
    """An MP4 file of H.264 and AAC, sound and pictures side by side."""
    out = BytesIO()
    with av.open(out, "w", format="mp4") as file:
        picture = file.add_stream("libx264", rate=FPS, options={"crf": "20", "preset": "veryfast"})
        picture.width, picture.height, picture.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        voice = file.add_stream("aac", rate=RATE, layout="mono")
        heard = 0
        for number, drawn in enumerate(_pictures(scenes), start=1):
            file.mux(picture.encode(av.VideoFrame.from_ndarray(drawn, format="rgb24")))
            until = round(number / FPS * RATE)
            file.mux(voice.encode(_sounding(sound, heard, until)))
            heard = until
        file.mux(picture.encode(None))
        file.mux(voice.encode(None))
    return out.getvalue()


def _pictures(scenes: Sequence[Scene]) -> Iterator[Picture]:
    """Every picture of the film; the frame rate runs through, whatever the scenes' lengths."""
    start, number = 0.0, 0
    for scene in scenes:
        while number / FPS < start + scene.seconds - 1e-9:
            yield scene.draw(number / FPS - start)
            number += 1
        start += scene.seconds


def _sounding(sound: Sound, first: int, until: int) -> av.AudioFrame:
    part = np.zeros((1, until - first), np.float32)
    given = sound[first:until]
    part[0, : len(given)] = given
    frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="mono")
    frame.sample_rate, frame.pts = RATE, first
    return frame
