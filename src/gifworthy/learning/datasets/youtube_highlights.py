"""YouTube Highlights (Sun, Farhadi, Seitz, ECCV 2014): which 100-frame clips of raw video were kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

from gifworthy.errors import LabelsNotFound
from gifworthy.learning.datasets.facts import Fact
from gifworthy.learning.judges.clips import ClipJudge
from gifworthy.learning.judging import Judge
from gifworthy.learning.manifest import Label, Manifest, Oddities
from gifworthy.learning.rows import Row, json_file, json_table, numbers

DOMAINS = ("dog", "gymnastics", "parkour", "skating", "skiing", "surfing")
NOMINAL_FPS = 30.0
MATCH, TURK = "match", "turk"
UMT_SIZES = {"train": 247, "validation": 172}


class YouTubeHighlights:
    """The published folders `DOMAIN/VIDEO/{clip,match_label,mturk_label}.json`, or all of them in one
    `labels.json` of `{video: {domain, clips, match, mturk}}`.

    A clip's match label says whether it is in the edited video that its owner made: 1 yes, 0 on the
    edge, -1 no. `split` is UMT's, which later papers compare on.
    """

    name = "youtube-highlights"
    folders = ("youtube-highlights",)
    scale = (
        "match: 1 = kept in the owner's own edit, 0 = partly, -1 = not; turk: votes for the clip"
    )

    def read(self, folder: Path) -> Manifest:
        """Raises: LabelsNotFound, LabelsUnreadable."""
        oddities = Oddities()
        labels: list[Label] = []
        for video, row in _videos(folder):
            labels += _labels(video, row, oddities)
        oddities.note(
            f"no frame rate is published; clips are counted at {NOMINAL_FPS:g} fps", "all"
        )
        return Manifest(self.name, self.scale, tuple(labels), anomalies=oddities.anomalies())

    def facts(self, manifest: Manifest) -> tuple[Fact, ...]:
        """UMT's split sizes beside ours."""
        sizes = {
            split: len(manifest.only(lambda label, split=split: label.split == split).videos)  # type: ignore[misc]
            for split in UMT_SIZES
        }
        turk = manifest.only(lambda label: label.who == TURK)
        return (
            *(
                Fact(f"videos, {split} (UMT)", UMT_SIZES[split], sizes[split])
                for split in UMT_SIZES
            ),
            Fact("videos with match labels", None, len(manifest.videos)),
            Fact("videos with Turk votes", None, len(turk.videos)),
        )

    def judge(self) -> Judge:
        """UMT's protocol."""
        return ClipJudge(MATCH, "validation")


def _videos(folder: Path) -> Iterator[tuple[str, Row]]:
    if (folder / "labels.json").exists():
        yield from json_table(folder / "labels.json")
        return
    domains = [name for name in DOMAINS if (folder / name).is_dir()]
    if not domains:
        raise LabelsNotFound(
            f"{folder} is no youtube-highlights data set: it has neither labels.json nor any of "
            f"{', '.join(DOMAINS)}; give the folder as published (unpack it first)"
        )
    for domain in domains:
        for place in sorted((folder / domain).iterdir()):
            if (place / "match_label.json").exists():
                yield place.name, _gathered(domain, place)


def _gathered(domain: str, place: Path) -> Row:
    fields: dict[str, object] = {"domain": domain}
    for name, file in ((MATCH, "match_label.json"), ("mturk", "mturk_label.json")):
        if (place / file).exists():
            parts = json_file(place / file)
            if isinstance(parts, list) and len(parts) == 2:
                fields["clips"], fields[name] = parts
    return Row(fields, f"{domain}/{place.name}")


def _labels(video: str, row: Row, oddities: Oddities) -> Iterator[Label]:
    clips, domain = row.lists("clips"), row.text("domain")
    for who, name in ((MATCH, MATCH), (TURK, "mturk")):
        if name not in row.fields:
            continue
        values = numbers(row.fields[name], row.where, name)
        if len(values) != len(clips):
            oddities.note(f"{len(clips)} clips but another number of {who} labels", row.where)
        for index, (clip, value) in enumerate(zip(clips, values, strict=False)):
            if len(clip) != 2 or clip[0] >= clip[1]:
                raise row.broken(f"clips[{index}]", "must be [first, last] frames")
            yield Label(
                video,
                clip[0] / NOMINAL_FPS,
                clip[1] / NOMINAL_FPS,
                value,
                row.where,
                who=who,
                split=umt_splits(domain).get(video, ""),
                topic=domain,
                duration=clips[-1][1] / NOMINAL_FPS,
                fps=NOMINAL_FPS,
            )


@cache
def umt_splits(domain: str) -> dict[str, str]:
    """Video -> `train` or `validation`, for one domain of YouTube Highlights."""
    text = files("gifworthy.learning.datasets").joinpath("umt_splits.json").read_text("utf-8")
    lists = json.loads(text)["youtube-highlights"].get(domain, {})
    return {video: split for split, videos in lists.items() for video in videos.split()}
