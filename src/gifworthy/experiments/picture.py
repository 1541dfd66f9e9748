"""A report as a picture: the lift and its interval as views came in, the rates, the videos. PNG bytes."""

from __future__ import annotations

import io
from itertools import cycle
from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np

from gifworthy.experiments.report import Report
from gifworthy.experiments.tally import CTR
from gifworthy.experiments.videos import VideoResult
from gifworthy.pictures import FAINT, HUES, INK, PAPER

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_VIDEOS = 18
MOODS = {"winner": "#2e7d4f", "mismatch": "#b3361f", "guarded": "#b26a00"}


def report_picture(report: Report) -> bytes:
    """The verdict, the lift over the views with its interval, each arm's rate, and the busiest videos."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13, 7.6), dpi=110, facecolor=PAPER)
    FigureCanvasAgg(figure)
    _head(figure, report)
    if report.verdict.outcome == "mismatch":
        _split(figure.add_axes((0.06, 0.12, 0.55, 0.62)), report)
    else:
        _over_views(figure.add_axes((0.06, 0.43, 0.55, 0.37)), report)
        _rates(figure.add_axes((0.16, 0.09, 0.45, 0.2)), report)
        _videos(figure.add_axes((0.74, 0.09, 0.24, 0.71)), report)
    out = io.BytesIO()
    figure.savefig(out, format="png")
    return out.getvalue()


def _head(figure: Figure, report: Report) -> None:
    outcome = report.verdict.outcome
    hue = MOODS.get(outcome, INK)
    figure.text(0.06, 0.94, report.experiment.name[:70], fontsize=15, weight="bold", color=INK)
    figure.text(0.98, 0.94, outcome, fontsize=15, weight="bold", color=hue, ha="right")
    figure.text(0.06, 0.925, fill(report.verdict.why, 150), fontsize=10, color=INK, va="top")


def _over_views(axes: Axes, report: Report) -> None:
    looks = report.looks
    views = np.array([look.views for look in looks])
    axes.axhline(0, color=INK, linewidth=0.9)
    for arm, hue in zip(range(1, len(report.arms)), cycle(HUES), strict=False):
        lifts = [look.lifts[arm - 1] for look in looks]
        known = np.array([lift.is_known for lift in lifts], np.bool_)
        if not known.any():
            continue
        low, value, high = (
            100 * np.array([getattr(lift, end) for lift in lifts])[known] for end in ENDS
        )
        axes.fill_between(views[known], low, high, color=hue, alpha=0.18, linewidth=0)
        axes.plot(views[known], value, color=hue, linewidth=2, label=report.arms[arm].name)
    _frame_lift(axes, report)


ENDS = ("low", "value", "high")


def _frame_lift(axes: Axes, report: Report) -> None:
    last = [lift for lift in report.lifts if lift.metric == CTR and lift.is_known]
    axes.set_xscale("log")
    if last:
        reach = 100 * max(max(abs(lift.low), abs(lift.high)) for lift in last)
        axes.set_ylim(-min(max(2 * reach, 10), 100), max(2 * reach, 10))
        axes.legend(frameon=False, fontsize=9, loc="upper right")
    else:
        axes.text(
            0.5, 0.6, "too few clicks yet", transform=axes.transAxes, ha="center", color=FAINT
        )
    axes.set_xlabel("views", fontsize=9, color=INK)
    axes.set_title(
        f"click-through rate against {report.arms[0].name}, %: any look may be the last",
        fontsize=10.5,
        color=INK,
        loc="left",
    )
    _bare(axes)


def _rates(axes: Axes, report: Report) -> None:
    """Each arm's rate; the whisker is its interval, the open ring the mean over videos."""
    for row, (arm, hue) in enumerate(zip(report.arms, cycle([FAINT, *HUES]), strict=False)):
        rate = arm.rates[0]
        if np.isfinite(rate.high):
            axes.plot(
                [rate.low, rate.high], [row, row], color=hue, linewidth=2.5, solid_capstyle="butt"
            )
        axes.plot(rate.value, row, "o", color=hue, markersize=8)
        axes.plot(arm.mean_of_videos, row, "o", mfc="none", mec=INK, markersize=11)
    axes.set_yticks(range(len(report.arms)), [f"{arm.name[:24]}" for arm in report.arms])
    axes.set_ylim(len(report.arms) - 0.5, -0.5)
    axes.set_title(
        "clicks of 100 views, pooled (dot), mean of videos (ring)", fontsize=10.5, loc="left"
    )
    _bare(axes)


def _videos(axes: Axes, report: Report) -> None:
    shown = [video for video in report.videos if _best(video) is not None][:MOST_VIDEOS]
    axes.axvline(0, color=INK, linewidth=0.9)
    for row, video in enumerate(shown):
        arm = _best(video)
        assert arm is not None
        found = video.arms[arm]
        hue = HUES[(arm - 1) % len(HUES)] if found.is_sure else FAINT
        axes.plot([100 * found.low, 100 * found.high], [row, row], color=hue, linewidth=2.2)
        axes.plot(100 * found.value, row, "o", color=hue, markersize=5)
    axes.set_yticks(range(len(shown)), [video.video[-22:] for video in shown], fontsize=8)
    axes.set_ylim(max(len(shown), 1) - 0.4, -0.6)
    title = "video by video, lift in %" if shown else "no video has enough clicks yet"
    axes.set_title(
        f"{title}\n(coloured: at most 1 in 20 is wrong)", fontsize=10.5, loc="left", color=INK
    )
    _bare(axes)


def _best(video: VideoResult) -> int | None:
    """The arm that differs most from the control, among those of which something is known."""
    known = [arm for arm in range(1, len(video.arms)) if np.isfinite(video.arms[arm].high)]
    return max(known, key=lambda arm: abs(video.arms[arm].value)) if known else None


def _split(axes: Axes, report: Report) -> None:
    split = report.split
    rows = np.arange(len(report.arms))
    axes.barh(rows - 0.2, split.expected, 0.38, color=FAINT, label="due")
    axes.barh(rows + 0.2, split.counted, 0.38, color=MOODS["mismatch"], label="came")
    axes.set_yticks(rows, [arm.name[:24] for arm in report.arms])
    axes.invert_yaxis()
    axes.legend(frameon=False)
    axes.set_title("units in each arm", fontsize=10.5, loc="left")
    _bare(axes)


def _bare(axes: Axes) -> None:
    axes.tick_params(colors=INK, labelsize=9)
    axes.grid(color="#eceef0", linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
