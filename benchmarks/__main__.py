"""Run benchmarks and print their tables: `python -m benchmarks [NAME ...]`; without names, all.

What begins with a dash is for the benchmarks themselves, such as `--quick`.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

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
)
NAMES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in PARTS)


def main(names: list[str]) -> int:
    """Each benchmark module has `main()`, which measures and prints a table."""
    if unknown := [name for name in names if name not in NAMES]:
        print(f"no benchmark named {unknown[0]!r}; there are: {', '.join(NAMES)}", file=sys.stderr)
        return 2
    for name in names or NAMES:
        import_module(f"benchmarks.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main([word for word in sys.argv[1:] if not word.startswith("-")]))
