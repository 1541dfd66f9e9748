"""Run benchmarks and print their tables: `python -m benchmarks [NAME [WORD ...] ...]`; without names, all.

Words after a name are that benchmark's own: flags such as `--quick`, and what its `takes` knows, such as
`planted_crops "trained map"`. Flags before any name are for all.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from unittest.mock import patch

FOLDER = Path(__file__).parent
PARTS = (
    "__main__",
    "table",
    "material",
    "likeness",
    "moving_shapes",
    "drawn_products",
    "tastes",
    "stories",
    "drawn_stories",
    "happenings",
    "following",
    "peeking",
    "traffic",
    "catalogues",
    "served",
    "loads",
)
NAMES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in PARTS)


def main(words: list[str]) -> int:
    """Each benchmark has `main()`, which measures, prints a table, and reads its words from `sys.argv`."""
    try:
        runs = asked(words)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    for name, own in runs:
        with patch.object(sys, "argv", [name, *own]):
            import_module(f"benchmarks.{name}").main()
    return 0


def asked(words: list[str]) -> list[tuple[str, list[str]]]:
    """Which benchmarks, each with its own words.

    Raises: ValueError for a word that is neither a benchmark nor known to the one before it.
    """
    flags: list[str] = []
    runs: list[tuple[str, list[str]]] = []
    for word in words:
        own = runs[-1][1] if runs else flags
        if word in NAMES:
            runs.append((word, []))
        elif word.startswith("-") or (own and own[-1].startswith("-")):  # `--minutes 3`
            own.append(word)
        elif runs:
            own.append(_known(word, runs[-1][0]))
        else:
            raise ValueError(f"no benchmark named {word!r}; there are: {', '.join(NAMES)}")
    return [(name, [*flags, *own]) for name, own in runs or [(name, []) for name in NAMES]]


def _known(word: str, name: str) -> str:
    """The word, when the benchmark before it takes such words. Raises: ValueError."""
    takes = getattr(import_module(f"benchmarks.{name}"), "takes", None)
    if takes is None or not takes(word):
        raise ValueError(
            f"{word!r} is neither a benchmark nor a word that {name} takes; see benchmarks/{name}.py. "
            f"Benchmarks are: {', '.join(NAMES)}"
        )
    return word


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
