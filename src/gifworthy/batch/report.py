"""A page about a batch that stands alone: counts, failures by cause, the slowest, a sheet of covers."""

from __future__ import annotations

import base64
import html
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from heapq import heappush, heappushpop
from pathlib import PurePosixPath
from random import Random

import numpy as np
import pyarrow as pa
from PIL import Image

from gifworthy.batch.earlier import Look
from gifworthy.batch.page import PAGE
from gifworthy.batch.storage import Bucket, Folder
from gifworthy.decoding.addresses import shown, told

NAME = "report.html"
SLOWEST, EXAMPLES, SHEET = 20, 3, 60
THUMBNAIL, THUMBNAIL_QUALITY = (240, 240), 70
BARS = 24
COLUMNS = (
    *("source", "cover", "still", "error", "size_bytes", "duration", "tries", "avoided", "scanned"),
    *("opening_seconds", "choosing_seconds", "rendering_seconds", "saving_seconds"),
    *("processor_seconds", "read_bytes", "written_bytes", "highlights"),
)
STAGES = ("opening", "choosing", "rendering", "saving")
Row = dict[str, object]


@dataclass
class Findings:
    """What a table says, gathered row by row: memory does not grow with it."""

    made: int = 0
    avoiding: int = 0
    duration: float = 0.0
    processor: float = 0.0
    read: int = 0
    written: int = 0
    stages: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STAGES, 0.0))
    causes: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    sheet: list[Row] = field(default_factory=list)
    seconds: Counter[int] = field(default_factory=Counter)
    _random: Random = field(default_factory=lambda: Random(0))

    def take(self, rows: pa.Table) -> None:
        """Add the rows of one part."""
        for row in rows.to_pylist():
            self._time(row)
            if row["error"]:
                self._fail(str(row["source"]), row["error"])
            else:
                self._make(row)

    def _time(self, row: Row) -> None:
        stages = {name: float(row[f"{name}_seconds"] or 0) for name in STAGES}  # type: ignore[arg-type]
        self.stages = {name: self.stages[name] + stages[name] for name in STAGES}
        seconds = sum(stages.values())
        self.seconds[_bin(seconds)] += 1
        self.processor += float(row["processor_seconds"] or 0)  # type: ignore[arg-type]
        self.read += int(row["read_bytes"] or 0)  # type: ignore[call-overload]
        push = heappush if len(self.slowest) < SLOWEST else heappushpop
        push(self.slowest, (seconds, shown(str(row["source"]))))

    def _fail(self, source: str, error: dict[str, object]) -> None:
        kind = str(error["type"])
        self.causes[kind] += 1
        examples = self.examples.setdefault(kind, [])
        if len(examples) < EXAMPLES:
            examples.append((shown(source), told(str(error["message"]), source)))

    def _make(self, row: Row) -> None:
        self.made += 1
        self.avoiding += bool(row["avoided"])
        self.duration += float(row["duration"] or 0)  # type: ignore[arg-type]
        self.written += int(row["written_bytes"] or 0)  # type: ignore[call-overload]
        if len(self.sheet) < SHEET:
            self.sheet.append(row)
        elif (place := self._random.randrange(self.made)) < SHEET:
            self.sheet[place] = row


def report(
    storage: Folder | Bucket, title: str, parts: Iterable[pa.Table], others: Sequence[Look] = ()
) -> str:
    """The page, as HTML that needs no other file; covers are linked from the folder it lies in.

    Args: parts: of one look, so that every video is there once. others: looks that are only named.
    """
    found = Findings()
    for rows in parts:
        found.take(rows)
    sections = [_figures(found), _others(others), _failures(found), _times(found)]
    sections.append(_sheet(storage, found))
    return PAGE.format(title=html.escape(title), body="\n".join(sections))


def _figures(found: Findings) -> str:
    hours = found.duration / 3600
    figures = {
        "covers": f"{found.made:,}",
        "failed": f"{found.causes.total():,}",
        "hours of video": f"{hours:,.1f}",
        "of covers and stills": _size(found.written),
        "processor time": _time(found.processor),
        "of it an hour of video": _time(found.processor / hours) if hours else "-",
        "read": _size(found.read),
        "covers kept off a shared intro": f"{found.avoiding:,}",
    }
    cells = "".join(
        f"<div><b>{value}</b><span>{name}</span></div>" for name, value in figures.items()
    )
    return f'<section class="figures">{cells}</section>'


def _others(others: Sequence[Look]) -> str:
    told = "; ".join(
        f"{html.escape(look.name)}: {look.covers:,} covers, {look.failed:,} failed"
        for look in others
    )
    return f"<p><small>Other looks here, not counted above: {told}</small></p>" if told else ""


