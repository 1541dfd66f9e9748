"""Workers on a Ray cluster: the only file that knows Ray. Paths travel, frames do not.

Each worker is an actor that owns one child; plan and weights are loaded once, in the child. An actor that is
lost with its node is replaced when there is room for another, and its video is given to somebody else. When
there is nothing left to begin, what takes much longer than usual is begun a second time elsewhere: outputs
are named by content, so both write the same bytes, and the first answer counts.
"""

from __future__ import annotations

import logging
import os
import socket
import statistics
import time
from collections import deque
from dataclasses import dataclass
from threading import Event, Thread
from typing import TYPE_CHECKING

from gifworthy.batch.child import STILLBORN, Child, Limits
from gifworthy.batch.orders import Failure, Item, Order, Row, Spent
from gifworthy.errors import BatchError, MissingExtra

if TYPE_CHECKING:
    from ray import ObjectRef
    from ray.actor import ActorHandle

    from gifworthy.batch.catalogue import Machines

LEFT_FREE = 1
"""Processors of the cluster that are never asked for: actors that hold them all lock Ray up."""
MOST_LOSSES = 5
STRAGGLING, LEAST_STRAGGLING = 4.0, 30.0
"""A straggler takes so many times the median, and at least so many seconds."""
REMEMBERED = 200
KNOCKING_SECONDS = 10.0
PULSE_SECONDS, SILENT_SECONDS, LEAVING_SECONDS = 3.0, 20.0, 10.0
"""Between two looks whether any node lives; of silence that mean none does; to end what may not answer."""


class Actor:
    """What runs on a node: one child, and a little patience."""

    def __init__(self, order: Order, limits: Limits, writer: str) -> None:
        self._child = Child(order, limits, writer)

    def ready(self) -> bool:
        """Say that there is room on the cluster for this one."""
        return True

    def work(self, item: Item) -> Row:
        """The row of a video; however it ends, there is one."""
        self._child.submit(item)
        while (row := self._child.answer(0.5)) is None:
            pass
        return row


@dataclass
class _Job:
    """An item at work. actors: how many have it. losses: how often who had it was lost."""

    item: Item
    since: float
    actors: int = 0
    losses: int = 0


class Cluster:
    """Actors, each with at most one item. workers: how many are wanted."""

    def __init__(self, order: Order, machines: Machines, writer: str) -> None:
        self._ray = _connected(machines)
        self._order, self._machines, self._writer = order, machines, writer
        self.workers = machines.workers or _room_on(self._ray, machines.gpus)
        self._stillborn = 0
        self._jobs: dict[str, _Job] = {}
        self._pulse = _Pulse(self._ray)
        self._running: dict[ObjectRef[object], tuple[ActorHandle[Actor], str | None]] = {}
        self._idle: list[ActorHandle[Actor]] = []
        self._orphans: list[str] = []
        self._seconds: deque[float] = deque(maxlen=REMEMBERED)
        for _ in range(self.workers):
            self._hire()

    @property
    def room(self) -> int:
        """How many more items may be submitted now."""
        return max(0, len(self._idle) - len(self._orphans))

    @property
    def is_idle(self) -> bool:
        """Whether nothing is at work."""
        return not self._jobs

    def submit(self, item: Item) -> None:
        """Give an item to an actor that has none."""
        job = self._jobs[item.stamp] = _Job(item, time.monotonic())
        self._give(job)

    def collect(self, seconds: float) -> list[Row]:
        """The rows that came, at the latest after some seconds. Raises: BatchError when no node is left."""
        self._pulse.check()
        while self._orphans and self._idle:
            self._give(self._jobs[self._orphans.pop()])
        self._double_stragglers()
        references = list(self._running)
        done, _ = self._ray.wait(references, num_returns=1, timeout=seconds)
        if done and len(references) > 1:
            done, _ = self._ray.wait(references, num_returns=len(references), timeout=0)
        rows = [self._taken(reference) for reference in done]
        return [row for row in rows if row is not None]

    def close(self) -> None:
        """End every actor, and what was started here; a cluster that is dead is not waited for."""
        self._pulse.stop()
        leaving = Thread(target=self._ray.shutdown, daemon=True)
        leaving.start()
        leaving.join(None if self._pulse.is_well else LEAVING_SECONDS)

    def _hire(self) -> None:
        """Ask for an actor; it is given nothing before the cluster has room for it."""
        wanted = self._ray.remote(Actor).options(num_cpus=1, num_gpus=self._machines.gpus)
        actor = wanted.remote(self._order, self._machines.limits, self._writer)
        self._running[actor.ready.remote()] = (actor, None)

    def _give(self, job: _Job) -> None:
        actor = self._idle.pop()
        job.actors += 1
        self._running[actor.work.remote(job.item)] = (actor, job.item.stamp)

    def _taken(self, reference: ObjectRef[object]) -> Row | None:
        """What an actor answered; None when that is no news."""
        actor, stamp = self._running.pop(reference)
        try:
            answer = self._ray.get(reference)
        except self._ray.exceptions.RayError as error:
            if stamp is None:
                self._check_stillborn(error)
            self._hire()
            return None if stamp is None else self._lost(stamp, error)
        self._stillborn = 0
        self._idle.append(actor)
        job = None if stamp is None else self._jobs.pop(stamp, None)
        if job is None:
            return None  # it is ready, or somebody else was quicker
        self._seconds.append(time.monotonic() - job.since)
        return answer  # type: ignore[no-any-return]

    def _check_stillborn(self, error: Exception) -> None:
        """An actor was lost before it was ready: again and again, that is no accident. Raises: BatchError.

        One that fails by itself fails everywhere. One that is lost may have been on a node that was lost,
        with as many more as that had.
        """
        self._stillborn += 1
        fails = getattr(error, "actor_init_failed", False)
        if self._stillborn >= (STILLBORN if fails else STILLBORN * self.workers):
            reason = str(error).strip().splitlines()[-1 if fails else 0].strip()
            raise BatchError(
                f"workers cannot start on the cluster: {reason}; every node needs this gifworthy"
            ) from error

    def _lost(self, stamp: str, error: Exception) -> Row | None:
        """An actor is lost: its item goes to another, unless it has cost too many already."""
        job = self._jobs.get(stamp)
        if job is None:
            return None
        job.actors, job.losses = job.actors - 1, job.losses + 1
        if job.losses >= MOST_LOSSES:
            del self._jobs[stamp]
            text = f"{job.losses} workers were lost with it: {type(error).__name__}"
            spent = Spent(opening=time.monotonic() - job.since)  # nobody told how far it came
            return Row(
                job.item, failure=Failure("Crashed", text), spent=spent, finished=time.time()
            )
        if not job.actors:
            self._orphans.append(stamp)
        return None

    def _double_stragglers(self) -> None:
        """Begin a second time, elsewhere, what takes much longer than usual."""
        if not self._idle or not self._seconds:
            return
        slow = max(LEAST_STRAGGLING, STRAGGLING * statistics.median(self._seconds))
        for job in sorted(self._jobs.values(), key=lambda job: job.since):
            if not self._idle or time.monotonic() - job.since < slow:
                return
            if job.actors == 1:
                self._give(job)


