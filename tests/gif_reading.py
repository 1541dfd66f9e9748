"""What a GIF shows and says, for the tests of its parts."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

from gifworthy.types import Frames


def shown(data: bytes) -> Frames:
    """Every frame as a player composes it: (T, H, W, 3)."""
    with Image.open(BytesIO(data)) as picture:
        frames = []
        for index in range(getattr(picture, "n_frames", 1)):
            picture.seek(index)
            frames.append(np.asarray(picture.convert("RGB")))
    return np.stack(frames)


def delays_centiseconds(data: bytes) -> list[int]:
    """How long each frame is shown."""
    with Image.open(BytesIO(data)) as picture:
        delays = []
        for index in range(getattr(picture, "n_frames", 1)):
            picture.seek(index)
            delays.append(picture.info["duration"] // 10)
    return delays
