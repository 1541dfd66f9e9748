"""What the machine gives. Read from the environment once, at a door, and handed down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """Device, folders and threads of this machine.

    device: `cpu`, `cuda`, or `cuda:N`. weights: folder of model files. cache: folder of what can be
    made again. threads: decoder and network threads, 0 for as many as there are cores.
    timeout: seconds that a remote place may take to answer.
    """

    device: str = "cpu"
    weights: Path = Path("~/.local/share/gifworthy/weights")
    cache: Path = Path("~/.cache/gifworthy")
    threads: int = 0
    timeout: float = 20.0

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Read `GIFWORTHY_DEVICE`, `_WEIGHTS`, `_CACHE`, `_THREADS`, `_TIMEOUT`.

        Raises: ValueError when a number is none.
        """
        plain = cls()
        return cls(
            device=environ.get("GIFWORTHY_DEVICE", plain.device),
            weights=Path(environ.get("GIFWORTHY_WEIGHTS", plain.weights)).expanduser(),
            cache=Path(environ.get("GIFWORTHY_CACHE", plain.cache)).expanduser(),
            threads=int(_number(environ, "GIFWORTHY_THREADS", plain.threads)),
            timeout=_number(environ, "GIFWORTHY_TIMEOUT", plain.timeout),
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
