"""One pass over a video: what there is to see and hear, when, in memory that does not grow with its length.

Read in this order:
    scanning.py     how much is decoded, and what comes of it
    passes.py       one stretch decoded from start to end
    ahead.py        decoding while the last pictures are looked at
    probing.py      the quick pass: key frames and a little after each (keys.py: which)
    thumbnails.py   decoded frame -> a little picture
    watching.py     thumbnails in order of time -> moments
    gathering.py    all that was watched -> one scan
    looks.py        what one thumbnail looks like
    cuts.py         where one shot ends and the next begins at once
    transitions.py  where one shot turns into the next gradually
    flashes.py      where the light goes up and down
    ledger.py       what packets and sound tell, without pictures
    keeping.py      a scan as bytes, and back
"""

from gifworthy.scan.keeping import packed, unpacked
from gifworthy.scan.scanning import scan_video

__all__ = ["packed", "scan_video", "unpacked"]
