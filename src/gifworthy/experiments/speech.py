"""A report in words and numbers: for a terminal, and as JSON for programs."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

from gifworthy.experiments.lifts import Lift, Rate
from gifworthy.experiments.mismatch import Mismatch
from gifworthy.experiments.outlook import Outlook
from gifworthy.experiments.report import Report
from gifworthy.experiments.tally import CTR, Metric
from gifworthy.experiments.videos import VideoArm, VideoResult
from gifworthy.records.experiments import Design

MOST_VIDEOS = 20
REPEATING = 1.005
"""Design effects below are told as 1.00, which says nothing."""


def as_text(report: Report, videos: int = MOST_VIDEOS) -> str:
    """What a person reads in a terminal: the verdict first, then the figures. videos: how many at most."""
    lines = [f"{report.experiment.name}: {report.verdict.outcome}"]
    lines += [f"  {line}" for line in summary(report)] + [""]
    lines += _grid(_arms_table(report))
    if report.verdict.outcome != "mismatch":
        lines += ["", *_grid(_lifts_table(report))]
        lines += ["", *_grid(_videos_table(report, videos))]
    return "\n".join([*lines, "", *notes(report)])


def summary(report: Report) -> list[str]:
    """Why, how long to go on, and what was planned: a line each."""
    lines = [report.verdict.why, report.outlook.says, _planned(report)]
    return [line for line in lines if line]


def _planned(report: Report) -> str:
    """Only when a person planned: the number that is taken otherwise says nothing."""
    outlook = report.outlook
    if outlook.planned == Design.planned:
        return ""
    arms = len(report.arms)
    all_arms = outlook.planned * arms // 2
    pair = "" if arms == 2 else f" ({outlook.planned:,} for two arms)"
    share = 100 * outlook.views / all_arms
    return f"planned: {all_arms:,} views{pair}; {outlook.views:,} are counted ({share:.0f} %)"


def notes(report: Report) -> list[str]:
    """What was counted, and what was not: a line each."""
    counted = report.counted
    lines = [_split_note(report)]
    if counted.robots:
        rules = "; ".join(f"{rule}: {count}" for rule, count in counted.robots)
        odd = " (oddly more in one arm)" if counted.robots_split.is_found else ""
        lines.append(f"programs taken out{odd}, units: {rules}")
    if counted.left_out:
        reasons = "; ".join(f"{reason}: {count}" for reason, count in counted.left_out)
        lines.append(f"exposures that do not count: {reasons}")
    effect = [lift.repeats for lift in report.lifts if lift.metric == CTR and lift.is_known]
    if effect and max(effect) >= REPEATING:
        lines.append(
            f"people repeat: errors are those of {max(effect):.2f} times fewer views (design effect)"
        )
    if report.outlook.views:
        lines.append(
            "intervals hold however often this is read: 95 % for each rate, over all arms and looks"
        )
    return lines


def as_json(report: Report) -> str:
    """All of it, one JSON object; unknown ends of intervals are null."""
    return json.dumps(fields(report), ensure_ascii=False, allow_nan=False)


def fields(report: Report) -> dict[str, object]:
    """The JSON object, before it is written."""
    experiment, verdict = report.experiment, report.verdict
    sound = verdict.outcome != "mismatch"
    return {
        "experiment": experiment.id,
        "name": experiment.name,
        "arms": list(experiment.design.arms),
        "created": experiment.created,
        "ended": experiment.ended,
        "outcome": verdict.outcome,
        "winner": None if verdict.winner is None else experiment.design.arms[verdict.winner],
        "why": verdict.why,
        "outlook": _outlook_fields(report.outlook),
        "guards": dict(zip(experiment.design.arms[1:], report.guards, strict=True)),
        "split": _split_fields(report.split),
        "robots": {
            "units": dict(report.counted.robots),
            "split": _split_fields(report.counted.robots_split),
        },
        "left_out": dict(report.counted.left_out),
        "results": [
            {
                "arm": arm.name,
                "units": arm.units,
                "views": arm.views,
                "clicks": arm.clicks,
                "rates": [_rate_fields(rate) for rate in arm.rates],
                "mean_of_videos": _number(arm.mean_of_videos),
            }
            for arm in report.arms
        ],
        "lifts": [_lift_fields(report, lift) for lift in report.lifts] if sound else [],
        "lifts_by_videos": [_lift_fields(report, lift) for lift in report.by_videos]
        if sound
        else [],
        "looks": [
            {
                "at": look.at,
                "views": look.views,
                "lifts": [_lift_fields(report, lift) for lift in look.lifts],
            }
            for look in (report.looks if sound else ())
        ],
        "videos": [_video_fields(report, video) for video in report.videos] if sound else [],
    }


def percent(share: float, signed: bool = True) -> str:
    """A share as percent for people; unknown as an ellipsis."""
    if not math.isfinite(share):
        return "…"
    return f"{100 * share:+.1f} %" if signed else f"{100 * share:.2f} %"


def gain(lift: Lift) -> str:
    """A lift for people; an ellipsis while too little is known."""
    return percent(lift.value) if lift.is_known else "…"


def span(lift: Lift | VideoArm) -> str:
    """An interval for people."""
    if not math.isfinite(lift.high):
        return "not known yet"
    return f"{100 * lift.low:+.1f} to {100 * lift.high:+.1f} %"


def told(metric: Metric, value: float) -> str:
    """A rate with its unit; an ellipsis while there is nothing to rate."""
    if not math.isfinite(value):
        return "…"
    digits = 2 if metric.unit == "%" or value < 100 else 0
    return f"{value:.{digits}f} {metric.unit}".strip()


def _split_note(report: Report) -> str:
    split = report.split
    if not sum(split.counted):
        return "the split is not known: no views yet"
    parts = " to ".join(f"{count:,}" for count in split.counted)
    due = " to ".join(f"{round(each, 1):,.12g}" for each in split.expected)
    came = f"{_drawn(report)} came {parts} where {due} were due"
    if split.is_found:
        chance = f"makes it so odd at any look in {_in_so_many(split.chance)} experiments"
        return f"the split is NOT as it should be: {came}; chance {chance}"
    chance = f"makes it as uneven in {_in_so_many(split.chi_square_p)} experiments"
    return f"the split is as it should be: {came}; chance {chance}"


def _drawn(report: Report) -> str:
    """What an arm is drawn for, in words."""
    if report.experiment.draws_anew:
        return "draws"
    return "viewers" if report.experiment.design.by == "unit" else "pairs of viewer and video"


def _in_so_many(chance: float) -> str:
    """0.31 as `31 of 100`, 0.003 as `fewer than 1 of 100`."""
    if chance >= 0.01:
        return f"{100 * chance:.0f} of 100"
    power = min(math.floor(-math.log10(max(chance, 1e-9))), 6)
    return f"fewer than 1 of {10**power:,}"


def _arms_table(report: Report) -> list[list[str]]:
    metrics = [rate.metric for rate in report.arms[0].rates]
    table = [
        ["arm", "units", "views", "clicks", "CTR pooled", "CTR mean of videos"]
        + [metric.name for metric in metrics if metric is not CTR]
    ]
    for arm in report.arms:
        mean = f"{arm.mean_of_videos:.2f} %" if math.isfinite(arm.mean_of_videos) else "…"
        pooled, *rates = [told(rate.metric, rate.value) for rate in arm.rates]
        counts = [f"{each:,}" for each in (arm.units, arm.views, arm.clicks)]
        table.append([arm.name, *counts, pooled, mean, *rates])
    return table


def _lifts_table(report: Report) -> list[list[str]]:
    table = [[f"against {report.arms[0].name}", "of", "lift", "between", "guard"]]
    for lift in report.lifts:
        guard = report.guards[lift.arm - 1] if lift.metric.name == "dwell per click" else ""
        name = report.arms[lift.arm].name
        table.append([name, lift.metric.name, gain(lift), span(lift), guard])
        if lift.metric == CTR:
            mean = report.by_videos[lift.arm - 1]
            table.append(["", "the same, videos alike", gain(mean), span(mean), ""])
    return table


def _videos_table(report: Report, most: int) -> list[list[str]]:
    table = [["video", *(f"{arm.name}" for arm in report.arms), "lift", "between", ""]]
    for video in report.videos[:most]:
        best = max(video.arms[1:], key=lambda arm: (arm.is_sure, abs(arm.value)))
        rates = [f"{arm.clicks}/{arm.views}" for arm in video.arms]
        sure = "sure" if best.is_sure else ""
        lift = percent(best.value) if math.isfinite(best.high) else "…"
        table.append([report.named(video)[:40], *rates, lift, span(best), sure])
    more = len(report.videos) - most
    if more > 0:
        table.append([f"and {more} more", *([""] * (len(table[0]) - 1))])
    return table


def _grid(table: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    return [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]


def _split_fields(split: Mismatch) -> dict[str, object]:
    return {
        "found": split.is_found,
        "counted": list(split.counted),
        "expected": [round(each, 2) for each in split.expected],
        "chance": split.chance,
        "chi_square": _number(split.chi_square),
        "chi_square_p": split.chi_square_p,
    }


def _outlook_fields(outlook: Outlook) -> dict[str, object]:
    return {
        "planned": outlook.planned,
        "views": outlook.views,
        "needed": outlook.needed,
        "more": outlook.more,
        "days": None if outlook.days is None else _number(outlook.days),
        "says": outlook.says,
    }


def _rate_fields(rate: Rate) -> dict[str, object]:
    return {
        "metric": rate.metric.name,
        "unit": rate.metric.unit,
        "value": _number(rate.value),
        "low": _number(rate.low),
        "high": _number(rate.high),
    }


def _lift_fields(report: Report, lift: Lift) -> dict[str, object]:
    arms = report.experiment.design.arms
    return {
        "metric": lift.metric.name,
        "arm": arms[lift.arm],
        "against": arms[lift.against],
        "value": _number(lift.value) if lift.is_known else None,
        "low": _number(lift.low) if lift.is_known else None,
        "high": _number(lift.high),
        "evidence": lift.evidence,
        "repeats": _number(lift.repeats),
    }


def _video_fields(report: Report, video: VideoResult) -> dict[str, object]:
    known = [math.isfinite(arm.high) for arm in video.arms]
    return {
        "video": video.video,
        "name": report.named(video),
        "arms": [
            {
                "arm": name,
                "views": arm.views,
                "clicks": arm.clicks,
                "lift": _number(arm.value) if sound else None,
                "low": _number(arm.low) if sound else None,
                "high": _number(arm.high),
                "sure": arm.is_sure,
            }
            for name, arm, sound in zip(
                report.experiment.design.arms, video.arms, known, strict=True
            )
        ],
    }


def _number(value: float) -> float | None:
    return float(f"{value:.6g}") if math.isfinite(value) else None
