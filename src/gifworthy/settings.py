"""What the machine gives. Read from the environment once, at a door, and handed down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

Told = Callable[[float], None]
"""Who is told how far some long work has come, as a share 0..1."""


def nobody(share: float) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Settings:
    """Device, folders and threads of this machine.

    device: `cpu`, `cuda`, `cuda:N`, or `openvino`. weights: folder of model files. cache: folder of what
    can be made again. threads: decoder and network threads, 0 for as many as there are cores.
    timeout: seconds that a remote place may take to answer.
    records: file of what must be remembered, such as viewers' histories.
    """

    device: str = "cpu"
    weights: Path = Path("~/.local/share/gifworthy/weights")
    cache: Path = Path("~/.cache/gifworthy")
    threads: int = 0
    timeout: float = 20.0
    records: Path = Path("~/.local/share/gifworthy/records.sqlite")

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Read `GIFWORTHY_DEVICE`, `_WEIGHTS`, `_CACHE`, `_THREADS`, `_TIMEOUT`, `_RECORDS`.

        Raises: ValueError when a number is none.
        """
        plain = cls()
        return cls(
            device=environ.get("GIFWORTHY_DEVICE", plain.device),
            weights=Path(environ.get("GIFWORTHY_WEIGHTS", plain.weights)).expanduser(),
            cache=Path(environ.get("GIFWORTHY_CACHE", plain.cache)).expanduser(),
            threads=int(_number(environ, "GIFWORTHY_THREADS", plain.threads)),
            timeout=_number(environ, "GIFWORTHY_TIMEOUT", plain.timeout),
            records=Path(environ.get("GIFWORTHY_RECORDS", plain.records)).expanduser(),
        )


def _number(environ: Mapping[str, str], name: str, otherwise: float) -> float:
    text = environ.get(name)
    if text is None:
        return otherwise
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{name} must be a number, not {text!r}") from None
    if not 0 <= value < 1e6:
        raise ValueError(f"{name} must be 0 or more, not {text}")
    return value
