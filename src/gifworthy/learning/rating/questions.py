"""Which pieces of a video are shown to raters."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gifworthy.errors import LabelsNotFound, LabelsUnreadable, OutputError
from gifworthy.files import write_whole
from gifworthy.gate import worth_showing
from gifworthy.learning.rating.schemes import Scheme
from gifworthy.moments import clock
from gifworthy.sampling import windows
from gifworthy.segmenters.shots import Shots
from gifworthy.types import Segment
from gifworthy.video import Video

FILE = "questions.json"
SHORTEST = 0.5


@dataclass(frozen=True)
class Drawing:
    """How pieces are drawn. count: of a video. seconds: each, at most. seed: of the draw."""

    count: int = 4
    seconds: float = 3.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError(f"count must be at least 1, not {self.count}")
        if not 0.5 <= self.seconds <= 30:
            raise ValueError(f"seconds must lie in 0.5..30, not {self.seconds}")


@dataclass(frozen=True)
class Question:
    """One piece of one video. number: its place among all. name: what the video is called.

    after: the shots that follow, where the piece is a story. proposal: the story's number in its video,
    from 1.
    """

    number: int
    name: str
    path: Path
    duration: float
    segment: Segment
    after: tuple[Segment, ...] = ()
    proposal: int = 0

    @property
    def shots(self) -> tuple[Segment, ...]:
        """What is shown, in showing order."""
        return (self.segment, *self.after)

    @property
    def place(self) -> float:
        """What an answer is filed under: the story's number, else the second at which the piece begins."""
        return float(self.proposal) if self.proposal else round(self.segment.start, 3)

    @property
    def when(self) -> str:
        """When the piece is shown, for people."""
        if self.after:
            return ", ".join(clock(shot.start) for shot in self.shots)
        return f"{clock(self.segment.start)} to {clock(self.segment.end)}"


@dataclass(frozen=True)
class Drawn:
    """The pieces of one video. key: of its content, so that another film of that name is noticed.

    stories: where pieces are stories, the shots of each in showing order. comments: in each second, where
    they were drawn from these.
    """

    name: str
    key: str
    duration: float
    segments: tuple[Segment, ...]
    stories: tuple[tuple[Segment, ...], ...] = ()
    comments: tuple[float, ...] = ()

    def questions(self, path: Path, first: int) -> list[Question]:
        """Its pieces as they are asked about. Args: first: number of the first one."""
        told = [(shots, n) for n, shots in enumerate(self.stories, start=1)]
        pieces = told or [((segment,), 0) for segment in self.segments]
        return [
            Question(number, self.name, path, self.duration, shots[0], shots[1:], proposal)
            for number, (shots, proposal) in enumerate(pieces, start=first)
        ]


def draw(video: Video, drawing: Drawing) -> tuple[Segment, ...]:
    """Pieces spread over a video, as NetEase has them rated: four a video.

    No model has a say: what the gate lets through is cut into pieces, and from each quarter of them one
    is drawn by lot. Raters so see good and bad alike, and the labels do not flatter the scorer that
    chose them.

    Raises: NothingWorthShowing, VideoError.
    """
    shots = worth_showing(video, Shots().segment(video))
    pieces = [w for shot in shots for w in windows(shot, drawing.seconds, drawing.seconds)]
    short = [
        Segment(piece.start, min(piece.end, piece.start + drawing.seconds)) for piece in pieces
    ]
    lots = np.random.default_rng([drawing.seed, int(video.content_key()[:12], 16)])
    quarters = np.array_split(np.arange(len(short)), min(drawing.count, len(short)))
    return tuple(short[int(lots.choice(quarter))] for quarter in quarters)


def every_second(video: Video) -> tuple[Segment, ...]:
    """Each second of a video, as PLD-VHD's shop has them rated; a rest of half a second counts too."""
    bounds = video.bounds
    count = max(1, int(bounds.duration + SHORTEST))
    starts = bounds.start + np.arange(count)
    return tuple(Segment(s, min(s + 1, bounds.end)) for s in starts.tolist() if s < bounds.end)


def pieces_of(video: Video, scheme: Scheme, drawing: Drawing) -> tuple[Segment, ...]:
    """What of a video is asked. Raises: LabelsNotFound for stories, which are proposed beforehand."""
    if scheme.shots:
        raise LabelsNotFound(
            f"{video.name} has no proposals there; make some with: gifworthy comments propose "
            f"{video.name} --comments FILE -o FOLDER"
        )
    return draw(video, drawing) if scheme.place == "start" else every_second(video)


def remembered(folder: Path, scheme: Scheme) -> dict[str, Drawn]:
    """What was drawn before, by the video's name.

    Raises: LabelsUnreadable; OutputError when the folder holds answers of another scheme.
    """
    path = folder / FILE
    if not path.exists():
        return {}
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        before = str(kept["scheme"])
        drawn = {
            entry["name"]: Drawn(
                entry["name"],
                entry["key"],
                float(entry["duration"]),
                _spans(entry.get("segments", [])),
                tuple(_spans(shots) for shots in entry.get("stories", [])),
                tuple(float(count) for count in entry.get("comments", [])),
            )
            for entry in kept["videos"]
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LabelsUnreadable(
            f"{path} is damaged: {error}; remove it to draw anew (answers are in a file of their own)"
        ) from error
    if before != scheme.name:
        raise OutputError(
            f"{folder} holds {before}, not {scheme.name}; give another folder with -o"
        )
    return drawn


def remember(folder: Path, scheme: Scheme, drawn: Sequence[Drawn]) -> None:
    """Keep what was drawn, so that who comes back is asked the same. Raises: OutputError."""
    videos = [
        {
            "name": one.name,
            "key": one.key,
            "duration": one.duration,
            "segments": [[s.start, s.end] for s in one.segments],
            **(
                {"stories": [[[s.start, s.end] for s in shots] for shots in one.stories]}
                if one.stories
                else {}
            ),
            **({"comments": list(one.comments)} if one.comments else {}),
        }
        for one in drawn
    ]
    told = {"scheme": scheme.name, "videos": videos}
    write_whole(folder / FILE, json.dumps(told, indent=1).encode(), overwrite=True)


def _spans(entries: list[tuple[float, float]]) -> tuple[Segment, ...]:
    return tuple(Segment(float(start), float(end)) for start, end in entries)
