"""`gifworthy serve`: the web application and its workers, started and stopped together."""

from __future__ import annotations

import logging
import multiprocessing
import signal
import sys
import threading
from contextlib import closing
from multiprocessing.process import BaseProcess
from pathlib import Path

import uvicorn

from gifworthy.service import workers
from gifworthy.service.app import create_app
from gifworthy.service.config import Config
from gifworthy.service.house import House
from gifworthy.service.storage import clear_spools

STOPPING = 30.0
"""Seconds that workers may take to put down what they do."""
log = logging.getLogger(__name__)


def serve(config: Config) -> None:
    """Serve until a signal says stop. Raises: RecordsUnreadable, OutputError, MissingExtra, ValueError."""
    house = House.open(config)
    if not config.is_local and not house.keys.any():
        raise ValueError(
            f"others can reach {config.host}, and there is no key yet; make one with: gifworthy key add"
        )
    signal.signal(
        signal.SIGTERM, lambda *_: sys.exit(0)
    )  # the web server raises it again at its end
    clear_spools(_incoming(config))
    with closing(house.database), Crew(config):
        uvicorn.run(
            create_app(house),
            host=config.host,
            port=config.port,
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=10,
        )


class Crew:
    """The worker processes of one server; one that dies is replaced."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._context = multiprocessing.get_context("spawn")
        self._crew: list[BaseProcess] = []
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._replace_lost, daemon=True)

    def __enter__(self) -> Crew:
        self._crew = [self._started() for _ in range(self._config.workers)]
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watch.join()
        for worker in self._crew:
            worker.terminate()
        for worker in self._crew:
            worker.join(STOPPING)
            if worker.is_alive():
                worker.kill()
                worker.join()

    def _started(self) -> BaseProcess:
        worker = self._context.Process(target=workers.run, args=(self._config,))
        worker.start()
        return worker

    def _replace_lost(self) -> None:
        while not self._over.wait(1.0):
            for place, worker in enumerate(self._crew):
                if not worker.is_alive():
                    log.warning(
                        "a worker was lost (code %s); another takes its place", worker.exitcode
                    )
                    worker.join()
                    clear_spools(_incoming(self._config))
                    self._crew[place] = self._started()


def _incoming(config: Config) -> Path:
    """Where lies what is not whole yet."""
    return config.folder.expanduser() / "incoming"
