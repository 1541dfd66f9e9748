"""What `gifworthy batch` tells a person: while it works, and at the end."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from gifworthy.cli.speech import one_line, say
from gifworthy.cli.values import say_size
from gifworthy.moments import counted

if TYPE_CHECKING:
    from rich.progress import Progress

    from gifworthy.batch.earlier import Look
    from gifworthy.batch.estimate import Estimate
    from gifworthy.batch.running import Tally
    from gifworthy.batch.telling import Telling

LINE_SECONDS = 30.0


def summary(out: str, tally: Tally) -> str:
    """What a person reads at the end."""
    if not tally.done and not tally.mended:
        covers = tally.skipped - tally.failed_before
        parts = [f"nothing to do, {counted(covers, 'cover')} made before", *_passed_over(tally)]
        return f"{out}: {', '.join(parts)}{_failed_before(tally)}"
    parts = [f"{counted(tally.made, 'cover')} ({say_size(tally.written)})"]
    if tally.failures:
        causes = ", ".join(f"{n} {kind}" for kind, n in tally.failures.most_common())
        parts.append(f"{tally.failed} failed ({causes})")
    if tally.mended:
        parts.append(f"{tally.mended} made anew without a shared intro")
    if tally.skipped:
        parts.append(f"{tally.skipped - tally.failed_before} made before")
    parts += _passed_over(tally)
    told = f"{out}: {', '.join(parts)}; {tally.rate:.2f} videos a second"
    return told + _failed_before(tally)


def _passed_over(tally: Tally) -> Iterator[str]:
    if tally.repeated:
        yield f"{tally.repeated} named more than once"
    if tally.missing:
        yield f"{tally.missing} not there now"
    if tally.nameless:
        yield f"{counted(tally.nameless, 'row')} without a video"


def failing(tally: Tally) -> Iterator[str]:
    """What went wrong, for a person: the first few failures by name, and what else is worth a look."""
    for source, message in tally.examples:
        yield named(source, message)
    if (more := tally.failed - len(tally.examples)) > 0:
        yield f"and {more} more: --report"
    if tally.missing:
        yield (
            f"{counted(tally.missing, 'video')} with a cover made before "
            f"{'is' if tally.missing == 1 else 'are'} not there now; "
            f"{'its cover stays' if tally.missing == 1 else 'their covers stay'}"
        )
    if tally.uncovered:
        yield (
            f"{counted(tally.uncovered, 'video')} without a cover in any style left out; "
            f"`gifworthy batch` without --render and with --retry tries again"
        )


def named(source: str, message: str) -> str:
    """A failure with the video's whole name, which a message may hold already."""
    return message if source in message else f"{source}: {message}"


def looked(look: Look) -> str:
    """One of the looks that a place holds."""
    return f"{look.name} ({counted(look.covers, 'cover')}, {look.failed} failed)"


def finishing(at_work: int) -> None:
    """Said as soon as somebody wants it to stop."""
    what = f"finishing {counted(at_work, 'video')}" if at_work else "stopping"
    with suppress(RuntimeError):  # a line was being said just then
        say(f"{what}; Ctrl-C again ends now")


def _failed_before(tally: Tally) -> str:
    """What an earlier run could not do must not look as if all were well."""
    if not tally.failed_before:
        return ""
    got = "got no cover before; --retry tries again, --report says why"
    return f"; {counted(tally.failed_before, 'video')} {got}"


def estimated(found: Estimate) -> str:
    """What a batch would take, as a person reads it."""
    lines = [f"{found.finished} finished, {found.todo} to do; measured on {found.sampled} of these"]
    if found.failed:
        causes = ", ".join(f"{n} {kind}" for kind, n in found.failures.items())
        lines.append(f"  {found.failed} of the sample got no cover ({causes}):")
        lines += [f"    {one_line(named(*example))}" for example in found.examples]
    rows = (
        (f"time with {found.workers} workers", found.seconds, say_time),
        ("processor", found.processor, say_time),
        ("bytes read", found.read, say_size),
        ("covers and stills", found.written, say_size),
        ("analyses", found.kept, say_size),
    )
    lines += [
        f"  {name:<22}{said(guess.middle):>10}   ({said(guess.low)} to {said(guess.high)})"
        for name, guess, said in rows
    ]
    return "\n".join(lines)


def say_time(seconds: float) -> str:
    """Seconds as people read them: `8.2 s`, `3.4 min`, `12.5 h`."""
    if seconds < 120:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.1f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


@contextmanager
def bar(quiet: bool) -> Iterator[Telling]:
    """A bar on a terminal; a line every half minute in a pipe."""
    if quiet:
        yield lambda _: None
    elif not sys.stderr.isatty():
        yield _Lines()
    else:
        with _progress() as bar:
            task = bar.add_task("", total=None, rate="", failed="")

            def tell(tally: Tally) -> None:
                bar.update(
                    task,
                    total=tally.total,
                    completed=tally.passed,
                    rate=f"{tally.rate:.2f}/s",
                    failed=f"{tally.failed} failed" if tally.failed else "",
                )

            yield tell


class _Lines:
    """How far it has come, every half minute."""

    def __init__(self) -> None:
        self._said = time.monotonic()

    def __call__(self, tally: Tally) -> None:
        if time.monotonic() - self._said < LINE_SECONDS:
            return
        self._said = time.monotonic()
        of = "" if tally.total is None else f" of {tally.total}"
        left = tally.seconds_left
        more = "" if left is None else f", {left / 60:.0f} min left"
        say(f"{tally.passed}{of} done, {tally.failed} failed, {tally.rate:.2f}/s{more}")


def _progress() -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    return Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("[red]{task.fields[failed]}"),
        console=Console(stderr=True),
        transient=True,
    )
