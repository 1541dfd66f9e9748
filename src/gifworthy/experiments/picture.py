"""A report as a picture: the lift and its interval as views came in, the rates, the videos. PNG bytes."""

from __future__ import annotations

import io
from itertools import cycle
from textwrap import fill
from typing import TYPE_CHECKING

import numpy as np

from gifworthy.experiments.report import Report
from gifworthy.experiments.scale import Scale, powers_between, scale_of, signed
from gifworthy.experiments.speech import summary
from gifworthy.experiments.tally import CTR, Ints
from gifworthy.experiments.videos import VideoResult
from gifworthy.pictures import FAINT, HUES, INK, PAPER

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_VIDEOS = 18
ARROWS = "\n(an arrow: the interval goes on beyond)"
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
        _over_views(figure.add_axes((0.06, 0.43, 0.55, 0.34)), report)
        _rates(figure.add_axes((0.16, 0.09, 0.45, 0.2)), report)
        _videos(figure.add_axes((0.74, 0.09, 0.24, 0.68)), report)
    out = io.BytesIO()
    figure.savefig(out, format="png")
    return out.getvalue()


def _head(figure: Figure, report: Report) -> None:
    outcome = report.verdict.outcome
    hue = MOODS.get(outcome, INK)
    figure.text(0.06, 0.955, report.experiment.name[:70], fontsize=15, weight="bold", color=INK)
    figure.text(0.98, 0.955, outcome, fontsize=15, weight="bold", color=hue, ha="right")
    told = "\n".join(fill(line, 165) for line in summary(report))
    figure.text(0.06, 0.94, told, fontsize=10, color=INK, va="top", linespacing=1.4)


def _over_views(axes: Axes, report: Report) -> None:
    looks = [look for look in report.looks if any(lift.is_known for lift in look.lifts)]
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
        axes.plot(
            views[known], value, color=hue, linewidth=2, label=_short(report.arms[arm].name, 40)
        )
    _frame_lift(axes, report, views)


ENDS = ("low", "value", "high")


def _frame_lift(axes: Axes, report: Report, views: Ints) -> None:
    shown = scale_of(lift for lift in report.lifts if lift.metric == CTR)
    if len(views):
        _set_lines(axes, shown)
        axes.set_xscale("log")
        _set_numbers(axes, views)
        _arrows(axes, report, shown)
        axes.legend(frameon=False, fontsize=9, loc="upper right")
    else:
        axes.set_yticks([])
        axes.set_xticks([])
        why = "too few clicks yet" if report.outlook.views else "no views yet"
        axes.text(0.5, 0.6, why, transform=axes.transAxes, ha="center", color=FAINT)
    axes.set_xlabel("views", fontsize=9, color=INK)
    axes.set_title(
        f"click-through rate against {_short(report.arms[0].name, 40)}: any look may be the last"
        f"{ARROWS if len(views) else ''}",
        fontsize=10.5,
        color=INK,
        loc="left",
    )
    _bare(axes)


def _set_lines(axes: Axes, shown: Scale) -> None:
    """Lifts upwards, in plain percent."""
    axes.set_ylim(100 * shown.low, 100 * shown.high)
    axes.set_yticks([100 * line for line in shown.lines], [signed(line) for line in shown.lines])


def _set_numbers(axes: Axes, views: Ints) -> None:
    """Views in plain numbers, the last one in any case."""
    first, last = int(views[0]), int(views[-1])
    width = np.log(max(last / first, 1.01))
    marks = [last]
    for mark in powers_between(first, last):
        if all(abs(np.log(mark / other)) > 0.09 * width for other in marks):
            marks.append(mark)
    axes.set_xlim(first, last)
    axes.set_xticks(marks, [f"{mark:,}" for mark in marks])
    axes.minorticks_off()


def _arrows(axes: Axes, report: Report, shown: Scale) -> None:
    """Where an interval goes on beyond the drawing."""
    for arm, hue in zip(range(1, len(report.arms)), cycle(HUES), strict=False):
        looks = [look for look in report.looks if look.lifts[arm - 1].is_known]
        for end, edge, mark in (("high", 1.0, "^"), ("low", 0.0, "v")):
            ends = np.array([getattr(look.lifts[arm - 1], end) for look in looks])
            beyond = np.flatnonzero(ends > shown.high if end == "high" else ends < shown.low)
            if not len(beyond):
                continue
            at = looks[int(beyond[len(beyond) // 2])].views
            axes.plot(
                at,
                edge,
                mark,
                color=hue,
                markersize=8,
                clip_on=False,
                transform=axes.get_xaxis_transform(),
            )


def _set_lifts(axes: Axes, shown: Scale) -> None:
    """Lifts to the right, in plain percent."""
    axes.set_xlim(100 * shown.low, 100 * shown.high)
    few = shown.lines[shown.lines.index(0.0) % 2 :: 2] if len(shown.lines) > 5 else shown.lines
    axes.set_xticks([100 * line for line in few], [signed(line) for line in few])


def _short(name: str, most: int) -> str:
    """A name that fits; its end is often what tells it from others, so the middle goes."""
    if len(name) <= most:
        return name
    return f"{name[: most // 2]}…{name[len(name) - most // 2 + 1 :]}"


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
    if not report.outlook.views:
        axes.set_xticks([])
    axes.set_yticks(range(len(report.arms)), [_short(arm.name, 20) for arm in report.arms])
    axes.set_ylim(len(report.arms) - 0.5, -0.5)
    axes.set_title(
        "clicks of 100 views, pooled (dot), mean of videos (ring)", fontsize=10.5, loc="left"
    )
    _bare(axes)


def _videos(axes: Axes, report: Report) -> None:
    listed = [video for video in report.videos if _best(video) is not None][:MOST_VIDEOS]
    shown = scale_of(arm for video in listed for arm in video.arms[1:])
    if listed:
        axes.axvline(0, color=INK, linewidth=0.9)
    for row, video in enumerate(listed):
        arm = _best(video)
        assert arm is not None
        found = video.arms[arm]
        hue = HUES[(arm - 1) % len(HUES)] if found.is_sure else FAINT
        axes.plot([100 * found.low, 100 * found.high], [row, row], color=hue, linewidth=2.2)
        if found.high > shown.high:
            axes.plot(100 * shown.high, row, ">", color=hue, markersize=6, clip_on=False)
        axes.plot(100 * found.value, row, "o", color=hue, markersize=5)
    axes.set_yticks(range(len(listed)), [_short(report.named(video), 18) for video in listed])
    axes.set_ylim(max(len(listed), 1) - 0.4, -0.6)
    _set_lifts(axes, shown)
    title = "video by video\n(coloured: at most 1 in 20 is wrong)"
    if not listed:
        title = "no video has enough clicks yet"
        axes.set_axis_off()
    axes.set_title(title, fontsize=10.5, loc="left", color=INK)
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
    axes.set_yticks(rows, [_short(arm.name, 20) for arm in report.arms])
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
