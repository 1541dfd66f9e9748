"""Everything the world can do wrong.

    GifworthyError
    ├── VideoError                 the video is at fault
    │   ├── VideoNotFound          no such file, or the server answered 404
    │   ├── VideoUnreachable       the server hangs, refuses or breaks off
    │   ├── VideoUnreadable        not a video, encrypted, or nothing decodes
    │   └── VideoTooShort          fewer seconds than the cover needs
    ├── NothingWorthShowing        the gate refused every segment
    ├── BudgetUnreachable          no setting fits the byte budget
    ├── CropImpossible             no crop has the shape, keeps the boxes and avoids the others
    ├── LabelsError                people's labels, or predictions for them, are at fault
    │   ├── LabelsNotFound         a data set lacks a file it must have
    │   └── LabelsUnreadable       a file or a row of it is broken; says file, line and field
    ├── CommentsError              viewers' comments are at fault
    │   ├── CommentsUnreadable     a file of them is broken; says file, line and field
    │   └── CommentsTooFew         too little was said to choose by
    ├── PictureUnreadable          a picture to compare with is none
    ├── UnknownName                no part of that name on the shelf
    ├── OutputError                the cover cannot be written
    │   └── OutputExists           something is already there
    ├── WeightsError               the files of a net are at fault
    │   ├── WeightsMissing         they are not on this machine
    │   ├── WeightsUnreachable     the server hangs, refuses or breaks off
    │   └── WeightsBroken          truncated, of another net, or not what was published
    ├── RecordsUnreadable          the file of histories is damaged, locked, full, or of another layout
    ├── WorkError                  the process that worked on a video, within limits, was ended
    │   ├── WorkTooLong            it took more time than it may
    │   ├── WorkTooLarge           it took more memory than it may
    │   └── WorkCrashed            it died
    ├── ExperimentError            an experiment, its events or a plan to judge by them are at fault
    │   ├── ExperimentNotFound     no experiment of that id is kept
    │   ├── EventsUnreadable       an event is broken; says file, line and field
    │   └── PlanUnjudgeable        what was logged says nothing about it
    ├── BatchError                 a batch cannot do what it is asked
    │   ├── CatalogueUnreadable    a list or table of videos is broken, or lacks a column
    │   ├── BatchUnreadable        what an earlier run left is damaged
    │   └── NotAnalysed            to be rendered only, but never looked over as it is now
    ├── TrainingDiverged           a net that learns no longer gives numbers
    ├── DeviceAbsent               the machine has no such device
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


class CropImpossible(GifworthyError):
    """No crop of this video has the shape asked for, keeps what must be seen and avoids what must not."""


class LabelsError(GifworthyError):
    """People's labels, or predictions that are judged by them, are at fault."""


class LabelsNotFound(LabelsError):
    """A data set lacks a file it must have, or a manifest holds nothing to work on."""


class LabelsUnreadable(LabelsError):
    """A file or a row of it is broken; the message says file, line and field."""


class CommentsError(GifworthyError):
    """Viewers' comments are at fault."""


class CommentsUnreadable(CommentsError):
    """A file of comments is broken; the message says file, line and field."""


class CommentsTooFew(CommentsError):
    """Too little was said to choose by."""


class PictureUnreadable(GifworthyError):
    """What was given as a picture is none."""


class UnknownName(GifworthyError):
    """No part of that name is on the shelf."""


class OutputError(GifworthyError):
    """The cover cannot be written where it was asked for."""


class OutputExists(OutputError):
    """Something is already there and may not be overwritten."""


class WeightsError(GifworthyError):
    """The files of a net are at fault."""


class WeightsMissing(WeightsError):
    """The files of a net are not on this machine; the message says where to put them."""


class WeightsUnreachable(WeightsError):
    """The place that has them answers too late, refuses, or breaks off."""


class WeightsBroken(WeightsError):
    """They are truncated, of another net, or not what was published."""


class RecordsUnreadable(GifworthyError):
    """What must be remembered cannot be read or written; the message names the file."""


class WorkError(GifworthyError):
    """The process that worked on a video did not bring it to an end."""


class WorkTooLong(WorkError):
    """It took more time than its limits allow."""


class WorkTooLarge(WorkError):
    """It took more memory than its limits allow."""


class WorkCrashed(WorkError):
    """It died, or broke off in a way that nobody foresaw."""


class ExperimentError(GifworthyError):
    """An experiment, its events, or a plan that is to be judged by them is at fault."""


class ExperimentNotFound(ExperimentError):
    """No experiment of that id is kept."""


class EventsUnreadable(ExperimentError):
    """An event is broken; the message says file, line and field."""


class PlanUnjudgeable(ExperimentError):
    """What was logged says nothing about what is to be judged."""


class BatchError(GifworthyError):
    """A batch cannot do what it is asked."""


class CatalogueUnreadable(BatchError):
    """A list or a table of videos is broken, or lacks a column."""


class BatchUnreadable(BatchError):
    """What an earlier run left is damaged; the message names it."""


class NotAnalysed(BatchError):
    """A video was to be rendered from what is known of it, but it was never looked over as it is now."""


class TrainingDiverged(GifworthyError):
    """The loss or a score is no number any more; the message names the videos."""


class DeviceAbsent(GifworthyError):
    """The settings ask for a device that this machine has not."""


class MissingExtra(GifworthyError):
    """An optional library is not installed; the message names the extra that brings it."""
