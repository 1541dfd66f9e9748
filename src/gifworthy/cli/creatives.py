"""`gifworthy creatives`: one analysis, a cut and a still in every shape, one JSON."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Option

from gifworthy.cli.choices import ScoringFlags, SelectingFlags
from gifworthy.cli.flags import (
    LOOKING,
    WRITING,
    AsJson,
    Input,
    Overwrite,
    PartFlags,
    Quiet,
    Video,
    source_of,
)
from gifworthy.cli.looks import LookFlags
from gifworthy.cli.places import is_same_file, made_folder, stem_of
from gifworthy.cli.speech import each, say
from gifworthy.cli.values import parse_aspect, say_size
from gifworthy.cli.viewers import Viewer, bind_to

if TYPE_CHECKING:
    from gifworthy.creatives import Creative
    from gifworthy.settings import Told
    from gifworthy.types import Style

ASPECTS = "1:1,3:4,16:9"
FORMAT = "mp4"

Aspects = Annotated[
    str,
    Option(metavar="W:H,...", help="The shapes, with commas.", rich_help_panel=LOOKING),
]
Folder = Annotated[
    str | None,
    Option(
        "-o",
        "--output",
        metavar="FOLDER",
        help="Where all files go; else the current folder.",
        rich_help_panel=WRITING,
    ),
]


@dataclass(frozen=True)
class Files:
    """The files of all cuts. stem: of the video. suffix: of a cut, with the dot. shapes: as asked."""

    folder: Path
    stem: str
    suffix: str
    shapes: tuple[str, ...]

    @property
    def story(self) -> Path:
        """The one JSON."""
        return self.folder / f"{self.stem}.json"

    def cut(self, shape: str) -> Path:
        """The animation of one shape: bag-3x4.mp4."""
        return self.folder / f"{self.stem}-{shape.replace(':', 'x').replace('/', 'x')}{self.suffix}"

    def still(self, shape: str) -> Path:
        """The JPEG beside it."""
        return self.cut(shape).with_name(f"{self.cut(shape).name.removesuffix(self.suffix)}.jpg")

    def check(self, source: str, *, overwrite: bool) -> None:
        """Whether every file can be written. Raises: OutputError, OutputExists."""
        from gifworthy.errors import OutputError
        from gifworthy.files import check_free

        cuts = [place for shape in self.shapes for place in (self.cut(shape), self.still(shape))]
        for path in (self.story, *cuts):
            if is_same_file(path, source):
                raise OutputError(f"{path} is the video itself; give another folder with -o")
            check_free(path, overwrite=overwrite)


def creatives(
    *,
    video: Video = None,
    aspects: Aspects = ASPECTS,
    selecting: SelectingFlags,
    scoring: ScoringFlags,
    part: PartFlags,
    looks: LookFlags,
    viewer: Viewer = None,
    input: Input = None,
    out: Folder = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """One video cut to several shapes at once: bag-1x1.mp4, its still, and so on; bag.json tells all."""
    from gifworthy.creatives import cut
    from gifworthy.encoders import ENCODERS
    from gifworthy.files import write_together
    from gifworthy.pipeline import CoverMaker
    from gifworthy.settings import Settings

    source = source_of(video, input)
    plan = selecting.changed(scoring.changed())
    styles = _styles(looks, aspects, plan.shots)
    settings = Settings.from_environ(os.environ)
    maker = CoverMaker.load(plan, settings, bind_to(viewer, settings))
    bounds = part.bounds()
    suffix = ENCODERS[styles[0][1].format].suffix
    files = Files(Path(out or ""), stem_of(source), suffix, tuple(shape for shape, _ in styles))

    def work(source: str, told: Told) -> str:
        with maker.open(source, bounds, told) as opened, made_folder(_folder(out), 1):
            files.check(source, overwrite=overwrite)
            made = cut(maker, opened, styles, told)
            story = _story(made, files)
            write_together(_parts(made, files, story), overwrite=overwrite)
        for warning in made[0].making.warnings:
            say(warning)
        if as_json:
            return _story(made, files, indent=None)
        return "" if quiet else "\n".join(_line(creative, files) for creative in made)

    each([source], work, as_json=as_json, quiet=quiet)


def _styles(looks: LookFlags, aspects: str, shots: int) -> list[tuple[str, Style]]:
    """One style a shape. Raises: ValueError for a shape that is none, or is there twice."""
    if looks.aspect is not None:
        raise ValueError("creatives are of several shapes; write --aspects instead of --aspect")
    shapes = [shape.strip() for shape in aspects.split(",") if shape.strip()]
    if not shapes:
        raise ValueError("--aspects names no shape; write some, such as --aspects 1:1,3:4,16:9")
    ratios = {shape: parse_aspect(shape) for shape in shapes}
    if len(set(ratios.values())) < len(shapes):
        raise ValueError(f"--aspects {aspects} names a shape twice; leave one out")
    if looks.format is None and looks.platform is None:
        looks = replace(looks, format=FORMAT)
    style, lowered = looks.style(None, shots)
    for note in lowered:
        say(note)
    return [(shape, style.but(aspect=ratio)) for shape, ratio in ratios.items()]


def _folder(out: str | None) -> str | None:
    """What `-o` names, as a folder whatever it is called. Raises: OutputError."""
    from gifworthy.errors import OutputError

    if out is not None and Path(out).is_file():
        raise OutputError(f"{out} is a file, but several files are written; name a folder")
    return None if out is None else f"{out}/"


def _story(made: tuple[Creative, ...], files: Files, indent: int | None = 2) -> str:
    """The one JSON: `docs/schemas/creatives.schema.json`."""
    from gifworthy.exports import Names, creatives_as_json

    names = [Names(str(files.cut(one.shape)), str(files.still(one.shape))) for one in made]
    return creatives_as_json(made, names, indent)


def _parts(made: tuple[Creative, ...], files: Files, story: str) -> dict[Path, bytes]:
    parts = {files.story: f"{story}\n".encode(errors="backslashreplace")}
    for one in made:
        parts[files.cut(one.shape)] = one.making.cover.data
        parts[files.still(one.shape)] = one.making.cover.poster
    return parts


def _line(creative: Creative, files: Files) -> str:
    from gifworthy.moments import clock

    cover = creative.making.cover
    spans = [f"{clock(h.segment.start)} to {clock(h.segment.end)}" for h in cover.storyboard]
    still = all(crop is None or crop.is_still for crop in cover.crops)
    said = [
        f"{files.cut(creative.shape)}: {cover.width}x{cover.height}, {cover.seconds:.1f} s, "
        f"{say_size(cover.size_bytes)}, from {', '.join(spans)}, {'still' if still else 'moving'} crop"
    ]
    if cover.gave_up:
        said.append(f"  given up to fit: {'; '.join(cover.gave_up)}")
    return "\n".join([*said, *(f"  note: {note}" for note in cover.notes)])
