"""Place -> container and picture stream: what may be opened, what is refused, and why."""

from __future__ import annotations

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from gifworthy.decoding.places import Place
from gifworthy.decoding.refusals import cannot_open, no_picture_stream
from gifworthy.errors import VideoUnreadable

# Containers that hold their pictures themselves. Whatever can name other files (playlists, `concat`,
# image sequences, `lavfi`, capture devices) is left out: an uploaded playlist would open local paths.
CONTAINERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,flv,live_flv,mpegts,mpeg,vob,asf,asf_o,ogg,mxf,gif,apng,"
    "wtv,rm,nut,ivf,dv,nsv,h264,hevc,vvc,av1,obu,m4v,mpegvideo,h263,h261,mjpeg,vc1,rawvideo,yuv4mpegpipe,"
    "amv,mtv,flic,smk,bink,roq,gxf,dhav,swf,wv,mp3,flac,wav,aac,ac3,aiff,w64,caf,amr"
)
LARGEST_SIDE = 16384
LARGEST_AREA = 8192 * 8192
# A container may not make the decoder open an address, nor a header make it take all the memory.
DECODER_LIMITS = {"max_pixels": str(LARGEST_AREA)}
_SAFE = {"format_whitelist": CONTAINERS, "protocol_whitelist": "file", **DECODER_LIMITS}


def open_container(place: Place) -> InputContainer:
    """The container of a place. Raises: VideoUnreadable with the likeliest reason, VideoUnreachable."""
    try:
        return av.open(place.for_decoder(), "r", options=dict(_SAFE), metadata_errors="replace")
    except (av.FFmpegError, ValueError, OSError) as error:
        place.raise_if_broken()
        raise cannot_open(place, error) from error


def picture_stream(container: InputContainer, name: str) -> VideoStream:
    """The stream to look at: the largest that is no cover picture of a song.

    Raises: VideoUnreadable when there is none, its coding is unknown, or its size is absurd.
    """
    streams = [s for s in container.streams.video if not _is_cover_art(s)]
    if not streams:
        raise VideoUnreadable(no_picture_stream(container, name))
    stream = max(streams, key=_area)
    if stream.codec_context is None:
        raise VideoUnreadable(
            f"the pictures in {name} are coded in a way nobody here knows; convert it"
        )
    check_size(stream.width, stream.height, name)
    return stream


def check_size(width: int, height: int, name: str) -> None:
    """Raises: VideoUnreadable when a picture is too large to be worth its memory."""
    if max(width, height) > LARGEST_SIDE or width * height > LARGEST_AREA:
        raise VideoUnreadable(
            f"{name} is {width}x{height} pixels; at most {LARGEST_SIDE} a side and "
            f"{LARGEST_AREA // 10**6} million in all are read: scale it down first"
        )


def _is_cover_art(stream: VideoStream) -> bool:
    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _area(stream: VideoStream) -> int:
    return (stream.width * stream.height) if stream.codec_context is not None else -1
