"""What is kept of a video so that it is looked over once and rendered in any style.

The storyboard, and the scan without its pictures (`reduced.py`): some 60 KB for half a minute, half a
megabyte for an hour. Rendering from it gives the same bytes as rendering after a scan.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from gifworthy.errors import BatchUnreadable
from gifworthy.flaws import flaws
from gifworthy.reduced import Reduced, sums_of
from gifworthy.types import Box, Highlight, Reason, Scan, Segment, Storyboard

LAYOUT = 1
SPANS = ("bounds", "transitions")
ARRAYS = tuple(
    field.name
    for field in fields(Reduced)
    if field.name not in (*SPANS, "frames", "sums", "words", "marks")
)


@dataclass(frozen=True)
class Analysis:
    """What was found out about a video.

    warnings: what was wrong with it when it was looked over. ends: as `ends.py` makes them.
    """

    storyboard: Storyboard
    scan: Reduced
    warnings: tuple[str, ...] = ()
    ends: bytes = b""


def reduced(scan: Scan) -> Reduced:
    """A scan without its pictures."""
    if isinstance(scan, Reduced):
        return scan
    found = flaws(scan)
    kept = {field.name: getattr(scan, field.name) for field in fields(Scan)}
    kept["frames"] = np.zeros((len(scan.times), 0, 0, 3), np.uint8)
    return Reduced(**kept, sums=sums_of(scan), words=found.words, marks=found.marks)


def packed(analysis: Analysis) -> bytes:
    """An analysis as bytes: zipped arrays (`.npz`), which numpy reads without running code."""
    scan = analysis.scan
    told = {
        "layout": LAYOUT,
        "chosen_by": analysis.storyboard.chosen_by,
        "highlights": [_highlight(highlight) for highlight in analysis.storyboard],
        "warnings": list(analysis.warnings),
        "words": list(scan.words),
    }
    data = io.BytesIO()
    np.savez_compressed(
        data,
        allow_pickle=False,
        told=np.frombuffer(json.dumps(told).encode(errors="surrogatepass"), np.uint8),
        ends=np.frombuffer(analysis.ends, np.uint8),
        bounds=_as_pairs((scan.bounds,)),
        transitions=_as_pairs(scan.transitions),
        sums=_steps(scan.sums),
        shape=np.array(scan.sums.shape),
        marks=np.packbits(scan.marks, axis=1),
        **{name: getattr(scan, name) for name in ARRAYS},
    )
    return data.getvalue()


def unpacked(data: bytes) -> Analysis:
    """The analysis that was packed. Raises: BatchUnreadable."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as kept:
            arrays = {name: kept[name] for name in kept.files}
        told = json.loads(arrays["told"].tobytes().decode(errors="surrogatepass"))
        if told["layout"] != LAYOUT:
            raise BatchUnreadable(
                f"an analysis has layout {told['layout']}, this gifworthy reads {LAYOUT}; "
                f"analyse the video again"
            )
        return _analysis(told, arrays)
    except (ValueError, OSError, EOFError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise BatchUnreadable(
            f"{len(data)} bytes are no analysis ({error}); analyse the video again"
        ) from error


def _analysis(told: dict[str, object], arrays: dict[str, NDArray[np.generic]]) -> Analysis:
    times = arrays["times"]
    kept: dict[str, object] = {name: arrays[name] for name in ARRAYS}
    scan = Reduced(
        bounds=_from_pairs(arrays["bounds"])[0],
        transitions=_from_pairs(arrays["transitions"]),
        frames=np.zeros((len(times), 0, 0, 3), np.uint8),
        sums=_summed(arrays["sums"], arrays["shape"]),
        words=tuple(told["words"]),  # type: ignore[arg-type]
        marks=np.unpackbits(arrays["marks"].astype(np.uint8), axis=1, count=len(times)).astype(
            bool
        ),
        **kept,  # type: ignore[arg-type]
    )
    highlights = tuple(map(_highlight_of, told["highlights"]))  # type: ignore[call-overload]
    board = Storyboard(highlights, str(told["chosen_by"]))
    return Analysis(board, scan, tuple(told["warnings"]), arrays["ends"].tobytes())  # type: ignore[arg-type]


def _highlight(highlight: Highlight) -> list[object]:
    """Numbers as JSON writes them are exact: rounded ones would render other bytes."""
    box, span = highlight.focus, highlight.segment
    return [
        [float(span.start), float(span.end)],
        float(highlight.score),
        None if box is None else [float(v) for v in (box.left, box.top, box.right, box.bottom)],
        [[reason.name, float(reason.value)] for reason in highlight.reasons],
    ]


def _highlight_of(told: list[list[object]]) -> Highlight:
    span, score, box, reasons = told
    return Highlight(
        Segment(*span),  # type: ignore[arg-type]
        score,  # type: ignore[arg-type]
        None if box is None else Box(*box),  # type: ignore[arg-type]
        tuple(Reason(*reason) for reason in reasons),  # type: ignore[misc]
    )


def _steps(sums: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """What changed from moment to moment, low bytes before high ones: half as large when zipped."""
    steps = np.diff(sums, axis=0, prepend=np.zeros_like(sums[:1]))
    return np.stack([steps & 255, steps >> 8]).astype(np.uint8)


def _summed(steps: NDArray[np.generic], shape: NDArray[np.generic]) -> NDArray[np.uint16]:
    low, high = steps.astype(np.uint16)
    sums = np.cumsum(low | high << 8, axis=0, dtype=np.uint16)
    return np.asarray(sums.reshape(tuple(int(n) for n in shape)), np.uint16)


def _as_pairs(spans: tuple[Segment, ...]) -> NDArray[np.float64]:
    return np.array([(span.start, span.end) for span in spans], float).reshape(-1, 2)


def _from_pairs(pairs: NDArray[np.generic]) -> tuple[Segment, ...]:
    return tuple(Segment(float(a), float(b)) for a, b in pairs.tolist())
