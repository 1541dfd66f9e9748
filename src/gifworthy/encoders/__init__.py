"""How is it written? Each part on this shelf writes one animation format."""

from gifworthy.protocols import Encoder
from gifworthy.registry import Registry

ENCODERS: Registry[type[Encoder]] = Registry(
    "encoder",
    {
        "gif": "gifworthy.encoders.gif:Gif",
        "webp": "gifworthy.encoders.webp:WebP",
        "avif": "gifworthy.encoders.avif:Avif",
        "mp4": "gifworthy.encoders.mp4:Mp4",
        "webm": "gifworthy.encoders.webm:WebM",
    },
)
