"""`gifworthy platforms`: which platforms `--for` knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gifworthy.cli.values import say_size

if TYPE_CHECKING:
    from gifworthy.platforms import Platform


def platforms() -> None:
    """Which platforms --for knows, their limits, and where the figures are from."""
    from gifworthy.platforms import known_platforms

    for platform in known_platforms().values():
        print(f"{platform.name:<16}{_limits(platform)}")
        print(f"{'':<16}{platform.trust}, checked {platform.checked}: {platform.source}")


def _limits(platform: Platform) -> str:
    limits = [
        "" if platform.max_bytes is None else f"at most {say_size(platform.max_bytes)}",
        "" if platform.max_width is None else f"{platform.max_width} pixels wide",
        "" if platform.max_height is None else f"{platform.max_height} high",
        "" if platform.max_frames is None else f"{platform.max_frames} frames",
        " or ".join(platform.formats),
    ]
    return ", ".join(limit for limit in limits if limit)
