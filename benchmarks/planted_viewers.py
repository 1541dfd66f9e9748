"""Viewers whose history shows one kind of happening: does the cover of another film show that kind?

    python -m benchmarks planted_viewers [--trained] [--once] [--few]

End to end through the command line: `history add`, `make --viewer`. Of one drawn film and
three there are four viewers with a choice in each of the three, a stranger (whose choices are of kinds that
are not in the one), and somebody without a history. `--once`: one choice each. `--trained`: with a model that
`train phd` made of other films.
No constant was chosen on these kinds (`happenings.py`).
"""

from __future__ import annotations

import csv
import json
import os
import sys
import tempfile
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from unittest.mock import patch

from benchmarks.happenings import CHOSEN_ON, PROVED_ON, SECONDS, Film, Kind, film
from benchmarks.table import Row, markdown

from gifworthy.cli import main as command_line

GROUPS, FEW, FIRST_SEED, CHOICES = 12, 3, 95_000, 3
LEARNERS, LEARNED_FILMS, LEARNERS_SEED = 10, 4, 20_000
QUICK = ("--seconds", "1", "--width", "96", "--fps", "5")
FIELDS = ("first=64", "second=16", "epochs=20", "dropout=0.2", "representation=distances")


@dataclass(frozen=True)
class Shown:
    """What the covers of one film show. own: of each kind, its viewer's. stranger, nobody: of those."""

    own: dict[str, str]
    stranger: str
    nobody: str
    everybody: str


@dataclass(frozen=True)
class Place:
    """Where commands run: a folder with films, records and caches of its own."""

    folder: Path

    def gifworthy(self, *words: object) -> str:
        """Run one command; what it says on standard output."""
        own = {"GIFWORTHY_RECORDS": "records.sqlite", "GIFWORTHY_CACHE": "cache"}
        places = {name: str(self.folder / place) for name, place in own.items()}
        said = StringIO()
        with (
            patch.dict(os.environ, places),
            patch.object(sys, "argv", ["gifworthy", *map(str, words)]),
            redirect_stdout(said),
        ):
            try:
                command_line()
            except SystemExit as ended:
                if ended.code:
                    raise RuntimeError(f"{' '.join(sys.argv)} failed") from None
        return said.getvalue()

    def film(self, kinds: tuple[Kind, ...], seed: int) -> Film:
        """Drawn in the folder; its seed is its name."""
        (self.folder / "films").mkdir(exist_ok=True)
        return film(self.folder / "films" / f"f{seed}.mp4", kinds, seed)

    def remember(self, viewer: str, source: Film, kind: str) -> None:
        """One choice: the scene of that kind."""
        start = source.start_of(kind)
        span = ("--start", start, "--end", start + SECONDS)
        self.gifworthy("history", "add", viewer, source.path, *span)

    def shown(self, source: Film, *flags: str) -> str:
        """Which kind the cover shows."""
        out = self.folder / "cover.gif"
        words = (source.path, *QUICK, *flags, "-o", out, "--overwrite", "--json", "-q")
        (highlight,) = json.loads(self.gifworthy("make", *words))["highlights"]
        return source.kind_at((highlight["start"] + highlight["end"]) / 2)


def main() -> None:
    groups, trained = FEW if "--few" in sys.argv else GROUPS, "--trained" in sys.argv
    choices = 1 if "--once" in sys.argv else CHOICES
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder))
        plan = ("--plan", f"{train(place)}/") if trained else ()
        shown = []
        for number in range(groups):
            shown.append(one_group(place, number, choices, *plan))
            print(f"{number + 1} of {groups}: {shown[-1]}", file=sys.stderr)
    own = [kind == seen for group in shown for kind, seen in group.own.items()]
    generic = [kind == group.everybody for group in shown for kind in group.own]
    kept = [group.stranger == group.everybody for group in shown]
    same = [group.nobody == group.everybody for group in shown]
    how = f"{'`train phd`' if trained else 'no training'}, histories of {choices}"
    rows = [
        Row(f"viewers whose kind is shown, {how}", f"{sum(generic)} generic", _of(own), "9 of 10"),
        Row("strangers who get everybody's cover", "", _of(kept)),
        Row("without a history: everybody's cover", "", _of(same), "all"),
    ]
    command = "python -m benchmarks planted_viewers" + (" --trained" if trained else "")
    print(markdown("Planted viewers", command, rows))


def _of(found: list[bool]) -> str:
    return f"{sum(found)} of {len(found)}"


def one_group(place: Place, number: int, choices: int, *plan: str) -> Shown:
    """Covers of one film, for everybody who is asked."""
    seed = FIRST_SEED + 10 * number
    final = place.film(PROVED_ON, seed)
    past = [place.film(PROVED_ON, seed + 1 + turn) for turn in range(choices)]
    strange = [place.film(CHOSEN_ON, seed + 5 + turn) for turn in range(choices)]
    own = {}
    for kind in final.order:
        for source in past:
            place.remember(f"{number} {kind}", source, kind)
        own[kind] = place.shown(final, "--viewer", f"{number} {kind}", *plan)
    for source in strange:
        place.remember(f"{number} stranger", source, strange[0].order[0])
    return Shown(
        own,
        place.shown(final, "--viewer", f"{number} stranger", *plan),
        place.shown(final, "--viewer", f"{number} nobody", *plan),
        place.shown(final, *plan),
    )


def train(place: Place) -> Path:
    """A model of other films: `data read`, `train phd`; its folder."""
    with (place.folder / "training.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["youtubeId", "start", "duration", "user_id", "video_duration", "is_last"])
        for group in range(LEARNERS):
            for number in range(LEARNED_FILMS):
                source = place.film(PROVED_ON, LEARNERS_SEED + LEARNED_FILMS * group + number)
                whole = SECONDS * len(source.order)
                for kind in source.order:
                    start, last = source.start_of(kind), number == LEARNED_FILMS - 1
                    rows.writerow(
                        [source.path.stem, start, SECONDS, f"{group} {kind}", whole, last]
                    )
    data, model = place.folder / "viewers.parquet", place.folder / "model"
    place.gifworthy("data", "read", "phd2", place.folder, "-o", data)
    films = ("--videos", place.folder / "films", "--segmenter", "shots")
    place.gifworthy("train", "phd", *FIELDS, "--data", data, *films, "-o", model, "-q")
    return model


if __name__ == "__main__":
    main()
