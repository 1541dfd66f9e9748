"""`gifworthy data`: read people's labels, count them, check them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option, Typer

from gifworthy.cli.speech import FAILED, progress, say, spoken

if TYPE_CHECKING:
    from gifworthy.learning.manifest import Manifest

data_app = Typer(
    no_args_is_help=True,
    help="People's labels: read them, count them, check them.",
    context_settings={"help_option_names": ["-h", "--help"]},
)

MOST_NAMED = 5
ManifestFile = Annotated[Path, Argument(metavar="MANIFEST", help="What `data read` wrote.")]
AsJson = Annotated[bool, Option("--json", help="One JSON object on standard output.")]


@data_app.command()
@spoken
def read(
    dataset: Annotated[str, Argument(metavar="DATASET", help="Which layout, such as phd2.")],
    folder: Annotated[Path, Argument(metavar="FOLDER", help="Where it lies, as published.")],
    output: Annotated[Path | None, Option("-o", metavar="FILE", help="DATASET.parquet.")] = None,
    overwrite: Annotated[bool, Option("--overwrite", help="Replace what is there.")] = False,
) -> None:
    """Read labels in the layout they are kept in, and write them as one manifest."""
    from gifworthy.learning.datasets import DATASETS
    from gifworthy.learning.datasets.pairs import Pairs
    from gifworthy.learning.storage import save
    from gifworthy.settings import Settings

    reader = DATASETS[dataset]()
    with progress(1, quiet=False) as begin:
        if isinstance(reader, Pairs):
            reader = reader.telling(Settings.from_environ(os.environ), begin)
        manifest = reader.read(folder)
    path = save(manifest, output or Path(f"{dataset}.parquet"), overwrite=overwrite)
    print(f"{path}: {_size(manifest)}")
    _say_anomalies(manifest)


@data_app.command()
@spoken
def stats(manifest: ManifestFile, as_json: AsJson = False) -> None:
    """Count what a manifest holds, published figures beside ours."""
    from gifworthy.learning.datasets import DATASETS
    from gifworthy.learning.storage import load

    labels = load(manifest)
    facts = DATASETS[labels.name]().facts(labels)
    if as_json:
        rows = [{"what": f.what, "published": f.published, "ours": f.ours} for f in facts]
        print(json.dumps({"dataset": labels.name, "scale": labels.scale, "facts": rows}))
        return
    print(f"{labels.name}: {_size(labels)}; {labels.scale}")
    print(f"{'':<36}{'published':>12}{'ours':>12}")
    for fact in facts:
        published = "" if fact.published is None else f"{fact.published:,.10g}"
        print(f"{fact.what:<36}{published:>12}{fact.ours:>12,.6g}")


@data_app.command()
@spoken
def check(
    manifest: ManifestFile,
    videos: Annotated[
        Path | None, Option("--videos", metavar="FOLDER", help="Where its videos should be.")
    ] = None,
) -> None:
    """Say what is odd, what leaks between splits, and which videos are not here."""
    from gifworthy.learning.presence import find_videos
    from gifworthy.learning.splits import leaks
    from gifworthy.learning.storage import load

    labels = load(manifest)
    presence = None if videos is None else find_videos(labels, videos)
    _say_anomalies(labels)
    if presence is not None:
        print(f"{presence} are below {videos}")
        for name in presence.missing[:MOST_NAMED]:
            print(f"missing: {name}")
        if (more := len(presence.missing) - MOST_NAMED) > 0:
            print(f"missing: {more} more")
    found = leaks(labels)
    for leak in found[:MOST_NAMED]:
        print(f"leak: {leak.kind} {leak.name} lies in {' and '.join(leak.splits)}")
    if found:
        say(f"{len(found)} videos or viewers lie in more than one split")
        raise SystemExit(FAILED)
    print("no video or viewer lies in two splits")


def _size(manifest: Manifest) -> str:
    from gifworthy.moments import counted

    return f"{counted(len(manifest), 'label')} of {counted(len(manifest.videos), 'video')}"


def _say_anomalies(manifest: Manifest) -> None:
    for anomaly in manifest.anomalies:
        print(f"odd: {anomaly.what}: {anomaly.count} (first {anomaly.first})")
