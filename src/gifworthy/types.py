"""The nouns: what flows through the pipeline. Frozen values; numpy is the only library they know.

Units everywhere: seconds, pixels, RGB. Shape letters: T frames, H height, W width, N segments, P packets.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gifworthy.extents import WHOLE_FRAME as WHOLE_FRAME
from gifworthy.extents import Box as Box
from gifworthy.extents import CropPath as CropPath
from gifworthy.extents import Segment as Segment
from gifworthy.files import write_whole

Floats = NDArray[np.float64]
Frames = NDArray[np.uint8]
Effort = Literal["fast", "balanced", "thorough"]
Loop = Literal["seam", "crossfade", "bounce", "cut"]
Transition = Literal["cut", "fade"]

EFFORTS: tuple[Effort, ...] = ("fast", "balanced", "thorough")
ENDINGS = {
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/avif": ".avif",
    "video/mp4": ".mp4",
    "video/webm": ".webm",
}
LONGEST_SHAPE = 20
"""Width over height, or the other way round, of a crop at most; web banners end at 11."""
LOOPS: tuple[Loop, ...] = ("seam", "crossfade", "bounce", "cut")
TRANSITIONS: tuple[Transition, ...] = ("cut", "fade")


@dataclass(frozen=True)
class Clip:
    """Decoded frames and their moments: the only thing that holds full pixels.

    frames: (T, H, W, 3) uint8 RGB, upright, square pixels. times: (T,) seconds, in showing order.
    """

    frames: Frames
    times: Floats

    def __post_init__(self) -> None:
        if self.frames.ndim != 4 or self.frames.shape[3] != 3 or self.frames.dtype != np.uint8:
            raise ValueError(
                f"frames must be (T, H, W, 3) uint8, not {self.frames.shape} {self.frames.dtype}"
            )
        if len(self.frames) != len(self.times):
            raise ValueError(f"{len(self.frames)} frames but {len(self.times)} times")

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def width(self) -> int:
        """Pixels."""
        return int(self.frames.shape[2])

    @property
    def height(self) -> int:
        """Pixels."""
        return int(self.frames.shape[1])


@dataclass(frozen=True)
class Reason:
    """One named term of a score: how much it added (positive) or took away (negative)."""

    name: str
    value: float


@dataclass(frozen=True)
class Refusal:
    """Why the gate will not show a segment: a word such as `black`, and the measure that said so."""

    word: str
    measure: float


@dataclass(frozen=True)
class Scores:
    """One number per segment; comparable only inside one video.

    values: (N,), larger is better. focus: where to look in each segment, when the scorer knows.
    reasons: the terms that make up each value, when the scorer can say.
    """

    segments: tuple[Segment, ...]
    values: Floats
    focus: tuple[Box | None, ...] = ()
    reasons: tuple[tuple[Reason, ...], ...] = ()

    def __post_init__(self) -> None:
        count = len(self.segments)
        if self.values.shape != (count,):
            raise ValueError(f"{count} segments but values of shape {self.values.shape}")
        if not np.isfinite(self.values).all():
            raise ValueError(
                f"{(~np.isfinite(self.values)).sum()} of {count} scores are not finite"
            )
        for name in ("focus", "reasons"):
            given = len(getattr(self, name))
            if given not in (0, count):
                raise ValueError(f"{count} segments but {given} {name}")

    def highlight(self, index: int) -> Highlight:
        """Segment `index` as a chosen one."""
        return Highlight(
            self.segments[index],
            float(self.values[index]),
            self.focus[index] if self.focus else None,
            self.reasons[index] if self.reasons else (),
        )


@dataclass(frozen=True)
class Highlight:
    """One segment that was chosen, how good it is, where to look in it, and why."""

    segment: Segment
    score: float
    focus: Box | None = None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Storyboard:
    """Chosen segments in *showing* order (which need not be the order of time), and who chose them."""

    highlights: tuple[Highlight, ...]
    chosen_by: str

    def __post_init__(self) -> None:
        if not self.highlights:
            raise ValueError("a storyboard needs at least one highlight")

    def __iter__(self) -> Iterator[Highlight]:
        return iter(self.highlights)

    def __len__(self) -> int:
        return len(self.highlights)


@dataclass(frozen=True)
class Style:
    """How a cover looks, never *what* it shows.

    width: pixels at most; a smaller video is never upscaled. height: likewise, or None.
    fps: frames a second at most. seconds: length of each shot; `up_to`, when given, is the longest it
    may become where more is worth showing. max_bytes: the byte budget, or None.
    aspect: width over height of the crop, or None for the whole frame. keep: places that every crop
    must hold, avoid: places that it must not touch. quality: 1..100.
    colours: palette size of a GIF, 2..256. format: a name on the encoders' shelf.
    """

    width: int = 480
    height: int | None = None
    fps: float = 12.5
    seconds: float = 3.0
    max_bytes: int | None = None
    aspect: float | None = None
    loop: Loop = "seam"
    transition: Transition = "cut"
    format: str = "gif"
    quality: int = 80
    colours: int = 256
    up_to: float | None = None
    keep: tuple[Box, ...] = ()
    avoid: tuple[Box, ...] = ()

    def __post_init__(self) -> None:
        _positive("width", self.width)
        _positive("fps", self.fps)
        _positive("seconds", self.seconds)
        for name in ("height", "max_bytes", "aspect", "up_to"):
            value = getattr(self, name)
            if value is not None:
                _positive(name, value)
        for name in ("width", "height", "max_bytes", "quality", "colours"):
            value = getattr(self, name)
            if value is not None and value != int(value):
                raise ValueError(f"{name} must be a whole number, not {value}")
        if not 1 <= self.quality <= 100:
            raise ValueError(f"quality must lie in 1..100, not {self.quality}")
        if not 2 <= self.colours <= 256:
            raise ValueError(f"colours must lie in 2..256, not {self.colours}")
        if self.loop not in LOOPS:
            raise ValueError(f"loop must be one of {', '.join(LOOPS)}, not {self.loop!r}")
        if self.transition not in TRANSITIONS:
            raise ValueError(
                f"transition must be one of {', '.join(TRANSITIONS)}, not {self.transition!r}"
            )

        if self.aspect is not None and not 1 / LONGEST_SHAPE <= self.aspect <= LONGEST_SHAPE:
            raise ValueError(
                f"an aspect of {self.aspect:g} is a line, not a picture; "
                f"give one between 1:{LONGEST_SHAPE} and {LONGEST_SHAPE}:1"
            )
        if self.up_to is not None and self.up_to < self.seconds:
            raise ValueError(
                f"up_to must not be below seconds; {self.seconds:g} to {self.up_to:g} is no range"
            )
        for kept in self.keep:
            if met := [box for box in self.avoid if kept.meets(box)]:
                raise ValueError(
                    f"no crop holds {kept} and avoids {met[0]}: they overlap; change one of them"
                )

    @property
    def crops(self) -> bool:
        """Whether a part of the frame is cut out."""
        return self.aspect is not None or bool(self.avoid)

    @property
    def longest(self) -> float:
        """Seconds of each shot at most."""
        return self.seconds if self.up_to is None else self.up_to

    def but(self, **changes: object) -> Style:
        """The same style with some fields changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


