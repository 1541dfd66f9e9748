"""Draws videos that are broken, strange, or no videos at all.

Each is drawn once per session; see `drawn.py` for how.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import av
import numpy as np

from drawn import (
    FOLDER,
    H264,
    RATE,
    VARIANTS,
    Recipe,
    cuts,
    moving,
    numbered,
    numbered_picture,
    write,
)
from drawn_looks import corners


@cache
def truncated(variant: str = "mp4", kept: float = 0.6) -> Path:
    """A numbered video of 4 s whose last bytes are missing; an MP4 has its index in front."""
    ending, recipe = VARIANTS[variant]
    if ending == "mp4":
        recipe = replace(recipe, container={"movflags": "faststart"})
    pictures = (numbered_picture(number) for number in range(100))
    path = write(FOLDER / f"truncated-{variant}-{kept}.{ending}", pictures, recipe)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)])
    return path


@cache
def damaged(variant: str = "mp4") -> Path:
    """A numbered video of 4 s with noise instead of bytes at 45 to 50 % of the file."""
    whole = numbered(variant, 100)
    data = bytearray(whole.read_bytes())
    start, end = int(len(data) * 0.45), int(len(data) * 0.5)
    data[start:end] = np.random.default_rng(0).bytes(end - start)
    path = FOLDER / f"damaged-{whole.name}"
    path.write_bytes(data)
    return path


@cache
def undeclared() -> Path:
    """WebM as a browser records it: no length, no index; 25 fps."""
    recipe = Recipe("libvpx", options={"deadline": "realtime"}, container={"live": "1"})
    pictures = (numbered_picture(number) for number in range(50))
    return write(FOLDER / "undeclared.webm", pictures, recipe)


@cache
def encrypted() -> Path:
    """An MP4 under common encryption, without its key."""
    key = {
        "encryption_scheme": "cenc-aes-ctr",
        "encryption_key": "00" * 16,
        "encryption_kid": "11" * 16,
    }
    return write(FOLDER / "encrypted.mp4", moving(4, 25), Recipe(options=H264, container=key))


@cache
def audio_only() -> Path:
    """Two sound streams and a subtitle, no pictures."""
    path = FOLDER / "talk.mkv"
    with av.open(str(path), "w") as out:
        streams = [out.add_stream("aac", rate=RATE, layout="mono") for _ in range(2)]
        out.add_mux_stream("subrip")
        for stream in streams:
            frame = av.AudioFrame.from_ndarray(
                np.zeros((1, 1024), np.float32), format="fltp", layout="mono"
            )
            frame.sample_rate, frame.pts = RATE, 0
            out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
    return path


@cache
def song_with_cover() -> Path:
    """A song with a picture of its cover, which is no video."""
    path = FOLDER / "song.mp4"
    with av.open(str(path), "w") as out:
        sound = out.add_stream("aac", rate=RATE, layout="mono")
        cover = out.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 64, 64, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        out.mux(cover.encode(av.VideoFrame.from_ndarray(corners(64, 64), format="rgb24")))
        frame = av.AudioFrame.from_ndarray(
            np.zeros((1, 1024), np.float32), format="fltp", layout="mono"
        )
        frame.sample_rate, frame.pts = RATE, 0
        out.mux(sound.encode(frame))
        out.mux(sound.encode(None))
    return path


@cache
def no_packets() -> Path:
    """An MP4 with a video track in which nothing lies."""
    path = FOLDER / "no-packets.mp4"
    empty = {"movflags": "empty_moov+frag_keyframe"}
    with av.open(str(path), "w", options=empty) as out:
        stream = out.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        out.start_encoding()
    return path


@cache
def playlist() -> Path:
    """An HLS playlist that names a local video."""
    path = FOLDER / "list.m3u8"
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:8\n#EXTINF:8,\n{cuts()}\n#EXT-X-ENDLIST\n")
    return path
