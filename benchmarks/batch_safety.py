"""Is anything lost, doubled or half when processes are killed, nodes vanish and files are broken?

    python -m benchmarks batch_safety [--local] [--ray] [--nodes] [--broken]

Each kill is SIGKILL, dealt when a few more videos have got their rows; a driver that was killed is started
again with the same command. What is left at the end is compared with a run that nobody disturbed.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from benchmarks.catalogues import (
    TINY_LOOK,
    Left,
    batch,
    below,
    command,
    fresh,
    kill,
    left_by,
    tiny,
)
from benchmarks.table import Row, markdown

VIDEOS, KILLS = 300, 30
PATIENCE = 1200.0
CHILD, ACTOR = "gifworthy.batch.child", "ray::"


def main() -> None:
    """Do the proofs that are named, or all, and print the table."""
    proofs: dict[str, Callable[[], Row]] = {
        "--local": lambda: killed("local", VIDEOS, KILLS),
        "--ray": lambda: killed("ray", VIDEOS, KILLS),
        "--nodes": nodes,
        "--broken": broken,
    }
    wanted = [name for name in proofs if name in sys.argv] or list(proofs)
    rows = [proofs[name]() for name in wanted]
    print(markdown("Batch: what survives", "python -m benchmarks batch_safety", rows))


def killed(engine: str, videos: int, kills: int) -> Row:
    """Random kills of children, actors and the driver."""
    folder, calm, out = tiny(videos), fresh("calm"), fresh("killed")
    batch(folder, "-o", calm, *TINY_LOOK)
    arguments = command(folder, "-o", out, *TINY_LOOK, "--engine", engine, "--workers", 2)
    random, dealt, victims = Random(7), 0, dict.fromkeys(("driver", "actor", "child"), 0)
    driver = subprocess.Popen(arguments, start_new_session=True)
    until = time.monotonic() + PATIENCE
    while dealt < kills and time.monotonic() < until:
        _wait_for(out, _done(out) + random.randint(1, max(1, videos // kills - 3)), driver)
        if driver.poll() is not None and _done(out) >= videos:
            break
        victim, pid = _victim(driver.pid, random)
        if kill(pid):
            dealt, victims[victim] = dealt + 1, victims[victim] + 1
        if victim == "driver":
            driver.wait()
            driver = subprocess.Popen(arguments, start_new_session=True)
    driver.wait(timeout=PATIENCE)
    batch(folder, "-o", out, *TINY_LOOK)  # a last driver may have been killed at the end
    told = ", ".join(f"{count} {name}" for name, count in victims.items() if count)
    return Row(
        f"{dealt} kill -9 ({told}) during {videos} videos, {engine}",
        "an undisturbed run",
        _verdict(left_by(out), left_by(calm), videos),
        "every row once, same bytes",
    )


def _victim(driver: int, random: Random) -> tuple[str, int]:
    """Whom to kill: the driver in one of four cases, else an actor or a child."""
    family = below(driver)
    children = [pid for pid, words in family.items() if CHILD in words]
    actors = [pid for pid, words in family.items() if words.startswith(ACTOR)]
    if random.random() < 0.25 or not (children or actors):
        return "driver", driver
    if actors and random.random() < 0.5:
        return "actor", random.choice(actors)
    return "child", random.choice(children or actors)


def _done(out: Path) -> int:
    log = out / "log.jsonl"
    return log.read_text().count('"event": "made"') if log.exists() else 0


def _wait_for(out: Path, count: int, driver: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 120
    while _done(out) < count and driver.poll() is None and time.monotonic() < until:
        time.sleep(0.05)


def nodes() -> Row:
    """A cluster of several raylets on this machine; one is killed in the midst."""
    from ray.cluster_utils import Cluster

    videos = 120
    folder, calm, out = tiny(videos), fresh("calm"), fresh("nodes")
    batch(folder, "-o", calm, *TINY_LOOK)
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    workers = [cluster.add_node(num_cpus=2) for _ in range(2)]
    try:
        arguments = command(
            *(folder, "-o", out, *TINY_LOOK, "--engine", "ray", "--address", cluster.address)
        )
        driver = subprocess.Popen(arguments)
        _wait_for(out, videos // 4, driver)
        before = _done(out)
        cluster.remove_node(workers[0], allow_graceful=False)
        code = driver.wait(timeout=PATIENCE)
    finally:
        end: Callable[[], object] = cluster.shutdown
        end()
    return Row(
        f"three raylets, one killed after {before} of {videos} videos (exit code {code})",
        "an undisturbed run",
        _verdict(left_by(out), left_by(calm), videos),
        "every row once, same bytes",
    )


def broken() -> Row:
    """Two hundred files of rubbish, cut short, empty or without a picture among four hundred."""
    folder, out = fresh("half-broken"), fresh("broken")
    folder.mkdir(parents=True)
    for number, video in enumerate(sorted(tiny(200).iterdir())):
        data, random = video.read_bytes(), Random(number)
        (folder / f"good{number}.mp4").write_bytes(data)
        spoiled = (
            random.randbytes(3000),
            data[: len(data) // 3],
            b"",
            data[:40] + bytes(random.randbytes(len(data) - 40)),
        )[number % 4]
        (folder / f"bad{number}.mp4").write_bytes(spoiled)
    seconds = batch(folder, "-o", out, *TINY_LOOK)
    left = left_by(out)
    kinds = ", ".join(f"{count} {kind}" for kind, count in left.failed.most_common())
    return Row(
        "200 broken files among 400",
        "",
        f"{left.rows.total()} rows, {left.failed.total()} with an error ({kinds}), {seconds:.0f} s",
        "200 rows with errors, no stall",
    )


def _verdict(left: Left, calm: Left, videos: int) -> str:
    once = len(left.rows) == videos and set(left.rows.values()) == {1}
    same = left.covers == calm.covers
    return (
        f"{left.rows.total()} rows of {len(left.rows)} videos{'' if once else ' (WRONG)'}; "
        f"{len(left.covers)} files, {'identical' if same else 'NOT identical'}; "
        f"{len(left.unfinished)} unfinished left"
    )
