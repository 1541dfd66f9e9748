"""A report as a page that stands alone: no script, nothing fetched, light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib.resources import files
from math import isfinite
from string import Template

from gifworthy.experiments.curve import lift_curve
from gifworthy.experiments.report import Report
from gifworthy.experiments.speech import gain, notes, span, summary, told
from gifworthy.experiments.tally import CTR
from gifworthy.experiments.videos import VideoResult

MOST_VIDEOS = 200
Cells = Sequence[str]


def page(report: Report) -> str:
    """The whole page."""
    place = files("gifworthy.experiments")
    return Template((place / "page.html").read_text("utf-8")).substitute(
        title=escape(report.experiment.name), style=style(), body=fragment(report)
    )


def style() -> str:
    """The rules that the fragment needs, all below `.experiment`."""
    return (files("gifworthy.experiments") / "page.css").read_text("utf-8")


def fragment(report: Report, heading: bool = True) -> str:
    """What another page may hold: no scripts, no style attributes. heading: whether it says the name."""
    parts = [f"<h1>{escape(report.experiment.name)}</h1>" if heading else "", _verdict(report)]
    parts.append(_section("Arms", "What each arm got, and its rates.", *_arms(report)))
    if report.verdict.outcome != "mismatch" and report.outlook.views:
        parts += _found(report)
    told_notes = "".join(f"<li>{escape(note)}</li>" for note in notes(report))
    parts.append(f'<h2>How this was counted</h2><ul class="notes">{told_notes}</ul>')
    return f'<article class="experiment">{"".join(parts)}</article>'


def _found(report: Report) -> list[str]:
    control = report.arms[0].name
    drawn = lift_curve(report)
    caption = f"By how much each rate is above that of {control}; 95 %, at every look."
    parts = [
        f"<h2>Lift of the click-through rate over {escape(control)}, as views came in</h2>",
        f'<div class="chart">{drawn}</div>' if drawn else "<p>Too few clicks yet.</p>",
        _section("Lifts", caption, *_lifts(report)),
    ]
    caption = "Of the claims marked sure, at most 1 in 20 is wrong, however often one looks."
    return [*parts, _section("Videos", caption, *_videos(report))]


def _verdict(report: Report) -> str:
    verdict = report.verdict
    kind = verdict.outcome.replace(" ", "-")
    title: str = verdict.outcome
    if verdict.winner is not None:
        title = f"winner: {report.arms[verdict.winner].name}"
    lines = "".join(f"<p>{escape(line)}</p>" for line in summary(report))
    return (
        f'<div class="verdict {kind}" role="status"><strong>{escape(title)}</strong>{lines}</div>'
    )


def _arms(report: Report) -> tuple[Cells, list[Cells]]:
    others = [rate.metric for rate in report.arms[0].rates if rate.metric is not CTR]
    heading = ["arm", "units", "views", "clicks", "CTR pooled", "CTR mean of videos"]
    rows: list[Cells] = []
    for arm in report.arms:
        mean = f"{arm.mean_of_videos:.2f} %" if isfinite(arm.mean_of_videos) else "…"
        pooled, *rates = [told(rate.metric, rate.value) for rate in arm.rates]
        counts = [f"{each:,}" for each in (arm.units, arm.views, arm.clicks)]
        rows.append([escape(arm.name), *counts, pooled, mean, *rates])
    return [*heading, *(metric.name for metric in others)], rows


def _lifts(report: Report) -> tuple[Cells, list[Cells]]:
    rows: list[Cells] = []
    for lift in report.lifts:
        name = escape(report.arms[lift.arm].name)
        guard = report.guards[lift.arm - 1] if lift.metric.name == "dwell per click" else ""
        cell = _coloured(lift.low, lift.high, span(lift))
        rows.append([name, lift.metric.name, gain(lift), cell, guard])
        if lift.metric == CTR:
            mean = report.by_videos[lift.arm - 1]
            cell = _coloured(mean.low, mean.high, span(mean))
            rows.append([name, "the same, videos alike", gain(mean), cell, ""])
    return ["arm", "rate", "lift", "between", "guardrail"], rows


def _coloured(low: float, high: float, text: str) -> str:
    kind = "sure" if low > 0 else "worse" if high < 0 else ""
    return f'<span class="{kind}">{text}</span>' if kind else text


def _videos(report: Report) -> tuple[Cells, list[Cells]]:
    names = [arm.name for arm in report.arms]
    heading = ["video", *(f"{name}: clicks of views" for name in names)]
    heading += [f"{name}: lift between" for name in names[1:]]
    rows: list[Cells] = [
        [escape(report.named(video)), *_video(video)] for video in report.videos[:MOST_VIDEOS]
    ]
    left = len(report.videos) - MOST_VIDEOS
    if left > 0:
        rows.append([f"and {left:,} more in the JSON", *([""] * (len(heading) - 1))])
    return heading, rows


def _video(video: VideoResult) -> Cells:
    counts = [f"{arm.clicks:,} of {arm.views:,}" for arm in video.arms]
    lifts = []
    for arm in video.arms[1:]:
        text = span(arm) if isfinite(arm.high) else "…"
        better = "sure" if arm.value > 0 else "worse"
        lifts.append(f'<span class="{better}">{text}, sure</span>' if arm.is_sure else text)
    return [*counts, *lifts]


def _section(title: str, caption: str, heading: Cells, rows: Sequence[Cells]) -> str:
    """A table; on a phone each row is a list of its cells with their columns' names, so none is cut."""
    head = "".join(f'<th scope="col" role="columnheader">{escape(cell)}</th>' for cell in heading)
    body = "".join(_row(heading, row) for row in rows)
    return (
        f'<h2>{title}</h2><div class="wide" tabindex="0" role="region" aria-label="{title}">'
        f'<table role="table"><caption>{escape(caption)}</caption>'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{body}</tbody></table></div>'
    )


def _row(heading: Cells, row: Cells) -> str:
    """The roles are written out, as a table that is shown as a list loses its own."""
    cells = "".join(
        f'<td role="cell" data-of="{escape(name, quote=True)}">{cell}</td>'
        for name, cell in zip(heading[1:], row[1:], strict=True)
    )
    return f'<tr role="row"><th scope="row" role="rowheader">{row[0]}</th>{cells}</tr>'
