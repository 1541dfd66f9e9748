"""`gifworthy align`: where in a video a GIF was cut from."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from gifworthy.cli.flags import WRITING, Overwrite, Quiet
from gifworthy.cli.speech import each, progress

if TYPE_CHECKING:
    from gifworthy.learning.alignment import Alignment
    from gifworthy.settings import Told

NORMAL = (0.95, 1.05)


def align(
    *,
    gif: Annotated[Path, Argument(metavar="GIF", help="A GIF, or a folder of GIFs.")],
    videos: Annotated[
        list[Path], Argument(metavar="VIDEO...", help="Videos, or folders of videos.")
    ],
    output: Annotated[
        Path | None,
        Option(
            "-o", metavar="CSV", help="Write what `data read pairs` reads.", rich_help_panel=WRITING
        ),
    ] = None,
    overwrite: Overwrite = False,
    as_json: Annotated[
        bool,
        Option(
            "--json",
            help="One JSON line a shot of a GIF on standard output.",
            rich_help_panel=WRITING,
        ),
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Find the seconds of a video that a GIF was cut from, made smaller, faster or written upon since.

    A GIF of several shots is found shot by shot. One that was cropped to another shape is not found.
    """
    from gifworthy.files import check_free, write_whole
    from gifworthy.learning.alignment import Aligner
    from gifworthy.learning.datasets.pairs import CACHE_BYTES, as_csv
    from gifworthy.learning.montages import find_all
    from gifworthy.settings import Settings
    from gifworthy.stores import open_store

    if output is not None:
        check_free(output, overwrite=overwrite)
    gifs, films = _films(gif, videos)
    settings = Settings.from_environ(os.environ)
    store = open_store(settings.cache.expanduser() / "hashes", CACHE_BYTES)
    with progress(len(films), quiet=quiet) as begin:
        aligner = Aligner.of(tuple(films.values()), settings, store, begin)
    found: list[Alignment] = []

    def find(source: str, told: Told) -> str:
        del told
        shots = find_all(aligner, gifs[source])
        found.extend(shots)
        return "\n".join(_json(one) if as_json else _told(one, len(films)) for one in shots)

    try:
        each(list(gifs), find, as_json=as_json, quiet=quiet)
    finally:
        if output is not None and found:
            names = {path: name for name, path in (gifs | films).items()}
            write_whole(output, as_csv(found, names).encode(), overwrite=overwrite)


def _films(gif: Path, videos: list[Path]) -> tuple[dict[str, Path], dict[str, Path]]:
    """The GIFs and the videos, by name. Raises: LabelsNotFound; ValueError for a name that is there twice."""
    from gifworthy.errors import LabelsNotFound
    from gifworthy.learning.datasets.pairs import films_in

    gifs = films_in(gif)
    films: dict[str, Path] = {}
    for name, path in (film for place in videos for film in films_in(place).items()):
        if name in films:
            raise ValueError(f"two videos are called {name}; give the folder above both")
        films[name] = path
    if not gifs:
        raise LabelsNotFound(f"{gif} holds no GIF; give a GIF, or a folder of some")
    return gifs, films


def _told(found: Alignment, count: int) -> str:
    from gifworthy.moments import clock

    bits = f"{found.distance:.1f} of 64 bits differ"
    if found.video is None:
        videos = "the given video" if count == 1 else f"any of {count} videos"
        return f"{found.gif.name}: not from {videos}; in the nearest, {found.nearest.name}, {bits}"
    pace = "" if NORMAL[0] < found.speed < NORMAL[1] else f", {found.speed:.2f} times as fast"
    span = f"{clock(found.segment.start)} to {clock(found.segment.end)}"
    guess = f"; a guess: {found.doubt:.1f} s away it fits as well" if found.is_guess else ""
    return f"{found.gif.name}: {found.video.name} {span}{pace}; {bits}{guess}"


def _json(found: Alignment) -> str:
    part = found.part
    return json.dumps(
        {
            "gif": str(found.gif),
            "video": None if found.video is None else str(found.video),
            "nearest": str(found.nearest),
            "start": round(found.segment.start, 3),
            "end": round(found.segment.end, 3),
            "speed": round(found.speed, 3),
            "part": [round(edge, 4) for edge in (part.left, part.top, part.right, part.bottom)],
            "distance_bits": round(found.distance, 2),
            "doubt_seconds": round(found.doubt, 2),
            "sure": round(found.sure, 3),
        }
    )
