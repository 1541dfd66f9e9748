"""What a model that was trained reads of a piece of a video: a description, plain enough for a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gifworthy.sliding import strip_length

What = Literal["nothing", "vectors", "frames"]


@dataclass(frozen=True)
class Reading:
    """What is read of each segment before a model sees it.

    what: `nothing` but where the segment lies; `vectors` of a backbone, (N, D); or `frames`,
        (N, T, S, S, 3) uint8 RGB, or (N, T, side, wide, 3).
    backbone: whose vectors. "" where they were imported and nobody said whose they are.
    frames: T. Of vectors: of one clip, 0 for as many as the backbone reads.
    stride: of vectors; None for one clip spread over the segment, else snippets of consecutive frames,
        a new one every `stride` frames, averaged (Video2GIF: 16 and 8).
    mirrored: of vectors; averaged with those of the mirror image.
    step: of frames; above 0 each is followed by the one so many seconds later (at least one frame
        later), so that T becomes 2 T: what optical flow is made of.
    side: S, pixels; the shorter side becomes that long and the middle square is cut out.
    wide: of frames; above 0 the whole frame is read, squeezed to `side` x `wide` pixels (PLD-VHD).
    rate: of frames; above 0 they follow one another so many a second, around the segment's middle.
    fingerprint: of the backbone and its weights that were read in training.
    """

    what: What = "nothing"
    backbone: str = ""
    frames: int = 0
    stride: int | None = None
    mirrored: bool = False
    side: int = 0
    step: float = 0.0
    fingerprint: str = ""
    wide: int = 0
    rate: float = 0.0

    @classmethod
    def vectors(
        cls, backbone: str, frames: int = 0, stride: int | None = None, mirrored: bool = False
    ) -> Reading:
        """One vector of a backbone per segment."""
        return cls("vectors", backbone, frames, stride, mirrored)

    @classmethod
    def clips(cls, frames: int = 16, side: int = 112, step: float = 0.0) -> Reading:
        """`frames` pictures, spread evenly over each segment, `side` x `side` pixels."""
        if frames < 1 or side < 1:
            raise ValueError(f"frames and side must be at least 1, not {frames} and {side}")
        return cls("frames", frames=frames, side=side, step=step)

    @classmethod
    def strips(cls, targets: int, height: int, width: int, rate: float) -> Reading:
        """Windows of 32 frames that slide over the middle of each segment, `rate` frames a second."""
        if rate <= 0:
            raise ValueError(f"rate must be above 0, not {rate}")
        return cls("frames", frames=strip_length(targets), side=height, wide=width, rate=rate)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(T, H, W, 3) of what is read of one segment, where frames are."""
        count = self.frames * (2 if self.step else 1)
        return count, self.side, self.wide or self.side, 3


NOTHING = Reading()
