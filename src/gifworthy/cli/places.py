"""Where the files of each cover go, settled before the work begins."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from gifworthy.errors import OutputError
from gifworthy.files import check_free, write_together

STANDARD_OUTPUT = "-"
EXPORTS = ("csv", "vtt", "otio")


@dataclass(frozen=True)
class Place:
    """The files of one cover: the animation, the still, the story, and its other exports."""

    cover: Path
    exports: tuple[str, ...] = ()

    @property
    def still(self) -> Path:
        """The JPEG beside the cover."""
        return self.cover.with_suffix(".jpg")

    @property
    def story(self) -> Path:
        """The JSON beside the cover."""
        return self.cover.with_suffix(".json")

    def export(self, name: str) -> Path:
        """The file of one export beside the cover."""
        return self.cover.with_suffix(f".{name}")

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file that will be written."""
        return (self.cover, self.still, self.story, *map(self.export, self.exports))

    def check(self, source: str, *, overwrite: bool) -> None:
        """Whether every file can be written. Raises: OutputError, OutputExists."""
        for path in self.files:
            if is_same_file(path, source):
                raise OutputError(f"{path} is the video itself; give another name with -o")
            check_free(path, overwrite=overwrite)

    def write(self, parts: Mapping[Path, bytes], *, overwrite: bool) -> None:
        """All files or none. Raises: OutputError, OutputExists."""
        write_together(parts, overwrite=overwrite)


def places_for(
    sources: Sequence[str], out: str | None, suffix: str, exports: tuple[str, ...]
) -> list[Place]:
    """Where the cover of each source goes: in the current folder unless `out` says otherwise.

    Args:
        out: a file (for one source), or a folder: one that exists, or a name that ends in a slash,
            or any name when there are several sources.
        suffix: the ending of a cover that is named after its source, with the dot.
    Raises: ValueError when two covers would have the same name, or one file is to hold several.
    """
    if file := named_file(out, len(sources)):
        return [Place(file, exports)]
    folder = Path(out or "")
    places = [Place(folder / f"{stem_of(source)}{suffix}", exports) for source in sources]
    _refuse_twins(sources, places)
    return places


def named_file(out: str | None, count: int) -> Path | None:
    """The file that `-o` names, if it names one. Raises: ValueError as `names_a_folder`."""
    if out is None or out == STANDARD_OUTPUT or names_a_folder(out, count):
        return None
    return Path(out)


@contextmanager
def made_folder(out: str | None, count: int) -> Iterator[None]:
    """The folder that `-o` names, if it names one, made when it is not there.

    In the end what was made and stayed empty is taken away again: an error leaves nothing behind.
    Raises: OutputError.
    """
    if out is None or not names_a_folder(out, count):
        yield
        return
    folder = Path(out)
    absent = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{out} cannot be made: {error.strerror}; give another folder") from error
    try:
        yield
    finally:
        with suppress(OSError):
            for place in absent:
                place.rmdir()


def names_a_folder(out: str, count: int) -> bool:
    """Whether `-o` names a folder. Raises: ValueError when one file is to hold several covers."""
    if Path(out).is_dir() or out.endswith(("/", "\\")):
        return True
    if count > 1 and Path(out).suffix:
        raise ValueError(f"-o {out} is one file, but there are {count} videos; name a folder")
    return count > 1


def stem_of(source: str) -> str:
    """The name of a file or URL without folders, query and ending."""
    path = unquote(urlsplit(source).path) if "://" in source else source
    name = re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", Path(path).name)
    return Path(name).stem or "cover"


def is_same_file(path: Path, source: str) -> bool:
    """Whether a place to write is the video that is read."""
    try:
        return path.samefile(source)
    except OSError:
        return False


def _refuse_twins(sources: Sequence[str], places: Sequence[Place]) -> None:
    taken: dict[Path, str] = {}
    for source, place in zip(sources, places, strict=True):
        if place.cover in taken:
            raise ValueError(
                f"{taken[place.cover]} and {source} would both be written to {place.cover}; "
                f"make them one after the other with different -o"
            )
        taken[place.cover] = source
