"""A million and a hundred million videos, simulated: what failures and stragglers cost.

    python -m benchmarks batch_simulated

Measured by `batch_cost` is what a video costs; everything else is assumed, and stands in `World`. One
driver with its workers is simulated event by event; a hundred million videos are a hundred such drivers, one
a shard, of which some are simulated.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from benchmarks.table import Row, markdown

SHARDS, LOOKED_AT = 100, 8
SEEDS = 2


@dataclass(frozen=True)
class World:
    """What is assumed.

    videos, workers: of one driver. minutes: median length of a video; spread: of its logarithm (1.0: one
    in forty lasts seven times the median). seconds_an_hour: of the processor, to look over an hour of
    video; seconds_a_cover: to render one (both as measured for 720p, `fast`). wait: share of a worker's
    time spent waiting for bytes. workers_a_node; node_hours: mean time until a node is lost (20 h: a
    preemptible machine), absent_hours: until another is there. kill_rate: share of videos that hang;
    killed_seconds: what each try of these costs (the time limit); tries. slow_nodes: share of nodes
    that work at `slowness` of the speed. second_looks: whether stragglers are begun a second time.
    """

    videos: int = 1_000_000
    workers: int = 512
    minutes: float = 4.0
    spread: float = 1.0
    seconds_an_hour: float = 46.0
    seconds_a_cover: float = 2.6
    wait: float = 0.2
    workers_a_node: int = 16
    node_hours: float = 20.0
    absent_hours: float = 0.1
    kill_rate: float = 0.001
    killed_seconds: float = 360.0
    tries: int = 2
    slow_nodes: float = 0.02
    slowness: float = 0.25
    second_looks: bool = True


@dataclass(frozen=True)
class Outcome:
    """What came of it. hours: of the clock. ideal: without any failure. wasted: share of the work that
    was done twice or for nothing. lost: nodes. tail: hours from the last item begun to the last row."""

    hours: float
    ideal: float
    wasted: float
    lost: int
    tail: float


def main() -> None:
    """Simulate some worlds and print the table."""
    calm = World(node_hours=1e9, kill_rate=0.0, slow_nodes=0.0)
    worlds = {
        "a million videos, nothing fails": calm,
        "a million, as assumed": World(),
        "a million, stragglers not begun twice": World(second_looks=False),
        "a million, a node lost every 2 h": World(node_hours=2.0),
        "a million, 1 % of the videos crash or hang": World(kill_rate=0.01),
        "a million, 1 % crash or hang, limit of 20 s beside their length": World(
            kill_rate=0.01, killed_seconds=260.0
        ),
        "a million, hangs tried 3 times for 10 min": World(killed_seconds=600.0, tries=3),
        "a million, balanced": World(seconds_an_hour=250.0, seconds_a_cover=2.5),
    }
    rows = [
        _row(what, [simulated(world, seed) for seed in range(SEEDS)])
        for what, world in worlds.items()
    ]
    shards = [simulated(World(), 100 + seed) for seed in range(LOOKED_AT)]
    slowest = max(shards, key=lambda one: one.hours)
    mean = float(np.mean([one.hours for one in shards]))
    rows.append(
        Row(
            f"a hundred million: {SHARDS} drivers of 512 workers",
            f"{slowest.ideal:.1f} h",
            f"{LOOKED_AT} of them simulated: {mean:.1f} h each, the slowest {slowest.hours:.1f} h; about "
            f"{SHARDS * np.mean([one.lost for one in shards]):.0f} nodes lost in all",
        )
    )
    print(markdown("Batch: failures simulated", "python -m benchmarks batch_simulated", rows))


def _row(what: str, outcomes: list[Outcome]) -> Row:
    hours = [one.hours for one in outcomes]
    return Row(
        what,
        f"{outcomes[0].ideal:.1f} h",
        f"{np.mean(hours):.1f} h ({min(hours):.1f} to {max(hours):.1f}); "
        f"{100 * np.mean([one.wasted for one in outcomes]):.1f} % of the work wasted, "
        f"{np.mean([one.lost for one in outcomes]):.0f} nodes lost, "
        f"last row {60 * np.mean([one.tail for one in outcomes]):.0f} min after the last begun",
    )


def simulated(world: World, seed: int) -> Outcome:
    """One driver: its workers take one video after the other until every video has its row."""
    rng = np.random.default_rng(seed)
    costs = _costs(world, rng)
    kills = rng.random(world.videos) < world.kill_rate
    nodes = -(-world.workers // world.workers_a_node)
    speeds = np.where(rng.random(nodes) < world.slow_nodes, world.slowness, 1.0)
    ends = rng.exponential(world.node_hours * 3600, nodes)
    backs = np.zeros(nodes)
    free = [(0.0, worker) for worker in range(world.workers)]
    heapq.heapify(free)
    again: list[int] = []
    running: list[tuple[float, float]] = []
    wasted = done = last = 0.0
    following = lost = 0
    while following < world.videos or again:
        now, worker = heapq.heappop(free)
        node = worker // world.workers_a_node
        if now >= ends[node]:
            lost += 1
            backs[node] = ends[node] + world.absent_hours * 3600
            ends[node] = backs[node] + rng.exponential(world.node_hours * 3600)
        if now < backs[node]:  # its node is gone; another comes a little later
            heapq.heappush(free, (float(backs[node]), worker))
            continue
        if again:
            video = again.pop()
        else:
            video, following = following, following + 1
        cost = world.killed_seconds * world.tries if kills[video] else costs[video]
        wasted += cost if kills[video] else 0.0
        end = now + cost / speeds[node]
        if end > ends[node]:  # lost in the midst: somebody else begins it anew
            wasted += (ends[node] - now) * speeds[node]
            again.append(video)
            heapq.heappush(free, (float(ends[node]), worker))
            continue
        done += cost
        last = now
        running.append((end, cost))
        heapq.heappush(free, (end, worker))
    finish = _finish(world, running, last)
    ideal = float(costs.sum()) / world.workers / 3600
    return Outcome(finish / 3600, ideal, wasted / max(done, 1e-9), lost, (finish - last) / 3600)


def _finish(world: World, running: list[tuple[float, float]], last: float) -> float:
    """When the last row is there; a straggler's second look begins at four medians, at full speed."""
    open_ones = [(end, cost) for end, cost in running if end > last]
    if not open_ones:
        return last
    if not world.second_looks:
        return max(end for end, _ in open_ones)
    median = float(np.median([cost for _, cost in running]))
    doubt = max(30.0, 4 * median)
    return max(min(end, max(last, end - cost) + doubt + cost) for end, cost in open_ones)


def _costs(world: World, rng: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Seconds of a worker for each video: log-normal lengths."""
    minutes = world.minutes * np.exp(world.spread * rng.standard_normal(world.videos))
    work = minutes / 60 * world.seconds_an_hour + world.seconds_a_cover
    return np.asarray(work / (1 - world.wait))
