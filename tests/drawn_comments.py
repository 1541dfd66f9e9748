"""Draws files of comments, in each of the kinds that are read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

Said = tuple[float, str, str]
"""Second, text, writer."""


def as_xml(said: Iterable[Said], path: Path) -> Path:
    """As danmaku players keep them."""
    rows = [
        f'<d p="{second:.3f},1,25,16777215,1312863760,0,{who},1">{text}</d>'
        for second, text, who in said
    ]
    path.write_text('<?xml version="1.0" encoding="UTF-8"?><i>' + "\n".join(rows) + "</i>")
    return path


def as_csv(said: Iterable[Said], path: Path) -> Path:
    """With a heading."""
    rows = [f"{second},{text},{who}" for second, text, who in said]
    path.write_text("\n".join(["time,text,user", *rows]) + "\n")
    return path


def as_json(said: Iterable[Said], path: Path) -> Path:
    """A list of objects."""
    path.write_text(json.dumps([{"time": s, "text": t, "user": w} for s, t, w in said]))
    return path


def crowd(counts: Mapping[int, int]) -> list[Said]:
    """So many short words in each second, each by somebody else."""
    return [
        (second + 0.5, ("lol", "wow", "nice")[n % 3], f"u{second}-{n}")
        for second, count in counts.items()
        for n in range(count)
    ]
