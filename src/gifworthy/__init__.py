"""gifworthy finds the moment of a video worth showing and writes it as an animated cover.

cover = gifworthy.make("talk.mp4", seconds=3, max_bytes=2_000_000)
cover.save("talk.gif")
cover.storyboard.highlights[0].segment
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Unpack

    from gifworthy.options import Options
    from gifworthy.types import Cover

__version__ = "0.1.0"
__all__ = ["__version__", "make"]


def make(source: str | Path, **options: Unpack[Options]) -> Cover:
    """The cover of one video, in one call.

    Args:
        source: a file, or an `http(s)://` or `s3://` URL.
        options: any field of `Style` (`seconds`, `width`, `fps`, `max_bytes`, `format`, ...) or of
            `Plan` (`shots`, `effort`, ...), and `plan` for a named plan, `start` and `end` in seconds
            or as text (`"1:02"`, `"5%"`), `aspect` as a number or as text (`"9:16"`), `exclude` for
            spans (`["0-5", "95%-100%"]`), `comments` for a file of what viewers wrote.

    Raises: GifworthyError when the world misbehaves, ValueError for an impossible option.

    Example:
        gifworthy.make("talk.mp4", shots=3, format="webp").save("talk.webp")
    """
    from gifworthy.options import make_with

    return make_with(source, options)
