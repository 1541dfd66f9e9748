"""What a person is told: results on standard output, everything else on standard error."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec

if TYPE_CHECKING:
    from rich.progress import Progress

    from gifworthy.settings import Told

FAILED, MISUSED, INTERRUPTED, PIPE_CLOSED = 1, 2, 130, 141
DEBUG = "GIFWORTHY_DEBUG"
LOOKING = 0.8
"""The share of the work on a video that is looking at it; the rest is cutting and writing."""
OURS = Path(__file__).parent.parent

Given = ParamSpec("Given")


def spoken(command: Callable[Given, None]) -> Callable[Given, None]:
    """The command, whose errors become one line and an exit code instead of a traceback."""

    @wraps(command)
    def listening(*args: Given.args, **given: Given.kwargs) -> None:
        try:
            command(*args, **given)
            sys.stdout.flush()
        except KeyboardInterrupt as stop:
            say(str(stop) or "stopped; nothing half-written was left")
            raise SystemExit(INTERRUPTED) from None
        except BrokenPipeError:
            _hush()
            raise SystemExit(PIPE_CLOSED) from None
        except Exception as error:
            tell(error)
            raise SystemExit(code_of(error)) from None

    return listening


def say(message: str) -> None:
    """One line to a person, on standard error."""
    print(f"gifworthy: {one_line(message)}", file=sys.stderr)


def one_line(message: str) -> str:
    """A message without line breaks."""
    return " ".join(str(message).split())


def is_a_persons(error: BaseException) -> bool:
    """Whether an error says something to a person, rather than to us.

    A ValueError that a line of ours raises is worded for people; one that a library raises in the
    midst of our work is a fault of ours.
    """
    from gifworthy.errors import GifworthyError

    if not isinstance(error, ValueError):
        return isinstance(error, GifworthyError | OSError)
    *_, last = traceback.extract_tb(error.__traceback__)
    return last.filename.startswith(str(OURS)) and (last.line or "raise").startswith("raise")


def tell(error: BaseException) -> None:
    """Say what went wrong; how we came there only when debugging is asked for."""
    if os.environ.get(DEBUG):
        traceback.print_exception(error)
    if is_a_persons(error):
        say(str(error))
    elif isinstance(error, MemoryError):
        say(
            "there is not enough memory; ask for a smaller --width, fewer --seconds or a lower --fps"
        )
    else:
        say(
            f"a fault of gifworthy itself: {type(error).__name__}: {error}; "
            f"set {DEBUG}=1 to see where, and report it"
        )


def each(
    sources: Sequence[str], work: Callable[[str, Told], str], *, as_json: bool, quiet: bool
) -> None:
    """Do the work on each video and print what it gives; a video that fails does not stop the rest.

    Args: work: is given a video, and whom to tell how far it has come.
    Raises: SystemExit, when one failed.
    """
    failures: list[Exception] = []
    with progress(len(sources), quiet=quiet) as begin:
        for source in sources:
            told = begin(source)
            try:
                line = work(source, told)
                told(1 / LOOKING)
            except Exception as error:
                failures.append(error)
                tell(error)
                line = _failure(source, error) if as_json else ""
            if line:
                print(line, flush=True)
    if len(sources) > 1 and failures:
        say(f"{len(failures)} of {len(sources)} videos failed")
    if failures:
        raise SystemExit(code_of(failures[0]) if len(sources) == 1 else FAILED)


def code_of(error: Exception) -> int:
    """The exit code of an error: the command was written wrongly, or something failed."""
    from gifworthy.errors import UnknownName

    misused = isinstance(error, ValueError | UnknownName) and is_a_persons(error)
    return MISUSED if misused else FAILED


@contextmanager
def progress(total: int, *, quiet: bool) -> Iterator[Callable[[str], Told]]:
    """A bar on a terminal, silence in a pipe.

    Call what is given with the name of what comes next; it gives whom to tell how far that has come.
    """
    if quiet or not sys.stderr.isatty():
        yield lambda _: lambda _: None
        return
    with _bar(total) as bar:
        task = bar.add_task("", total=None)
        begun = count()

        def begin(name: str) -> Told:
            before = next(begun)
            bar.update(task, description=name, total=total if total > 1 else None, completed=before)
            return lambda share: bar.update(task, total=total, completed=before + LOOKING * share)

        yield begin


def _bar(total: int) -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        SpinnerColumn,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    said = f"{{task.completed:.0f}} of {total}" if total > 1 else ""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn(said),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
    )


def _failure(source: str, error: Exception) -> str:
    from gifworthy.exports import failure_as_json

    return failure_as_json(source, error)


def _hush() -> None:
    """Nobody reads our output any more: keep Python from saying so once more at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