def _failures(found: Findings) -> str:
    if not found.causes:
        return "<section><h2>Failures</h2><p>None.</p></section>"
    most = max(found.causes.values())
    rows = "".join(
        f"<tr><th>{html.escape(kind)}</th><td>{count:,}</td>"
        f'<td class="bar"><i style="width:{100 * count / most:.1f}%"></i></td>'
        f"<td>{_examples(found.examples[kind])}</td></tr>"
        for kind, count in found.causes.most_common()
    )
    return f"<section><h2>Failures by cause</h2><table>{rows}</table></section>"


def _examples(examples: list[tuple[str, str]]) -> str:
    return "".join(
        f"<details><summary>{html.escape(PurePosixPath(source).name)}</summary>"
        f"<p>{html.escape(source)}</p><p>{html.escape(message)}</p></details>"
        for source, message in examples
    )


def _times(found: Findings) -> str:
    total = max(1e-9, sum(found.stages.values()))
    shares = "".join(
        f'<i class="stage{place}" style="width:{100 * found.stages[name] / total:.2f}%" '
        f'title="{name} {100 * found.stages[name] / total:.0f} %"></i>'
        for place, name in enumerate(STAGES)
    )
    legend = "".join(
        f'<li><i class="stage{place}"></i>{name} {100 * found.stages[name] / total:.0f} %</li>'
        for place, name in enumerate(STAGES)
    )
    slow = "".join(
        f"<tr><td>{_time(seconds)}</td><td>{html.escape(source)}</td></tr>"
        for seconds, source in sorted(found.slowest, reverse=True)
    )
    return (
        f"<section><h2>Where the time went</h2><div class='stages'>{shares}</div>"
        f"<ul class='legend'>{legend}</ul>{_histogram(found.seconds)}</section>"
        f"<section><h2>The slowest</h2><table>{slow}</table></section>"
    )


def _histogram(seconds: Counter[int]) -> str:
    """How long one video takes: a bar for each third of a power of ten."""
    if not seconds:
        return ""
    first, last = min(seconds), max(seconds)
    most, count = max(seconds.values()), last - first + 1
    wide = 720 / max(count, 6)
    bars = "".join(
        f'<rect x="{(n - first) * wide + 1:.1f}" y="{100 - 100 * seconds[n] / most:.1f}" '
        f'width="{wide - 2:.1f}" height="{100 * seconds[n] / most:.1f}">'
        f"<title>{_edge(n)} to {_edge(n + 1)}: {seconds[n]:,} videos</title></rect>"
        f'<text x="{(n - first) * wide + wide / 2:.1f}" y="116">{_edge(n)}</text>'
        for n in range(first, last + 1)
    )
    return f'<svg viewBox="0 0 720 122" role="img" aria-label="Seconds a video">{bars}</svg>'


def _sheet(storage: Folder | Bucket, found: Findings) -> str:
    cells = "".join(
        _cell(storage, row) for row in sorted(found.sheet, key=lambda r: str(r["source"]))
    )
    told = f"{len(found.sheet)} of {found.made:,}, drawn by lot" if found.made > SHEET else "all"
    return f'<section><h2>Covers <small>({told})</small></h2><div class="sheet">{cells}</div></section>'


def _cell(storage: Folder | Bucket, row: Row) -> str:
    name = html.escape(PurePosixPath(shown(str(row["source"]))).name)
    picture = _thumbnail(storage.read(str(row["still"])))
    still = (
        f'<img src="data:image/jpeg;base64,{picture}" alt="cover of {name}" loading="lazy">'
        if picture
        else "<p>its still is not there</p>"
    )
    link = html.escape(str(row["cover"]))
    return (
        f'<figure><a href="{link}">{still}</a>'
        f"<figcaption>{name}<br><small>{_size(float(str(row['size_bytes'])))}</small></figcaption></figure>"
    )


def _thumbnail(still: bytes | None) -> str:
    if still is None:
        return ""
    picture = Image.open(io.BytesIO(still))
    picture.thumbnail(THUMBNAIL)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=THUMBNAIL_QUALITY)
    return base64.b64encode(file.getvalue()).decode()


def _bin(seconds: float) -> int:
    """Thirds of a power of ten, from a thousandth of a second on."""
    return int(np.floor(3 * np.log10(max(seconds, 1e-3))))


def _edge(number: int) -> str:
    return _time(float(f"{10 ** (number / 3):.2g}"))


def _time(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.3g} s"
    return f"{seconds / 60:.3g} min" if seconds < 7200 else f"{seconds / 3600:,.1f} h"


def _size(size_bytes: float) -> str:
    for unit in ("B", "KB", "MB", "GB"):
        if size_bytes < 1000:
            return f"{size_bytes:.3g} {unit}"
        size_bytes /= 1000
    return f"{size_bytes:,.1f} TB"
