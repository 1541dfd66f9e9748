"""Animated AVIF."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from gifworthy.sampling import delays
from gifworthy.types import Clip, Style

MILLISECONDS = 1000
SPEED = 6
"""Of 0..10. From 7 on libaom codes as for a live call: measured on two clips, the same SSIM then takes
1.5 to 2.5 times the bytes, in a sixth of the time. 5 saves nothing more."""


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
            speed=SPEED,
        )
        return out.getvalue()
