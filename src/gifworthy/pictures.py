"""What a person would rather look at: contact sheets, and the scores of a video over its time."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import cycle
from math import ceil
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from gifworthy.moments import clock
from gifworthy.pipeline import Candidate, Ranking
from gifworthy.types import Clip, Floats
from gifworthy.video import Video

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STILLS = 6
MANY = 60
"""Pieces from which on white gaps between the bars would hide them."""
STILL_WIDTH = 320
INK, FAINT, PAPER = "#22262b", "#9aa1a9", "#ffffff"
HUES = (
    "#3d7ea6",
    "#e08d3c",
    "#5aa469",
    "#c8553d",
    "#8367c7",
    "#d5a021",
    "#4bb3a7",
    "#b56b8c",
    "#7d8590",
    "#94664a",
)
STILLS_BOTTOM, STILLS_TOP = 0.66, 0.87
SCORES_BOTTOM, SCORES_TOP = 0.15, 0.57
LEFT, RIGHT = 0.055, 0.985


def contact_sheet(clip: Clip, columns: int = 8, width: int = 160) -> bytes:
    """All frames of a clip side by side, each with its time: PNG bytes.

    Args: columns: frames in a row. width: pixels of each frame.
    Raises: ValueError when the clip has no frame.
    """
    if not len(clip):
        raise ValueError("a contact sheet needs at least one frame")
    columns = min(columns, len(clip))
    height, line = max(1, round(clip.height * width / clip.width)), 16
    rows = ceil(len(clip) / columns)
    sheet = Image.new("RGB", (columns * width, rows * (height + line)), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(11)
    for number, (frame, time) in enumerate(zip(clip.frames, clip.times, strict=True)):
        x, y = number % columns * width, number // columns * (height + line)
        sheet.paste(Image.fromarray(frame).resize((width, height)), (x, y + line))
        pen.text((x + 3, y + 2), f"{number}   {clock(float(time))}", "black", font)
    return _png(sheet)


def ranking_sheet(video: Video, ranking: Ranking) -> bytes:
    """The scores of a video over its time, with stills of its best pieces: PNG bytes.

    Each piece is a bar as wide as it is long, made of its reasons: what added to the score stands
    above the line, what took away hangs below it, and the black mark is the score. What the gate
    refused is hatched, with its word.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(14, 7.4), dpi=110, facecolor=PAPER)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((LEFT, SCORES_BOTTOM, RIGHT - LEFT, SCORES_TOP - SCORES_BOTTOM))
    scored = [piece for piece in ranking.candidates if piece.score is not None]
    _title(figure, video, ranking, len(scored))
    _bars(axes, scored)
    _set_axes(axes, video, scored)
    _refused(axes, [piece for piece in ranking.candidates if piece.score is None])
    _stills(figure, axes, video, scored[:STILLS])
    out = io.BytesIO()
    figure.savefig(out, format="png")
    return out.getvalue()


def _title(figure: Figure, video: Video, ranking: Ranking, scored: int) -> None:
    refused = len(ranking.candidates) - scored
    facts = f"{clock(video.duration)}   {scored} candidates   {refused} refused   {ranking.scorer}"
    figure.text(LEFT, 0.955, video.name[-90:], fontsize=14, weight="bold", color=INK, va="center")
    figure.text(RIGHT, 0.955, facts, fontsize=10, color=FAINT, ha="right", va="center")


def _bars(axes: Axes, scored: Sequence[Candidate]) -> None:
    """Reasons stacked up and down from the line, the heaviest next to it; the score as a mark.

    A reason has the same hue in every video, as its hue goes by the scorer's order.
    """
    if not scored:
        return
    starts = np.array([piece.segment.start for piece in scored])
    widths = np.array([piece.segment.duration for piece in scored])
    scores = np.array([piece.score for piece in scored], dtype=np.float64)
    above, below = np.zeros(len(scored)), np.zeros(len(scored))
    terms = _terms(scored)
    hues = dict(zip(terms, cycle(HUES), strict=False))
    for name in sorted(terms, key=lambda name: -float(np.abs(terms[name]).sum())):
        values = terms[name]
        base = np.where(values >= 0, above, below)
        axes.bar(
            starts,
            values,
            widths,
            base,
            align="edge",
            color=hues[name],
            label=name,
            linewidth=0.4 if len(scored) < MANY else 0.0,
            edgecolor=PAPER,
        )
        above, below = above + values.clip(min=0), below + values.clip(max=0)
    if not terms:
        axes.bar(starts, scores, widths, align="edge", color=FAINT, edgecolor=PAPER)
    axes.hlines(scores, starts, starts + widths, color=INK, linewidth=2.2, zorder=4, label="score")


