"""Who takes jobs from the queue: claims one, has it done by another process, and writes what came of it.

Files are written before the row that speaks of them, and the row before the job is completed: whoever dies
where, what a row names is there, and what was not completed is done again.
"""

from __future__ import annotations

import hashlib
import logging
import multiprocessing
import os
import signal
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import urlsplit

from gifworthy.errors import (
    GifworthyError,
    OutputError,
    RecordsUnreadable,
    VideoUnreachable,
    WorkCrashed,
)
from gifworthy.isolation import Limits, Stopped, run_isolated
from gifworthy.records.ageing import Ageing
from gifworthy.records.carried import Carried
from gifworthy.records.catalogue import Catalogue, StoredCover, StoredVideo
from gifworthy.records.database import Database
from gifworthy.records.deliveries import Deliveries
from gifworthy.records.histories import Histories, Pick
from gifworthy.records.jobs import LEASE, Jobs
from gifworthy.records.orders import Job
from gifworthy.records.viewers import Viewer, Viewers
from gifworthy.service import names
from gifworthy.service.answers import told
from gifworthy.service.config import Config
from gifworthy.service.intake import Room, accept, take
from gifworthy.service.offers import Offers
from gifworthy.service.reaching import NotPublic
from gifworthy.service.requests import Asked, asked_from
from gifworthy.service.storage import Storage, open_storage
from gifworthy.service.webhooks import Postman
from gifworthy.service.work import Given, Made, look, make, plain_effort, see

PASSING = (VideoUnreachable, OutputError, RecordsUnreadable, WorkCrashed)
"""What may go better another time."""
IDLE = 0.3
"""Seconds between two looks into an empty queue."""
log = logging.getLogger(__name__)


class VideoGone(GifworthyError):
    """The video was removed before its job was done; nothing of it is kept."""


class ViewerGone(GifworthyError):
    """The viewer was forgotten before the job was done; nothing of it is kept."""


@dataclass(frozen=True)
class Visit:
    """A viewer's history, and the name that it has until it changes."""

    name: str
    history: Carried


