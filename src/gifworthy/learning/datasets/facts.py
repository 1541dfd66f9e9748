"""What is published about a data set, beside what we find in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from gifworthy.learning.judging import Judge
from gifworthy.learning.manifest import Manifest


@dataclass(frozen=True)
class Fact:
    """One figure: what it counts, what its authors published (None: nothing), what we count."""

    what: str
    published: float | None
    ours: float


class Dataset(Protocol):
    """A layout that labels are published in.

    name: as on the shelf. folders: where it lies below a folder of data sets, likeliest first. scale:
    what its values mean.
    """

    name: str
    folders: tuple[str, ...]
    scale: str

    def read(self, folder: Path) -> Manifest:
        """All its labels. Raises: LabelsNotFound, LabelsUnreadable, MissingExtra."""
        ...

    def facts(self, manifest: Manifest) -> tuple[Fact, ...]:
        """Published figures beside ours."""
        ...

    def judge(self) -> Judge:
        """How predictions are judged on it."""
        ...
