"""Somebody whom a batch tells how far it has come."""

from __future__ import annotations

from gifworthy.batch.orders import Row
from gifworthy.batch.running import Tally


class Silent:
    """Hears everything and says nothing."""

    def begun(self, tally: Tally) -> None: ...

    def row(self, row: Row) -> None: ...

    def retry(self, row: Row, seconds: float) -> None: ...

    def progress(self, tally: Tally) -> None: ...

    def stopping(self, at_work: int) -> None: ...
