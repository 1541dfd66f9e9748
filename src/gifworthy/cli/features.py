"""`gifworthy features`: vectors of a data set's segments, for other programs and from them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option, Typer

from gifworthy.cli.speech import FAILED, progress, say, spoken

if TYPE_CHECKING:
    from gifworthy.learning.manifest import Manifest
    from gifworthy.learning.predicting import Bench
    from gifworthy.learning.sources import Source
    from gifworthy.learning.vectors import Singles
    from gifworthy.types import Floats

features_app = Typer(
    no_args_is_help=True,
    help="Vectors of segments: write them for other programs, check what others wrote.",
    context_settings={"help_option_names": ["-h", "--help"]},
)

MOST_NAMED = 5
Data = Annotated[Path, Option("--data", metavar="MANIFEST", help="What `data read` wrote.")]


@features_app.command()
@spoken
def export(
    data: Data,
    videos: Annotated[Path, Option("--videos", metavar="FOLDER", help="Where the videos lie.")],
    output: Annotated[
        Path, Option("-o", "--output", metavar="FOLDER|H5", help="One .npy a video, or one file.")
    ],
    backbone: Annotated[str, Option(metavar="NAME", help="Whose vectors.")] = "pixels",
    frames: Annotated[int, Option(help="Of a clip; 0 for as many as the backbone reads.")] = 0,
    stride: Annotated[
        int | None, Option(help="Snippets, a new one every so many frames; else one clip.")
    ] = None,
    mirrored: Annotated[bool, Option("--mirrored", help="Average with the mirror image.")] = False,
    overwrite: Annotated[bool, Option("--overwrite", help="Replace what is there.")] = False,
) -> None:
    """Write one vector for each segment that the data set's benchmark asks for."""
    from gifworthy.learning.sources import Material, open_source
    from gifworthy.learning.storage import load
    from gifworthy.learning.vectors import write_vectors
    from gifworthy.reading import Reading

    labels = load(data)
    bench = _bench(labels)
    reading = Reading.vectors(backbone, frames, stride, mirrored)
    source = open_source(reading, labels, Material(videos), bench.settings)
    count = write_vectors(output, _read(bench, source), overwrite=overwrite)
    for odd in bench.oddities.anomalies():
        say(f"{odd.what}: {odd.count} (first {odd.first})")
    print(f"{output}: vectors of {count} of {len(labels.videos)} videos")


@features_app.command()
@spoken
def check(
    place: Annotated[Path, Argument(metavar="FOLDER|H5", help="Vectors, ours or others'.")],
    data: Data,
) -> None:
    """Say which videos have vectors that fit a manifest, and what is wrong with the others."""
    from gifworthy.errors import LabelsError
    from gifworthy.learning.storage import load
    from gifworthy.learning.vectors import open_vectors

    kept, bench = open_vectors(place), _bench(load(data))
    sizes: set[int] = set()
    missing, broken, total = [], [], 0
    for total, (case, trial) in enumerate(bench.every(), start=1):  # noqa: B007
        try:
            found = kept.of(case.video)
            if found is None:
                missing.append(case.video)
            else:
                sizes.add(found.of(trial.spans).shape[1])
        except LabelsError as error:
            broken.append(str(error))
    for problem in [*broken, *(f"missing: {video}" for video in missing)][:MOST_NAMED]:
        print(problem)
    fit = total - len(missing) - len(broken)
    print(f"{fit} of {total} videos fit, with {' and '.join(map(str, sorted(sizes)))} numbers each")
    if broken or len(sizes) != 1:
        raise SystemExit(FAILED)


def _bench(labels: Manifest) -> Bench:
    from gifworthy.learning.datasets import DATASETS
    from gifworthy.learning.manifest import Oddities
    from gifworthy.learning.predicting import Bench
    from gifworthy.learning.sources import Material
    from gifworthy.settings import Settings

    settings = Settings.from_environ(os.environ)
    return Bench(labels, DATASETS[labels.name]().judge(), Material(), settings, Oddities())


def _read(bench: Bench, source: Source) -> Iterator[tuple[str, Singles, Floats]]:
    """Each video once; those that cannot be read are counted."""
    import numpy as np

    from gifworthy.learning.predicting import read_or_note

    cases = list(bench.every())
    with progress(len(cases), quiet=False) as begin:
        for case, trial in cases:
            begin(case.video)
            read = read_or_note(source, case, trial, bench.oddities)
            if read is not None:
                spans = np.array([(segment.start, segment.end) for segment in read[0]])
                yield case.video, read[1].astype(np.float32), spans
