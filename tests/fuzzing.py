"""Damages real files in known ways, and looks at them in a process of its own.

    python tests/fuzzing.py FIRST_SEED LAST_SEED FILE...

prints `start SEED` before each and `done SEED OUTCOME RSS_KIB` after it, so that whoever reads along
knows which one crashed or hangs. The same seed and files give the same damage.
"""

from __future__ import annotations

import resource
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

Damage = Callable[[bytearray, bytes, np.random.Generator], bytearray]


def flipped(data: bytearray, other: bytes, rng: np.random.Generator) -> bytearray:
    """Single bits anywhere."""
    for place in rng.integers(0, len(data), max(1, len(data) // int(rng.integers(50, 5000)))):
        data[place] ^= 1 << int(rng.integers(8))
    return data


def broken_head(data: bytearray, other: bytes, rng: np.random.Generator) -> bytearray:
    """Bytes of the first 2 KiB, where containers keep their sizes and offsets."""
    for place in rng.integers(0, min(len(data), 2048), int(rng.integers(1, 40))):
        data[place] = int(rng.choice([0, 0xFF, 0x7F, 0x80, int(rng.integers(256))]))
    return data


def broken_index(data: bytearray, other: bytes, rng: np.random.Generator) -> bytearray:
    """Numbers of 32 bits in the tables of an MP4; anywhere in other files."""
    start = data.find(b"moov") if b"moov" in data else 0
    for _ in range(int(rng.integers(1, 12))):
        place = int(rng.integers(start, max(start + 1, len(data) - 4)))
        number = int(rng.choice([0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0x00FFFFFF]))
        data[place : place + 4] = number.to_bytes(4, "big")
    return data


def truncated(data: bytearray, other: bytes, rng: np.random.Generator) -> bytearray:
    """The first part only."""
    return data[: int(rng.integers(1, len(data) + 1))]


def beheaded(data: bytearray, other: bytes, rng: np.random.Generator) -> bytearray:
    """The last part only."""
    return data[int(rng.integers(len(data))) :]


def holed(data: bytearray, other: bytes, rng: np.random.Generator) -> bytearray:
    """A run of zeros or noise."""
    start = int(rng.integers(0, len(data)))
    length = int(rng.integers(1, len(data) - start + 1))
    data[start : start + length] = bytes(length) if rng.random() < 0.5 else rng.bytes(length)
    return data


def spliced(data: bytearray, other: bytes, rng: np.random.Generator) -> bytearray:
    """The beginning of one file and the end of another."""
    first, second = int(rng.integers(1, len(data) + 1)), int(rng.integers(0, len(other)))
    return data[:first] + other[second:]


def repeated(data: bytearray, other: bytes, rng: np.random.Generator) -> bytearray:
    """A piece of the file twice, so that every offset behind it is wrong."""
    start = int(rng.integers(0, len(data)))
    end = int(rng.integers(start, len(data)))
    return data[:end] + data[start:]


DAMAGES: tuple[Damage, ...] = (
    flipped,
    broken_head,
    broken_index,
    truncated,
    beheaded,
    holed,
    spliced,
    repeated,
)


def damaged(files: list[Path], seed: int) -> tuple[bytes, str]:
    """Damaged bytes and the name they are to have."""
    rng = np.random.default_rng(seed)
    path, other = (files[int(rng.integers(len(files)))] for _ in range(2))
    data = bytearray(path.read_bytes())
    for _ in range(int(rng.integers(1, 3))):
        data = DAMAGES[int(rng.integers(len(DAMAGES)))](
            data or bytearray(1), other.read_bytes(), rng
        )
    return bytes(data), f"damaged-{seed}{path.suffix}"


def looked_at(path: Path) -> str:
    """Use a file as a cover's making would; the name of the error when it is refused."""
    from gifworthy.errors import VideoError
    from gifworthy.settings import Settings
    from gifworthy.video import open_video

    effort = ("fast", "balanced", "thorough")[len(path.name) % 3]
    try:
        with open_video(path, effort, settings=Settings(threads=2)) as video:  # type: ignore[arg-type]
            for moments in (np.linspace(0, video.duration, 5), np.array([video.duration / 3])):
                assert len(video.frames_at(moments, 64)) == len(moments)
            assert len(video.scan) >= 1
            return "warned" if video.warnings else "whole"
    except VideoError as error:
        if "\n" in str(error):
            raise AssertionError(f"{error!r} is no line") from error
        return type(error).__name__


def main(first: int, last: int, files: list[Path]) -> None:
    """Damage and look at the files of each seed."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        for seed in range(first, last):
            print("start", seed, flush=True)
            data, name = damaged(files, seed)
            path = Path(folder) / name
            path.write_bytes(data)
            outcome = looked_at(path)
            path.unlink()
            print("done", seed, outcome, memory_kib(), flush=True)


def memory_kib() -> int:
    """Memory that this process holds now; its peak where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return pages * resource.getpagesize() // 1024


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), [Path(name) for name in sys.argv[3:]])
