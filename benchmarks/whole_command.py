"""`gifworthy make`, the whole command, against a plain decode of the same file; and its memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.material import full_decode, video
from benchmarks.table import Row, markdown, paired

EFFORTS = (("fast", "0.25", "0.10"), ("balanced", "1.0", "0.7"), ("thorough", "1.5", "1.2"))


def make(path: Path, folder: Path, effort: str = "balanced") -> list[str]:
    """The command, as a person would type it."""
    out = str(folder / "cover.gif")
    program = [sys.executable, "-m", "gifworthy", "make", str(path), "-o", out]
    return [*program, "--effort", effort, "--overwrite", "--quiet"]


def peak_megabytes(command: list[str]) -> float:
    """The most memory a command held at once, as the operating system accounts for it."""
    child = subprocess.Popen(command)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0, f"{command} failed"
    return usage.ru_maxrss / 1024


def compared(path: Path, folder: Path, effort: str, runs: int) -> str:
    """Medians of the command and of the decode, and the median of their ratio."""
    ours, decode = make(path, folder, effort), full_decode(path)
    a, b, ratio = paired(
        lambda: subprocess.run(ours, check=True), lambda: subprocess.run(decode, check=True), runs
    )
    return f"{ratio:.2f} ({a:.1f} s / {b:.1f} s)"


def main() -> None:
    """Measure and print the table."""
    runs = int(os.environ.get("RUNS", "5"))
    ten, minute = video(10, 1080), video(1, 720)
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for effort, must, aim in EFFORTS:
            measured = compared(ten, folder, effort, runs)
            what = f"`make --effort {effort}`, 10 min of 1080p30"
            rows.append(Row(what, "full decode", measured, must, aim))
        measured = compared(minute, folder, "balanced", runs)
        rows.append(
            Row("`make`, 60 s of 720p30, start-up included", "full decode", measured, "1.5", "1.0")
        )
        for effort, _, _ in EFFORTS:
            short = peak_megabytes(make(ten, folder, effort))
            long = peak_megabytes(make(video(120, 1080), folder, effort))
            said = f"{short:.0f} MB and {long:.0f} MB ({long / short:.2f})"
            what = f"peak memory, `--effort {effort}`, 10 min and 2 h of 1080p30"
            rows.append(Row(what, "each other", said, "400 MB, within 20 %", "250 MB"))
    print(markdown("The whole command", "python -m benchmarks whole_command", rows))


if __name__ == "__main__":
    main()