@dataclass(frozen=True)
class Worker:
    """One worker. stopping: set from outside when it shall end."""

    config: Config
    jobs: Jobs
    catalogue: Catalogue
    storage: Storage
    stopping: threading.Event
    name: str
    offers: Offers

    @classmethod
    def start(cls, config: Config, stopping: threading.Event) -> Worker:
        """A worker of this process. Raises: RecordsUnreadable, OutputError, MissingExtra."""
        database = Database(config.database_place)
        name = f"{socket.gethostname()[:40]}-{os.getpid()}"
        storage = open_storage(config.storage_place)
        rooms = (Jobs(database), Catalogue(database), storage)
        return cls(config, *rooms, stopping, name, Offers.read(config.models))

    def work(self) -> None:
        """Do jobs until told to stop; a database that is away is waited for."""
        while not self.stopping.is_set():
            try:
                job = self.jobs.claim(self.name)
            except RecordsUnreadable as error:
                log.warning("the queue cannot be read: %s", error)
                self.stopping.wait(5)
                continue
            if job is None:
                self.stopping.wait(IDLE)
            else:
                self.do(job)

    def do(self, job: Job) -> None:
        """Do one job, whatever comes of it."""
        began = time.monotonic()
        try:
            outcome = self._done(job)
        except Stopped:
            self._put_down(job)
        except ViewerGone:
            self.jobs.drop(job)
        except (GifworthyError, ValueError) as error:
            self._failed(job, error)
        else:
            self.jobs.complete(job, outcome)
            log.info("job %s was done in %.1f s", job.id, time.monotonic() - began)

    def _done(self, job: Job) -> Mapping[str, object]:
        if job.kind == "fetch":
            return self._fetch(job)
        if job.kind == "history":
            return self._see(job)
        video = self.catalogue.find(job.tenant, job.video)
        if video is None:
            raise VideoGone("the video was removed")
        if job.kind == "look":
            return self._look(job, video)
        return self._make(job, video, asked_from(job.request))

    def _fetch(self, job: Job) -> Mapping[str, object]:
        url, bounds = str(job.request["url"]), self.config.bounds
        called = str(job.request.get("name") or "") or urlsplit(url).path
        room = Room(
            self.config.folder.expanduser() / "incoming", bounds.upload_bytes, self._going(job)
        )
        with bounds.reach.get(url) as answer:
            upload = take(answer, called, job.tenant, self.storage, room)
        return {"video": accept(self.catalogue, self.jobs, upload).id}

    def _look(self, job: Job, video: StoredVideo) -> Mapping[str, object]:
        given = Given(self._place(video), video.name, self.config.settings)
        task = partial(look, given, self.config.bounds.video_seconds)
        seen = run_isolated(task, self._limits, self._going(job))
        self.storage.put(names.scan(video, plain_effort()), seen.scan)
        self.storage.put(names.strip(video), seen.strip)
        self.storage.put(names.ranking(video), names.as_bytes(seen.ranking))
        self.catalogue.describe(video.tenant, video.id, "ready", seen.facts)
        return {"video": video.id}

    def _make(self, job: Job, video: StoredVideo, asked: Asked) -> Mapping[str, object]:
        visit = self._visit(job) if job.viewer else None
        key = self.offers.key(asked, video.content, visit.name if visit else "")
        if self.catalogue.cover(video.tenant, key) is None:
            plan = self.offers.plan_for(asked)
            scan = names.scan(video, plan.effort)
            given = Given(
                self._place(video), video.name, self.config.settings, self.storage.get(scan)
            )
            task = partial(make, given, asked, plan, visit.history if visit else None)
            made = run_isolated(task, self._limits, self._going(job))
            if made.scan is not None:
                self.storage.put(scan, made.scan)
            self._learn(made.whose)
            self._keep(video, key, made, job.viewer)
        return {"video": video.id, "cover": key}

    def _see(self, job: Job) -> Mapping[str, object]:
        task = partial(see, self.config.settings, self._visit(job).history)
        self._learn(run_isolated(task, self._limits, self._going(job)))
        return {"viewer": job.viewer}

    def _visit(self, job: Job) -> Visit:
        """The viewer's history as it is now. Raises: ViewerGone."""
        viewers = Viewers(self.jobs.database)
        viewer = viewers.find(job.tenant, job.viewer)
        if viewer is None:
            raise ViewerGone("the viewer was forgotten")
        return Visit(viewer.name_of_history, self._carried(viewer, viewers.history(viewer)))

    def _carried(self, viewer: Viewer, picks: tuple[Pick, ...]) -> Carried:
        """The history with places for its videos; one that was removed leaves a place where nothing is."""
        known = {
            video: self.catalogue.find(viewer.tenant, video) for video in {p.video for p in picks}
        }
        placed = (
            replace(pick, video=self._place(found) if (found := known[pick.video]) else pick.video)
            for pick in picks
        )
        looks = Histories(self.jobs.database).all_looks(viewer.id)
        return Carried(tuple(placed), looks)

    def _learn(self, history: Carried | None) -> None:
        """Keep what was seen of a history; of what was forgotten meanwhile nothing."""
        for reader, vectors in ({} if history is None else history.fresh).items():
            Histories(self.jobs.database).keep_looks(vectors, reader)

    def _keep(self, video: StoredVideo, key: str, made: Made, viewer: str) -> None:
        etag = hashlib.sha256(made.data).hexdigest()[:32]
        of, size = (key, video.tenant, video.id), len(made.data)
        cover = StoredCover(*of, made.media_type, size, etag, made.story, viewer)
        viewers, put = Viewers(self.jobs.database), partial(self._put, cover, made)
        keep = viewers.keep_for if viewer else self.catalogue.keep_cover
        if keep(cover, put):
            return
        if viewer and viewers.find(video.tenant, viewer) is None:
            raise ViewerGone("the viewer was forgotten")
        raise VideoGone("the video was removed")

    def _put(self, cover: StoredCover, made: Made) -> None:
        self.storage.put(names.cover(cover, made.suffix), made.data)
        self.storage.put(names.cover(cover, ".jpg"), made.poster)

    @property
    def _limits(self) -> Limits:
        """Files of this machine need no network to be read."""
        remote = isinstance(self.config.storage_place, str)
        return replace(self.config.bounds.job, network=remote)

    def _place(self, video: StoredVideo) -> str:
        return self.storage.place(names.video(video.tenant, video.content))

    def _going(self, job: Job) -> Going:
        return Going(self.jobs, job, self.stopping)

    def _put_down(self, job: Job) -> None:
        """It was stopped: by us, then it waits for another; by its owner, then it is over."""
        if self.stopping.is_set():
            self.jobs.give_back(job)
        else:
            self.jobs.stopped(job)

    def _failed(self, job: Job, error: Exception) -> None:
        passing = isinstance(error, PASSING) and not isinstance(error, NotPublic)
        record = {
            "type": type(error).__name__,
            "message": self._named(job, told(error)),
            "retryable": passing,
        }
        log.info("job %s failed: %s: %s", job.id, type(error).__name__, error)
        self.jobs.fail(job, record, retry=passing)

    def _named(self, job: Job, message: str) -> str:
        """A message that calls the video as its sender does, not as our storage does."""
        video = self.catalogue.find(job.tenant, job.video)
        if video is None:
            return message
        return message.replace(self._place(video), video.name).replace(video.content, video.name)


class Going:
    """Keeps a job's lease alive while its work goes on, and hears when it shall stop."""

    def __init__(self, jobs: Jobs, job: Job, stopping: threading.Event) -> None:
        self._jobs, self._job, self._stopping = jobs, job, stopping
        self._said, self._at = 0.0, time.monotonic()

    def __call__(self, share: float) -> bool:
        """Whether to go on; tells the queue how far it is when that is news, or the lease wants it."""
        if self._stopping.is_set():
            return False
        now = time.monotonic()
        news = share - self._said >= 0.02 and now - self._at >= 0.5
        if not news and now - self._at < min(1.0, LEASE / 6):
            return True
        self._said, self._at = share, now
        return self._jobs.renew(self._job, share)


def run(config: Config) -> None:
    """Work in this process until a signal says stop, or the server is gone.

    Then what is begun goes back to the queue.
    """
    stopping = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stopping.set())
    threading.Thread(target=_stop_when_alone, args=(stopping,), daemon=True).start()
    worker = Worker.start(config, stopping)
    postman = Postman(Deliveries(worker.jobs.database), config.bounds.reach)
    ageing = Ageing(worker.jobs.database)
    for other in (postman.deliver_until, ageing.remove_until):
        threading.Thread(target=other, args=(stopping,), daemon=True).start()
    worker.work()


def _stop_when_alone(stopping: threading.Event) -> None:
    server = multiprocessing.parent_process()
    if server is not None:
        server.join()
        stopping.set()
