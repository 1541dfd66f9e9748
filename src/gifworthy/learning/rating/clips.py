"""What a rater sees of a piece: a small animation, made when it is first asked for."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import numpy as np

from gifworthy.encoders.webp import WebP
from gifworthy.learning.rating.questions import Question
from gifworthy.protocols import Store
from gifworthy.sampling import ticks
from gifworthy.settings import Settings
from gifworthy.types import Style
from gifworthy.video import open_video

STYLE = Style(width=480, fps=12.5, format="webp", quality=70)
LAYOUT = "rating 1"
CACHE_BYTES = 2 << 30


@dataclass(frozen=True)
class Clips:
    """Animated WebP of pieces, remembered by the video's content. One is made at a time."""

    settings: Settings
    store: Store
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def of(self, question: Question) -> bytes:
        """WebP bytes. Raises: VideoError, OutputError."""
        with self._lock, open_video(question.path, settings=self.settings) as video:
            spans = " ".join(f"{shot.start:.3f} {shot.end:.3f}" for shot in question.shots)
            key = f"{LAYOUT} {STYLE} {video.content_key()} {spans}"
            data = self.store.get(key)
            if data is None:
                moments = np.concatenate([ticks(shot, STYLE.fps) for shot in question.shots])
                clip = video.frames_at(moments, STYLE.width)
                data = WebP().encode(clip, STYLE)
                self.store.put(key, data)
            return data
