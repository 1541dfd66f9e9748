"""Where are the pieces? Each part on this shelf cuts a video into segments."""

from gifworthy.protocols import Segmenter
from gifworthy.registry import Registry

SEGMENTERS: Registry[type[Segmenter]] = Registry(
    "segmenter",
    {
        "shots": "gifworthy.segmenters.shots:Shots",
        "kts": "gifworthy.segmenters.kts:KernelChangePoints",
        "gfl": "gifworthy.segmenters.gfl:GroupFusedLasso",
        "fixed": "gifworthy.segmenters.fixed:Fixed",
        "seconds": "gifworthy.segmenters.seconds:Seconds",
    },
)
