"""Animated AVIF."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from gifworthy.sampling import delays
from gifworthy.types import Clip, Style

MILLISECONDS = 1000


class Avif:
    """Animated AVIF that loops for ever, through Pillow's libavif."""

    media_type = "image/avif"
    suffix = ".avif"

    def encode(self, clip: Clip, style: Style) -> bytes:
        """One AVIF file.

        Args: clip: (T, H, W, 3) at its final size. style: `fps` and `quality` are read.
        """
        first, *rest = (Image.fromarray(frame) for frame in clip.frames)
        out = BytesIO()
        first.save(
            out,
            "AVIF",
            save_all=True,
            append_images=rest,
            duration=delays(len(clip), style.fps, MILLISECONDS),
            quality=style.quality,
            speed=8,
        )
        return out.getvalue()
