"""One folder of labels in the making: what is asked, what was said, what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gifworthy.errors import GifworthyError, LabelsNotFound, OutputError
from gifworthy.learning.consensus import consensus
from gifworthy.learning.datasets import DATASETS
from gifworthy.learning.rating.agreement import Agreement, agreement_of
from gifworthy.learning.rating.answers import Answers
from gifworthy.learning.rating.questions import (
    Drawing,
    Drawn,
    Question,
    pieces_of,
    remember,
    remembered,
)
from gifworthy.learning.rating.schemes import Scheme
from gifworthy.learning.storage import save
from gifworthy.settings import Settings
from gifworthy.video import open_video

CONSENSUS = "consensus.parquet"


@dataclass(frozen=True)
class Session:
    """folder: holds the answers. questions: what is asked. failed: videos that cannot be, and why."""

    folder: Path
    answers: Answers
    questions: tuple[Question, ...]
    failed: tuple[tuple[str, GifworthyError], ...] = ()

    @classmethod
    def begin(
        cls,
        folder: Path,
        videos: Sequence[Path],
        scheme: Scheme,
        drawing: Drawing,
        settings: Settings,
        tell: Callable[[str], object] = lambda _: None,
    ) -> Session:
        """Draw pieces of videos that are new to the folder; of the others the same as before.

        Args: tell: hears each video's name before it is looked at.
        Raises: ValueError when two videos have one name; LabelsNotFound when none can be asked about;
        LabelsUnreadable, OutputError.
        """
        _check_names(videos)
        answers = Answers(folder, scheme)
        answers.given()
        known = remembered(folder, scheme)
        drawn: dict[Path, Drawn] = {}
        failed = []
        for path in videos:
            tell(path.name)
            try:
                drawn[path] = _drawn(path, known.get(path.name), scheme, drawing, settings)
            except GifworthyError as error:
                failed.append((path.name, error))
        if not drawn:
            raise failed[0][1] if failed else LabelsNotFound("no video was named; give one")
        remember(
            made(folder), scheme, list((known | {one.name: one for one in drawn.values()}).values())
        )
        return cls(folder, answers, _questions(drawn), tuple(failed))

    def agreement(self) -> Agreement:
        """How far the raters agree. Raises: LabelsUnreadable."""
        return agreement_of(self.answers.given())

    def merged(self) -> Path | None:
        """Write what the raters say together: each piece once, as a manifest; None without answers.

        Of stories none is written: `gifworthy comments accept` does, from all the folders there are.

        Raises: LabelsUnreadable, OutputError.
        """
        if not self.answers.given() or self.answers.scheme.shots:
            return None
        manifest = DATASETS[self.answers.scheme.name]().read(self.folder)
        return save(consensus(manifest), self.folder / CONSENSUS, overwrite=True)


def _drawn(
    path: Path, before: Drawn | None, scheme: Scheme, drawing: Drawing, settings: Settings
) -> Drawn:
    with open_video(path, settings=settings) as video:
        key = video.content_key()
        if before is None:
            return Drawn(path.name, key, video.duration, pieces_of(video, scheme, drawing))
    if before.key != key:
        raise OutputError(
            f"{path.name} is another film than the one that was rated under this name; rename it, or "
            f"give another folder with -o"
        )
    return before


def _questions(drawn: dict[Path, Drawn]) -> tuple[Question, ...]:
    questions: list[Question] = []
    for path, one in drawn.items():
        questions += one.questions(path, len(questions))
    return tuple(questions)


def _check_names(videos: Sequence[Path]) -> None:
    names = [path.name for path in videos]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"two videos are called {name}; rename one, as labels go by the name")


def made(folder: Path) -> Path:
    """The folder, made when it is not there. Raises: OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder} cannot be made: {error.strerror}; give another -o") from error
    return folder
