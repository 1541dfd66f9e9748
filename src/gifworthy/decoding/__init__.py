"""The room of the decoder: the container is opened here, and frames come out upright, square and RGB.

Read in this order:
    places.py       where a source lies: a file, or a remote place read in ranges
                    (remote.py: blocks and positions; web.py: http; buckets.py: object stores)
    opening.py      place -> container and picture stream: what may be opened (refusals.py: why not)
    reel.py         packets and frames as they come, damage stepped over (losses.py tells of it)
    timeline.py     when a stream starts and ends, how fast it runs, the container's own index
    source.py       seconds -> decoded frames: seeking that checks where it landed
    interlacing.py  interlaced frames -> whole ones
    look.py         which way is up, how wide a pixel is
    painting.py     decoded frame -> RGB array: size, colour, orientation
    tones.py        high dynamic range -> standard range: pure arithmetic

To look at a few key frames of a long video, near or far: choose packets from `source.index`, say so with
`source.expect(packets)` (on the web their bytes travel together), and `source.go_to_key(packet)` for each.
"""

from gifworthy.decoding.interlacing import deinterlaced
from gifworthy.decoding.look import Look
from gifworthy.decoding.painting import Painter, matrix_of
from gifworthy.decoding.source import PLAIN, Picture, Source, open_source
from gifworthy.decoding.timeline import Index

__all__ = [
    "PLAIN",
    "Index",
    "Look",
    "Painter",
    "Picture",
    "Source",
    "deinterlaced",
    "matrix_of",
    "open_source",
]
