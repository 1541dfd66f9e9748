"""Learning curves: in TensorBoard while a net learns, and as a picture when it has."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gifworthy.errors import MissingExtra
from gifworthy.learning.states import Point, State

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from torch.utils.tensorboard import SummaryWriter

INK, FAINT, PAPER = "#22262b", "#9aa1a9", "#ffffff"
HUES = ("#3d7ea6", "#e08d3c", "#5aa469", "#c8553d", "#8367c7", "#d5a021", "#4bb3a7", "#b56b8c")
GRID = "#e6e8eb"
VALIDATION = "validation "
PANELS_A_ROW, FEW_POINTS, LEAST_SPAN = 4, 40, 0.1


class Board:
    """TensorBoard's file of one net; opened with the first point.

    Args: step: where this part of the training begins; what an earlier part wrote beyond it is hidden.
    """

    def __init__(self, folder: Path, step: int) -> None:
        self._folder, self._step = folder, step
        self._writer: SummaryWriter | None = None

    def add(self, point: Point) -> None:
        """One point. Raises: MissingExtra without TensorBoard."""
        if self._writer is None:
            self._writer = _opened(self._folder, self._step)
        self._writer.add_scalar(point.name.replace(" ", "/"), point.value, point.step)

    def close(self) -> None:
        """Write what is left."""
        if self._writer is not None:
            self._writer.close()


def _opened(folder: Path, step: int) -> SummaryWriter:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise MissingExtra(
            f"learning curves need {error.name or 'tensorboard'}; pip install 'gifworthy[train]'"
        ) from error
    return SummaryWriter(str(folder), purge_step=step + 1 if step else None)


def curves(title: str, states: Mapping[str, State]) -> bytes:
    """The loss and each validation metric over the steps, every net a line: PNG bytes.

    The dot is the validation whose weights were kept.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    names = _names(states)
    columns = min(len(names), PANELS_A_ROW)
    rows = math.ceil(len(names) / columns)
    size = (4.4 * columns, 0.4 + 3.2 * rows)
    figure = Figure(figsize=size, dpi=110, facecolor=PAPER, layout="constrained")
    FigureCanvasAgg(figure)
    figure.suptitle(title, fontsize=12, weight="bold", color=INK, x=0.01, ha="left")
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, name in zip(panels, names, strict=False):
        _panel(axes, name, states)
    for axes in panels[len(names) :]:
        axes.set_visible(False)
    out = io.BytesIO()
    figure.savefig(out, format="png")
    return out.getvalue()


def _names(states: Mapping[str, State]) -> list[str]:
    found = dict.fromkeys(point.name for state in states.values() for point in state.points)
    return sorted(found, key=lambda name: name != "loss") or ["loss"]


def _line(axes: Axes, steps: list[int], values: list[float], hue: str, net: str) -> None:
    """A curve; one of many points is faint, with its running mean drawn over it."""
    if len(values) < FEW_POINTS:
        axes.plot(steps, values, color=hue, lw=1.4, marker="o", ms=2.5, label=net)
        return
    axes.plot(steps, values, color=hue, lw=0.7, alpha=0.35)
    half = len(values) // 40
    sums = np.concatenate([[0.0], np.cumsum(values)])
    last = np.minimum(np.arange(len(values)) + half + 1, len(values))
    first = np.maximum(np.arange(len(values)) - half, 0)
    axes.plot(steps, (sums[last] - sums[first]) / (last - first), color=hue, lw=1.6, label=net)


def _panel(axes: Axes, name: str, states: Mapping[str, State]) -> None:
    from matplotlib.ticker import MaxNLocator

    kept_values = []
    for hue, (net, state) in zip(cycle(HUES), states.items(), strict=False):
        points = [point for point in state.points if point.name == name]
        steps, values = [p.step for p in points], [p.value for p in points]
        _line(axes, steps, values, hue, net)
        for kept in points if name.startswith(VALIDATION) and state.best else ():
            if kept.step == state.best_step:
                axes.plot([kept.step], [kept.value], "o", color=hue, ms=8, mec=PAPER, mew=1.5)
                kept_values.append(f"{kept.value:.3f}")
    axes.set_title(name, fontsize=10, color=INK, loc="left")
    axes.set_title(f"kept {' '.join(kept_values)}" if kept_values else "", fontsize=9, loc="right")
    axes.set_xlabel("steps", fontsize=9, color=FAINT)
    axes.margins(y=0.12)
    low, high = axes.get_ylim()
    if high - low < LEAST_SPAN:  # a curve that stands still is drawn so, without its last digits
        axes.set_ylim((low + high - LEAST_SPAN) / 2, (low + high + LEAST_SPAN) / 2)
    axes.ticklabel_format(axis="y", useOffset=False)
    axes.grid(True, color=GRID, lw=0.7)
    axes.tick_params(labelsize=8, colors=FAINT, length=0)
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.spines[:].set_visible(False)
    if len(states) > 1:
        axes.legend(fontsize=8, frameon=False)
