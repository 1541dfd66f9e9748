"""`gifworthy sample`: a demonstration video, drawn on the spot."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument

from gifworthy.cli.flags import Overwrite, Quiet
from gifworthy.cli.speech import progress


def sample(
    *,
    place: Annotated[
        str, Argument(metavar="MP4", help="Where to write it.", show_default=True)
    ] = "clip.mp4",
    overwrite: Overwrite = False,
    quiet: Quiet = False,
) -> None:
    """Draw a demonstration video: some calm shots, and one clear best moment."""
    from gifworthy.files import check_ending, check_free, write_whole

    path = Path(place)
    check_ending(path, ".mp4")
    check_free(path, overwrite=overwrite)
    with progress(1, quiet=quiet) as begin:
        begin(place)
        from gifworthy.sample import draw_sample

        data = draw_sample()
    write_whole(path, data, overwrite=overwrite)
    if not quiet:
        print(f"{path}: try `gifworthy make {path}`")