def _terms(scored: Sequence[Candidate]) -> dict[str, Floats]:
    """Each reason's value for every piece, in the scorer's order; 0 where it is not given."""
    values: dict[str, Floats] = {}
    for place, piece in enumerate(scored):
        for reason in piece.reasons:
            values.setdefault(reason.name, np.zeros(len(scored)))[place] = reason.value
    return values


def _set_axes(axes: Axes, video: Video, scored: Sequence[Candidate]) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.set_xlim(0, max(video.duration, 0.1))
    axes.margins(y=0.08)
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.xaxis.set_major_locator(MaxNLocator(12))
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda at, _: clock(max(0.0, at)).removesuffix(".0"))
    )
    axes.tick_params(colors=INK, labelsize=9)
    axes.set_ylabel("score, and what makes it", fontsize=10, color=INK)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    if scored:
        axes.legend(
            ncols=12, loc="upper left", bbox_to_anchor=(-0.01, -0.11), frameon=False, fontsize=9
        )


def _refused(axes: Axes, refused: Sequence[Candidate]) -> None:
    length = axes.get_xlim()[1]
    for piece in refused:
        start, end = piece.segment.start, piece.segment.end
        axes.axvspan(start, end, facecolor="#f1f2f4", edgecolor="#c3c8ce", hatch="///", zorder=0)
        word = piece.refused.word if piece.refused else ""
        axes.text(
            piece.segment.middle,
            0.5,
            word,
            transform=axes.get_xaxis_transform(),
            fontsize=9,
            rotation=0 if end - start > 0.09 * length else 90,
            ha="center",
            va="center",
            color=INK,
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 2.0},
        )


def _stills(figure: Figure, axes: Axes, video: Video, best: Sequence[Candidate]) -> None:
    """The best pieces in order of time, each tied to its bar and numbered by its rank."""
    if not best:
        return
    in_time = sorted(range(len(best)), key=lambda rank: best[rank].segment)
    moments = np.array([best[rank].segment.middle for rank in in_time])
    clip = video.frames_at(moments, STILL_WIDTH)
    share = (RIGHT - LEFT) / STILLS
    for left, rank, frame in zip(_lefts(moments, video, share), in_time, clip.frames, strict=True):
        still = figure.add_axes(
            (left + 0.006, STILLS_BOTTOM, share - 0.012, STILLS_TOP - STILLS_BOTTOM)
        )
        still.imshow(frame)
        still.set_axis_off()
        still.set_title(_caption(best[rank], rank), fontsize=9.5, color=INK, pad=5)
        _tie(axes, still, best[rank])


def _lefts(moments: Floats, video: Video, share: float) -> Floats:
    """Where each still begins: above its moment, moved aside only as far as the others need."""
    places = np.arange(len(moments)) * share
    wanted = LEFT + (RIGHT - LEFT) * moments / max(video.duration, 0.1) - share / 2
    apart = np.maximum.accumulate(np.maximum(wanted, LEFT) - places)
    last = RIGHT - share * len(moments)
    return np.asarray(np.minimum(apart, last) + places)


def _caption(piece: Candidate, rank: int) -> str:
    span = f"{clock(piece.segment.start)} to {clock(piece.segment.end)}"
    return f"{rank + 1}.   {span}   {piece.score:+.2f}"


def _tie(axes: Axes, still: Axes, piece: Candidate) -> None:
    from matplotlib.patches import ConnectionPatch

    axes.add_artist(
        ConnectionPatch(
            (0.5, 0.0),
            (piece.segment.middle, piece.score or 0.0),
            "axes fraction",
            "data",
            axesA=still,
            axesB=axes,
            color=FAINT,
            linewidth=0.9,
            clip_on=False,
            zorder=3,
        )
    )


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
