"""`--render` takes each video once, as it was last, in its shard, under its own name; and comes to rest."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow.dataset as ds
import pytest

from commands import Run
from gifworthy.batch.catalogue import Batch, Machines
from gifworthy.batch.earlier import to_render
from gifworthy.batch.keys import choice_of, look_of
from gifworthy.batch.orders import Order
from gifworthy.batch.picking import Shard
from gifworthy.batch.running import Tally
from gifworthy.batch.stamps import local_state, stamp_of
from gifworthy.batch.table import unescaped
from gifworthy.moments import Bounds, Moment
from gifworthy.settings import Settings
from gifworthy.types import Box, Style
from listening import Silent

WEBP = Style(width=32, fps=5, seconds=0.6, format="webp")
LOOK = ("--seconds", "0.6", "--width", "48", "--fps", "5", "--workers", "1")


def done(order: Order, *named: Path, shard: Shard | None = None) -> Tally:
    """A batch, from start to end."""
    batch = Batch(order, tuple(map(str, named)), shard=shard or Shard())
    return batch.run(Machines(workers=1), Silent())


def rows_in(order: Order) -> list[dict[str, object]]:
    folder = f"{order.place}/table/choice={choice_of(order)}/look={look_of(order)}"
    found: list[dict[str, object]] = ds.dataset(folder).to_table().to_pylist()
    return found


def test_shards_share_the_covers_out(order: Order, tiny: Callable[[int], Path]) -> None:
    videos = tiny(5)
    (videos / "bad.mp4").write_bytes(b"nothing")
    done(order, videos)
    again = to_render(order, WEBP)
    tallies = [done(again, shard=Shard(number, 2)) for number in (1, 2)]
    sources = [str(row["source"]) for row in rows_in(again)]
    assert sorted(sources) == sorted(str(path) for path in videos.glob("v*.mp4"))
    assert sum(tally.made for tally in tallies) == 5
    assert [tally.total for tally in tallies] == [tally.made for tally in tallies]
    assert sum(tally.uncovered for tally in tallies) == 1


def test_how_much_a_shard_holds_is_known_before(order: Order, tiny: Callable[[int], Path]) -> None:
    videos = tiny(5)
    totals = [Batch(order, (str(videos),), shard=Shard(n, 3))._total() for n in (1, 2, 3)]
    held = [sum(Shard(n, 3).holds(str(v)) for v in videos.iterdir()) for n in (1, 2, 3)]
    assert totals == held
    assert sum(held) == 5


def test_a_video_that_changed_is_rendered_once_as_it_is_now(
    order: Order, tiny: Callable[[int], Path], tiny_videos: list[Path]
) -> None:
    videos = tiny(2)
    done(order, videos)
    shutil.copy(tiny_videos[5], videos / "v0.mp4")
    done(replace(order, style=order.style.but(width=40)), videos)
    again = to_render(order, WEBP)
    first, second = done(again), done(again)
    assert (first.made, first.total) == (2, 2)
    assert (second.made, second.skipped, second.total) == (0, 2, 2)
    changed = str(videos / "v0.mp4")
    assert stamp_of(changed, local_state(changed)) in {row["stamp"] for row in rows_in(again)}


def test_names_of_another_alphabet_are_found_again(
    order: Order, tiny: Callable[[int], Path]
) -> None:
    videos = tiny(2)
    try:
        (videos / "v0.mp4").rename(videos / os.fsdecode(b"caf\xe9.mp4"))
    except OSError:
        pytest.skip("this file system holds no such names")
    (videos / "v1.mp4").rename(videos / "looks\\udce9.mp4")  # which looks escaped, and is not
    assert done(order, videos).made == 2
    tally = done(to_render(order, WEBP))
    assert (tally.made, tally.failed) == (2, 0)
    assert unescaped("caf\\udce9 \\udc12") == "caf\udce9 \\udc12"


def test_an_order_is_read_as_it_was_written(order: Order) -> None:
    kept, avoided = Box(0.4, 0.4, 0.5, 0.5), Box(0, 0, 1, 0.1)
    bounds = Bounds(Moment(1.0), None, ((Moment(0.1, is_share=True), Moment(2.0)),))
    style = Style(width=48, aspect=1.0, keep=(kept,), avoid=(avoided,))
    meant = replace(order, style=style, bounds=bounds)
    read = Order.from_json(meant.as_json(), order.settings, order.place)
    assert read == meant
    assert (choice_of(read), look_of(read)) == (choice_of(meant), look_of(meant))
    told = json.loads(meant.as_json())
    del told["style"]["keep"], told["style"]["avoid"]  # as they were written once
    assert Order.from_json(json.dumps(told), Settings(), "").style.keep == ()


def test_what_would_choose_anew_is_refused(run: Run, tiny: Callable[[int], Path]) -> None:
    assert run(tiny(1), "-o", "c", *LOOK).code == 0
    for flags in (
        ("--plan", "storyline"),
        ("--scorer", "position"),
        ("--shots", "3"),
        ("--seed", "0"),
        ("--allow-refused",),
        ("--start", "0.2"),
        ("--exclude", "0-0.2"),
    ):
        run("c", "--render", *flags).complained("--render", f"{flags[0]} would", "--choice", code=2)
    run("c", "--report", "--effort", "fast").complained("--report", "--effort would", code=2)
    assert "1 cover (" in run("c", "--render", "--width", "32", *LOOK[:2]).out
