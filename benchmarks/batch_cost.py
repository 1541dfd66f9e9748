"""What an hour of video costs a batch: seconds of the processor, bytes read, bytes written.

    python -m benchmarks batch_cost [--minutes N] [--only WORD]

Real pictures joined to videos of some minutes, by height and effort; one worker, so that no two get in each
other's way. `docs/scale.md` multiplies these figures.
"""

from __future__ import annotations

import shutil
import sys

import pyarrow.dataset as ds
from benchmarks.catalogues import batch, fresh
from benchmarks.material import video
from benchmarks.table import Row, markdown

HEIGHTS = (360, 720, 1080)
EFFORTS = ("fast", "balanced", "thorough")
PLANS = ("signals", "storyline")
MINUTES = 5


def main() -> None:
    """Measure every height and effort, then the other plans, and print the table."""
    minutes = int(_told("--minutes") or MINUTES)
    only = _told("--only") or ""
    cases = [(height, effort, "signals", "gif") for height in HEIGHTS for effort in EFFORTS]
    cases += [(720, "balanced", plan, "gif") for plan in PLANS[1:]]
    cases += [(720, "balanced", "signals", form) for form in ("webp", "avif", "mp4")]
    rows = [_cost(*case, minutes) for case in cases if only in " ".join(map(str, case))]
    print(markdown("Batch: what an hour costs", "python -m benchmarks batch_cost", rows))


def _cost(height: int, effort: str, plan: str, form: str, minutes: int) -> Row:
    source, folder, out = video(minutes, height), fresh("costed"), fresh("cost")
    folder.mkdir(parents=True)
    shutil.copyfile(source, folder / source.name)
    batch(
        *(folder, "-o", out, "--workers", 1, "--effort", effort),
        *("--plan", plan, "--format", form, "--keep-intros"),
    )
    (row,) = ds.dataset(out / "table").to_table().to_pylist()
    kept = sum(path.stat().st_size for path in (out / "analyses").rglob("*.npz"))
    hours = row["duration"] / 3600
    shares = [row[f"{stage}_seconds"] for stage in ("choosing", "rendering")]
    looked = shares[0] / sum(shares) * row["processor_seconds"]
    size = source.stat().st_size
    return Row(
        f"{height}p, {effort}, {plan}, {form}",
        f"{minutes} min, {8 * size / row['duration'] / 1e6:.1f} Mbit/s",
        f"{looked / hours:.0f} s an hour to choose, {row['processor_seconds'] - looked:.1f} s a cover; "
        f"read {row['read_bytes'] / hours / 1e9:.2f} GB an hour ({100 * row['read_bytes'] / size:.0f} % "
        f"of the file); cover and still {row['written_bytes'] / 1e3:.0f} KB, analysis {kept / 1e3:.0f} KB",
    )


def _told(flag: str) -> str | None:
    return sys.argv[sys.argv.index(flag) + 1] if flag in sys.argv else None