def _positive(name: str, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} must be a number, not {value!r}")
    if not value > 0:
        raise ValueError(f"{name} must be above 0, not {value}")
    if not math.isfinite(value):
        raise ValueError(f"{name} must be finite, not {value}")


@dataclass(frozen=True)
class Cover:
    """The finished animation, its still, and its story: it can say why it looks as it does.

    data: the animation's bytes. poster: the still, JPEG bytes. width, height: pixels of the animation.
    fps: frames a second as written. seconds: as shown. seam: mean jump from last frame to first, in
    grey levels 0..255, or None when the loop is not closed in time (`crossfade`, `bounce`).
    gave_up: what the byte budget cost, in words, least harm first; empty when nothing.
    notes: what was done to the loop unasked, or what remains wrong with it, in words.
    crops: where each shot of the storyboard was cropped; None for the whole frame.
    begins: the second of the video that the first frame shows. It lies inside the first highlight, after its
    start where the loop was turned to begin with its best frame.
    """

    data: bytes = field(repr=False)
    media_type: str
    poster: bytes = field(repr=False)
    storyboard: Storyboard
    width: int
    height: int
    fps: float
    seconds: float
    frames: int
    seam: float | None = None
    gave_up: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    crops: tuple[CropPath | None, ...] = field(default=(), repr=False)
    begins: float = 0.0

    @property
    def size_bytes(self) -> int:
        """Length of the animation's data."""
        return len(self.data)

    def save(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write the animation, whole or not at all.

        Raises: ValueError when the file's ending names another format; OutputExists when something is
        there and `overwrite` is False; OutputError when the disk refuses.
        """
        ending, own = Path(path).suffix.lower(), ENDINGS.get(self.media_type)
        if own and ending != own and ending in ENDINGS.values():
            raise ValueError(
                f"{path} would be a {self.media_type} by another name; call it {own}, or make the "
                f"cover with format={ending[1:]!r}"
            )
        return write_whole(Path(path), self.data, overwrite=overwrite)

    def save_still(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write the still (JPEG), whole or not at all. Raises like `save`."""
        return write_whole(Path(path), self.poster, overwrite=overwrite)


@dataclass(frozen=True)
class History:
    """A viewer's earlier choices, the oldest first.

    features: (L, D) of those that could be looked at, in the same order, so that L is at most H.
    positions: (H,) of their middles, in 0..1. durations: (H,) seconds of each choice.
    lengths: (H,) seconds of the video each was chosen from. videos: (H,) which video that was, numbered.
    A position or length that is not known is nan; what is empty is not known of any.
    passed: (P, D) segments of the same videos that the viewer did not choose, where somebody looked at
    them. beside: (P,) the row of `features` that each was passed over for.
    """

    features: Floats
    positions: Floats
    durations: Floats
    lengths: Floats = field(default_factory=lambda: np.zeros(0))
    videos: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, np.intp))
    passed: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    beside: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, np.intp))

    def __len__(self) -> int:
        return len(self.durations)


