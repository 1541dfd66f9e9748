"""Published data has rotted: which of a manifest's videos are still here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gifworthy.errors import LabelsNotFound
from gifworthy.learning.manifest import Manifest

SUFFIXES = frozenset({".mp4", ".mkv", ".webm", ".mov", ".avi", ".m4v", ".flv", ".gif"})


@dataclass(frozen=True)
class Presence:
    """Which videos were found, and which were not. found: name -> file."""

    found: Mapping[str, Path]
    missing: tuple[str, ...]

    def __str__(self) -> str:
        total = len(self.found) + len(self.missing)
        return f"{len(self.found)} of {total} videos"


def find_videos(manifest: Manifest, folder: Path) -> Presence:
    """Look below a folder for files that are named as the manifest's videos, by stem or by path.

    Raises: LabelsNotFound when there is no such folder.
    """
    if not folder.is_dir():
        what = "is a file, not a folder" if folder.exists() else "is not there"
        raise LabelsNotFound(f"{folder} {what}; give the folder that holds the videos")
    files = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in SUFFIXES]
    by_name: dict[str, Path] = {}
    for path in files:
        place = path.relative_to(folder)
        for name in (path.stem, path.name, str(place), str(place.with_suffix(""))):
            by_name.setdefault(name, path)
    found = {video: by_name[video] for video in manifest.videos if video in by_name}
    return Presence(found, tuple(video for video in manifest.videos if video not in found))


def file_of(video: str) -> str:
    """How the file of a video could be called; data sets name some with their ending, some without."""
    return video if Path(video).suffix.lower() in SUFFIXES else f"{video}.mp4"
