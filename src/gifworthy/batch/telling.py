"""What a batch tells while it works: one JSON line for each thing that happened."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from gifworthy.batch.orders import Row
from gifworthy.batch.running import Tally
from gifworthy.decoding.addresses import shown, told
from gifworthy.errors import OutputError

Telling = Callable[[Tally], None]
PROGRESS_SECONDS = 30.0


class Log:
    """JSON lines, each with its time and event: `begun`, `made`, `failed`, `retry`, `progress`, `ended`.

    It goes on where an earlier one ended. Of an address it has what is no secret.

    Args: path: the file they go to, made when work begins; None for nowhere. telling: who else is told
        how far it has come. stopping: who is told at once that so many videos are only finished now.
    """

    def __init__(
        self, path: Path | None, telling: Telling, stopping: Callable[[int], None] = lambda _: None
    ) -> None:
        self._path, self._telling, self._stopping = path, telling, stopping
        self._file: TextIO | None = None
        self._told = time.monotonic()

    def begun(self, tally: Tally) -> None:
        """Work begins. Raises: OutputError."""
        if self._path is not None:
            self._file = _opened(self._path)
        self._line("begun", total=tally.total)

    def close(self) -> None:
        """Nothing more is told."""
        if self._file is not None:
            with suppress(OSError):  # of a full disk, which was told already
                self._file.close()

    def row(self, row: Row) -> None:
        """A video has its row."""
        spent = {"seconds": round(row.spent.clock, 3), "tries": row.item.tries + 1}
        if row.failure is None:
            self._line("made", source=shown(row.item.source), scanned=row.scanned, **spent)
        else:
            message = told(row.failure.message, row.item.source)
            error = {"type": row.failure.kind, "message": message}
            self._line("failed", source=shown(row.item.source), error=error, **spent)

    def retry(self, row: Row, seconds: float) -> None:
        """A video failed and will be tried again in some seconds."""
        kind = row.failure.kind if row.failure else ""
        self._line("retry", source=shown(row.item.source), error=kind, seconds=seconds)

    def progress(self, tally: Tally) -> None:
        """Some time has passed."""
        self._telling(tally)
        if time.monotonic() - self._told >= PROGRESS_SECONDS:
            self._told = time.monotonic()
            self._line("progress", **facts(tally))

    def stopping(self, at_work: int) -> None:
        """Nothing more is begun. No line is written: another may be half written just then."""
        self._stopping(at_work)

    def ended(self, tally: Tally) -> None:
        """There is no more to do, or it was stopped."""
        self._line("ended", **facts(tally))

    def _line(self, event: str, **more: object) -> None:
        if self._file is not None:
            now = datetime.now(UTC).isoformat(timespec="milliseconds")
            try:
                self._file.write(json.dumps({"time": now, "event": event, **more}) + "\n")
                self._file.flush()
            except OSError as error:
                raise _refused(self._path, error) from error


def facts(tally: Tally) -> dict[str, object]:
    """A tally as JSON takes it."""
    left = tally.seconds_left
    return {
        "total": tally.total,
        "skipped": tally.skipped,
        "failed_before": tally.failed_before,
        "repeated": tally.repeated,
        "nameless": tally.nameless,
        "made": tally.made,
        "failed": tally.failed,
        "failures": dict(tally.failures),
        "retried": tally.retried,
        "scanned": tally.scanned,
        "mended": tally.mended,
        "missing": tally.missing,
        "uncovered": tally.uncovered,
        "written_bytes": tally.written,
        "processor_seconds": round(tally.processor, 3),
        "videos_a_second": round(tally.rate, 3),
        "seconds_left": None if left is None else round(left, 1),
        "stopped": tally.stopped,
    }


def _opened(path: Path) -> TextIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("a", encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise _refused(path, error) from error


def _refused(path: Path | None, error: OSError) -> OutputError:
    return OutputError(f"{path} cannot be written: {error.strerror}; give another with --log")
