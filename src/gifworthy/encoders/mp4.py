"""H.264 in MP4."""

from __future__ import annotations

import warnings

import av

from gifworthy.errors import MissingExtra
from gifworthy.muxing import Recipe, video_file
from gifworthy.types import Clip, Style

BEST = "libx264"
OTHERS = ("libopenh264", "h264_videotoolbox", "h264_mf")
FINEST, STEP = 14, 0.27
INDEX_FIRST = {"movflags": "+faststart"}
# Macroblock trees make x264 write other bytes for the same frames every few runs.
REPEATABLE = {"x264-params": "mbtree=0"}


class Mp4:
    """H.264 without sound: 4:2:0, 8 bits, index first, so that everything plays it while it loads."""

    media_type = "video/mp4"
    suffix = ".mp4"

    def encode(self, clip: Clip, style: Style) -> bytes:
        """One MP4 file.

        Args: clip: (T, H, W, 3) at its final size. style: `fps` and `quality` are read.
        Raises: MissingExtra when the installed PyAV can write no H.264.
        """
        return video_file(clip, style.fps, recipe(clip.width, clip.height, style))


def recipe(width: int, height: int, style: Style) -> Recipe:
    """How a film of that size is written. Args: style: `fps` and `quality` are read.

    Raises: MissingExtra when the installed PyAV can write no H.264.
    """
    codec = _codec()
    options = {"preset": "slow", "crf": f"{rate_factor(style.quality):g}", **REPEATABLE}
    if codec != BEST:
        options = {"b": str(_bits_a_second(width * height, style))}
    return Recipe("mp4", codec, options, INDEX_FIRST)


def rate_factor(quality: int) -> float:
    """x264's constant rate factor: 14 (nothing to see) at quality 100, about 41 at 1."""
    return round(FINEST + STEP * (100 - quality), 2)


def _codec() -> str:
    """The H.264 encoder to use; another than x264 is said aloud."""
    if _can_write(BEST):
        return BEST
    for name in OTHERS:
        if _can_write(name):
            warnings.warn(
                f"{BEST} is missing from the installed PyAV; {name} writes H.264 instead, larger at "
                f"the same quality",
                RuntimeWarning,
                stacklevel=3,
            )
            return name
    raise MissingExtra(
        "the installed PyAV can write no H.264; install PyAV's own wheel (pip install av), or choose "
        "webm, webp, avif or gif"
    )


def _can_write(name: str) -> bool:
    try:
        av.Codec(name, "w")
    except av.codec.codec.UnknownCodecError:
        return False
    return True


def _bits_a_second(pixels: int, style: Style) -> int:
    """For encoders without a constant quality: 0.02 to 0.32 bits a pixel."""
    return int(pixels * style.fps * 0.02 * 16 ** (style.quality / 100))
