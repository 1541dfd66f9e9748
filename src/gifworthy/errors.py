"""Everything the world can do wrong.

    GifworthyError
    ├── VideoError                 the video is at fault
    │   ├── VideoNotFound          no such file, or the server answered 404
    │   ├── VideoUnreachable       the server hangs, refuses or breaks off
    │   ├── VideoUnreadable        not a video, encrypted, or nothing decodes
    │   └── VideoTooShort          fewer seconds than the cover needs
    ├── NothingWorthShowing        the gate refused every segment
    ├── BudgetUnreachable          no setting fits the byte budget
    ├── UnknownName                no part of that name on the shelf
    ├── OutputError                the cover cannot be written
    │   └── OutputExists           something is already there
    └── MissingExtra               an optional library is not installed

`ValueError` is raised for what the caller did wrong, `AssertionError` for what we did wrong.
A message says what is wrong, which value, and what to do. Only doors turn errors into exit codes.
"""


class GifworthyError(Exception):
    """The world misbehaved: a file, a network, a disk, a budget."""


class VideoError(GifworthyError):
    """The video is at fault."""


class VideoNotFound(VideoError):
    """There is no video at that place."""


class VideoUnreachable(VideoError):
    """The place answers too late, refuses, or breaks off."""


class VideoUnreadable(VideoError):
    """What lies there is no video, or nothing of it decodes."""


class VideoTooShort(VideoError):
    """The video has fewer seconds than the cover needs."""


class NothingWorthShowing(GifworthyError):
    """The gate refused every segment; the message counts the refusals by word."""


class BudgetUnreachable(GifworthyError):
    """No setting makes the cover as small as was promised."""


class UnknownName(GifworthyError):
    """No part of that name is on the shelf."""


class OutputError(GifworthyError):
    """The cover cannot be written where it was asked for."""


class OutputExists(OutputError):
    """Something is already there and may not be overwritten."""


class MissingExtra(GifworthyError):
    """An optional library is not installed; the message names the extra that brings it."""
