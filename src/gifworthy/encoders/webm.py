"""VP9 in WebM."""

from __future__ import annotations

from gifworthy.muxing import Recipe, video_file
from gifworthy.types import Clip, Style

FINEST, STEP = 12, 0.45
OPTIONS = {"b": "0", "deadline": "good", "cpu-used": "3", "row-mt": "1", "auto-alt-ref": "1"}


class WebM:
    """VP9 without sound, at constant quality."""

    media_type = "video/webm"
    suffix = ".webm"

    def encode(self, clip: Clip, style: Style) -> bytes:
        """One WebM file.

        Args: clip: (T, H, W, 3) at its final size. style: `fps` and `quality` are read.
        """
        options = {**OPTIONS, "crf": str(quantizer(style.quality))}
        return video_file(clip, style.fps, Recipe("webm", "libvpx-vp9", options))


def quantizer(quality: int) -> int:
    """VP9's constant quality level: 12 at quality 100, 57 at 1, of 0..63."""
    return round(FINEST + STEP * (100 - quality))
