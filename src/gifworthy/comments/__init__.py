"""What viewers wrote while they watched, second by second.

Read in this order:
    reading.py    a file of comments: CSV, JSON, or the XML that danmaku players use
    formats.py    what each kind of file looks like
    cleaning.py   which comments count, by rules that are written down
    counting.py   how many fall into each second, and where they peak
    book.py       which file belongs to which video
"""

from gifworthy.comments.book import CommentBook
from gifworthy.comments.cleaning import Cleaned, Dropped, cleaned
from gifworthy.comments.counting import (
    CommentCounts,
    best_peaks,
    counted_in,
    peaks_inside,
    showable,
    strict_peaks,
)
from gifworthy.comments.reading import Comment, CommentFile, read_comments

__all__ = [
    "Cleaned",
    "Comment",
    "CommentBook",
    "CommentCounts",
    "CommentFile",
    "Dropped",
    "best_peaks",
    "cleaned",
    "counted_in",
    "peaks_inside",
    "read_comments",
    "showable",
    "strict_peaks",
]