@dataclass(frozen=True)
class Scan:
    """What one cheap pass over a video saw. Bounded memory, whatever the video's length.

    The pass keeps at most a fixed number of *moments*, evenly spread over `bounds`. Each moment holds
    one small frame and signals reduced over every frame seen since the moment before.

    times: (T,) seconds. frames: (T, h, w, 3) uint8 RGB, upright, square pixels, long side about 96.
    brightness, contrast: (T,) mean and standard deviation of grey, 0..255.
    sharpness: (T,) mean slope of the sharpest tenth of a larger grey picture, 0..63.
    colourfulness: (T,) 0..~150. change: (T,) mean change of the picture in an eighth of a second, 0..255.
    motion: (T,) movement that is left when the camera's is taken out, in frame widths a second, mean
    over the picture. Change and motion are never measured across a cut.
    camera: (T,) movement of the whole picture, in frame widths a second.
    cuts: (C,) seconds at which a new shot begins. packets: (T,) bytes a second since the moment
    before (motion and complexity, free of decoding). key_times: (K,) seconds of key frames.
    loudness: (T,) RMS of the sound around each moment, decibels below full scale; empty without audio.
    transitions: dissolves and fades, the spans in which two shots mix; a new shot begins at their end.
    flashes: (T,) pairs of opposing changes of light over a quarter of the picture, a second; average
    it over a second or more. moving: (T,) share 0..1 of the picture that moves by itself.
    """

    bounds: Segment
    times: Floats
    frames: Frames
    brightness: Floats
    contrast: Floats
    sharpness: Floats
    colourfulness: Floats
    change: Floats
    motion: Floats
    camera: Floats
    packets: Floats
    cuts: Floats
    key_times: Floats
    loudness: Floats
    transitions: tuple[Segment, ...] = ()
    flashes: Floats = field(default_factory=lambda: np.zeros(0))
    moving: Floats = field(default_factory=lambda: np.zeros(0))

    def __len__(self) -> int:
        return len(self.times)

    def inside(self, segment: Segment) -> slice:
        """The moments of a segment, as a slice; when none lies inside, the nearest, of its shot if any."""
        first, last = np.searchsorted(self.times, [segment.start, segment.end])
        if last > first:
            return slice(int(first), int(last))
        away = np.abs(self.times - segment.middle)
        shots = np.searchsorted(self.cuts, self.times, side="right")
        elsewhere = shots != np.searchsorted(self.cuts, segment.middle, side="right")
        nearest = int(np.where(elsewhere, away + self.bounds.duration, away).argmin())
        return slice(nearest, nearest + 1)