class _Pulse:
    """Looks now and then, beside the work, whether the node that this process hangs on lives, or any.

    A driver whose node is dead is told nothing: what it asked for never comes, and nothing is refused.
    """

    def __init__(self, ray) -> None:  # type: ignore[no-untyped-def]
        self._nodes, self._own = ray.nodes, ray.get_runtime_context().get_node_id()
        self._heard, self._lost = time.monotonic(), ""
        self._over = Event()
        Thread(target=self._look, daemon=True).start()

    @property
    def is_well(self) -> bool:
        """Whether there is a cluster to work on."""
        return not self._lost and time.monotonic() - self._heard < SILENT_SECONDS

    def check(self) -> None:
        """Raises: BatchError when the work cannot go on."""
        if not self.is_well:
            what = self._lost or "no node of the cluster is left"
            raise BatchError(f"{what}; run the same command again")

    def stop(self) -> None:
        """Look no more."""
        self._over.set()

    def _look(self) -> None:
        while not self._over.wait(PULSE_SECONDS):
            try:
                alive = [node["NodeID"] for node in self._nodes() if node["Alive"]]
            except Exception:  # Ray's errors are of many kinds; silence tells when it lasts
                continue
            self._heard = time.monotonic()
            if self._own not in alive:
                own = "the cluster's node of this machine is lost"
                self._lost = own if alive else "no node of the cluster is left"


def _connected(machines: Machines):  # type: ignore[no-untyped-def]
    """Ray, connected to a cluster or started here; it tells nobody that it is used."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    try:
        import ray
    except ImportError as error:
        raise MissingExtra(
            "the ray engine needs Ray; install it with: pip install 'gifworthy[batch]'"
        ) from error
    try:
        if machines.address is not None:
            _knock(machines.address)
            ray.init(address=machines.address, log_to_driver=False, logging_level=logging.ERROR)
        else:
            from gifworthy.batch.pool import cores

            count = (machines.workers or cores()) + LEFT_FREE
            ray.init(
                address="local",
                num_cpus=count,
                include_dashboard=False,
                log_to_driver=False,
                logging_level=logging.ERROR,
            )
    except (OSError, RuntimeError, ValueError) as error:
        raise BatchError(
            f"no Ray cluster answers at {machines.address or 'this machine'}: {error}; start one "
            f"with `ray start --head`, or leave --address out"
        ) from error
    try:
        _check_gpus(ray, machines.gpus)
    except BatchError:
        ray.shutdown()
        raise
    return ray


def _knock(address: str) -> None:
    """Whether anybody listens there: Ray itself asks for minutes. Raises: OSError."""
    host, colon, port = address.rpartition("://")[2].rpartition(":")
    if colon and port.isdigit():
        socket.create_connection((host, int(port)), KNOCKING_SECONDS).close()


def _room_on(ray, gpus: float) -> int:  # type: ignore[no-untyped-def]
    """How many workers the cluster has room for."""
    free = max(1, int(ray.cluster_resources().get("CPU", 1)) - LEFT_FREE)
    return min(free, sum(int(there / gpus) for there in _gpus_of(ray))) if gpus else free


def _gpus_of(ray) -> list[float]:  # type: ignore[no-untyped-def]
    """GPUs of each living node."""
    return [node["Resources"].get("GPU", 0.0) for node in ray.nodes() if node["Alive"]]


def _check_gpus(ray, gpus: float) -> None:  # type: ignore[no-untyped-def]
    """Ray waits for ever for what no node has. Raises: BatchError."""
    most = max(_gpus_of(ray), default=0.0)
    if gpus > most:
        has = f"no node of the cluster has more than {most:g}" if most else "the cluster has no GPU"
        raise BatchError(
            f"--gpus {gpus:g} is more than there is: {has}; leave --gpus out, or add a node that has it"
        )
