"""Events with kills, and a mixture of everything that is asked of a service, for some minutes."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import httpx2 as httpx
from benchmarks.served import Scale, Served, serving, small_clips
from benchmarks.table import Row

SENDERS, BATCH, KILLS = 4, 200, 5
UNITS = 200
KEPT, SHOWN = 12, 6
TINY = "width=96&seconds=0.5"
FINE = (200, 201, 202, 204, 304)
AGENT = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
"""A browser's: what says that it is a program is counted, but not used."""


@dataclass(frozen=True)
class Telling:
    """An experiment, and what pages say of it."""

    experiment: str
    given: tuple[dict[str, object], ...]

    @classmethod
    def begin(cls, server: Served) -> Telling:
        """Begin it, and ask what some viewers are shown."""
        with httpx.Client(base_url=server.address, timeout=60) as client:
            design = {"name": "load", "arms": ["own", "ours"]}
            experiment = client.post("/v1/experiments", json=design).json()["id"]
            asked = [{"unit": f"viewer {n}", "video": f"video {n % 20}"} for n in range(UNITS)]
            given = [
                who | client.get(f"/v1/experiments/{experiment}/assignment", params=who).json()
                for who in asked
            ]
        hashed = [client_fields(one) for one in given]
        return cls(experiment, tuple(hashed))

    def batch(self, count: int) -> dict[str, object]:
        """So many new events: impressions, each with an id of its own."""
        now = time.time()
        events = [
            {**random.choice(self.given), "id": uuid.uuid4().hex, "exposure": uuid.uuid4().hex}
            | {"kind": "impression", "at": now}
            for _ in range(count)
        ]
        return {"experiment": self.experiment, "events": events}


def client_fields(assignment: dict[str, object]) -> dict[str, object]:
    """What each event says again of its assignment."""
    return {name: assignment[name] for name in ("unit", "video", "arm", "version", "propensity")}


def events(seconds: float) -> list[Row]:
    """Half of the time undisturbed, for the rate; then with kills of the web process, for what is lost."""
    with serving(workers=0) as server:
        telling, over = Telling.begin(server), threading.Event()
        kept: list[str] = []
        senders = [
            threading.Thread(target=_tell, args=(server, telling, kept, over))
            for _ in range(SENDERS)
        ]
        with Scale(server) as scale:
            for sender in senders:
                sender.start()
            time.sleep(seconds / 2)
            rate = len(kept) / (seconds / 2)
        for number in range(KILLS):
            time.sleep(random.Random(number).uniform(0.5, 1.5) * seconds / 2 / KILLS)
            server.kill()
            server.start()
        over.set()
        for sender in senders:
            sender.join()
        assert kept, "no event was accepted"
        lost, more = _missing(server, telling.experiment, kept)
    flat = f"{scale.between(0.2, 0.4):.0f} MB, at the end {scale.between(0.9, 1):.0f}"
    told = f"{rate:.0f} a second (web process {flat}); of {len(kept)} accepted {lost} lost after {KILLS}"
    told += f" kill -9, none twice, {more} more kept whose answer was killed"
    what = f"events, batches of {BATCH} from {SENDERS} connections, SQLite"
    return [Row(what, "", told, "2,000 a second, none lost")]


def _tell(server: Served, telling: Telling, kept: list[str], over: threading.Event) -> None:
    """Send batch after batch; one whose answer did not come is sent again, as a page does."""
    while not over.is_set():
        body = telling.batch(BATCH)
        ids = [str(event["id"]) for event in body["events"]]  # type: ignore[attr-defined]
        while not over.is_set():
            try:
                answer = httpx.post(
                    f"{server.address}/v1/events", json=body, headers=AGENT, timeout=60
                )
            except httpx.TransportError:
                time.sleep(0.05)
                continue
            assert answer.status_code == 200, answer.text
            kept += ids
            break


def _missing(server: Served, experiment: str, kept: list[str]) -> tuple[int, int]:
    """How many of what was accepted is not there, and how many more are; read from the database itself."""
    from gifworthy.records.database import Database
    from gifworthy.records.events import Events
    from gifworthy.service.config import Config

    there = [e.id for e in Events(Database(Config(server.folder).database_place)).of(experiment)]
    assert len(there) == len(set(there)), "an event is there twice"
    return len(set(kept) - set(there)), len(set(there) - set(kept))


@dataclass
class Visitors:
    """Everybody who asks something of one server, and what they were answered."""

    server: Served
    telling: Telling
    shown: list[str]
    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    own: deque[str] = field(default_factory=deque)

    def ask(self, client: httpx.Client, method: str, path: str, **more: object) -> httpx.Response:
        """One request, counted; an answer that is neither fine nor a refusal is wrong."""
        answer = client.request(method, path, **more)  # type: ignore[arg-type]
        code, again = answer.status_code, answer.headers.get("retry-after")
        self.answers[f"{code}"] += 1
        if code not in FINE and not (code == 429 and again):
            self.wrong.append(f"{method} {path}: {code} {answer.text[:200]}")
        return answer

    def see_cover(self, client: httpx.Client) -> None:
        """A cover that was made long ago, by its address; half have it already."""
        path = f"/v1/videos/{random.choice(self.shown)}/cover.gif?{TINY}"
        answer = self.ask(client, "GET", path)
        if random.random() < 0.5:
            self.ask(client, "GET", path, headers={"If-None-Match": answer.headers["etag"]})

    def read_pages(self, client: httpx.Client) -> None:
        """The pages that an editor opens."""
        for path in ("/", "/queue", f"/videos/{random.choice(self.shown)}", "/experiments"):
            self.ask(client, "GET", path)

    def read_lists(self, client: httpx.Client) -> None:
        """What a program asks."""
        video = random.choice(self.shown)
        for path in ("", f"/{video}", f"/{video}/highlights", f"/{video}/strip.jpg"):
            self.ask(client, "GET", f"/v1/videos{path}")
        self.ask(client, "GET", "/metrics")

    def send_video(self, client: httpx.Client) -> None:
        """A new video, its cover, and away with the oldest."""
        (data,) = small_clips(1)
        answer = self.ask(client, "POST", "/v1/videos", content=data)
        if answer.status_code != 202:
            return
        video = answer.json()["id"]
        while self.ask(client, "GET", f"/v1/videos/{video}").json()["state"] != "ready":
            time.sleep(0.3)
        while self.ask(client, "GET", f"/v1/videos/{video}/cover.webp?{TINY}").status_code == 202:
            time.sleep(0.3)
        self.own.append(video)
        if len(self.own) > KEPT:
            self.ask(client, "DELETE", f"/v1/videos/{self.own.popleft()}")

    def tell_events(self, client: httpx.Client) -> None:
        """What pages tell."""
        self.ask(client, "POST", "/v1/events", json=self.telling.batch(50), headers=AGENT)

    def be_assigned(self, client: httpx.Client) -> None:
        """What a page asks before it shows a cover."""
        who = {"unit": uuid.uuid4().hex, "video": f"video {random.randrange(20)}"}
        path = f"/v1/experiments/{self.telling.experiment}/assignment"
        self.ask(client, "GET", path, params=who)

    def read_report(self, client: httpx.Client) -> None:
        """What an experiment says so far."""
        self.ask(client, "GET", f"/v1/experiments/{self.telling.experiment}/report")


def mixed(seconds: float) -> list[Row]:
    """Covers, pages, uploads, events and reports at once; errors, and the memory of the web process."""
    with serving(waiting=200) as server:
        visitors = _prepared(server)
        habits: list[tuple[Callable[[httpx.Client], None], float]] = [
            *[(visitors.see_cover, 0.05)] * 3,
            *[(visitors.read_pages, 1.0), (visitors.read_lists, 1.0)],
            *[(visitors.send_video, 4.0)] * 2,
            *[(visitors.tell_events, 0.2)] * 2,
            *[(visitors.be_assigned, 0.1), (visitors.read_report, 20.0)],
        ]
        over = threading.Event()
        threads = [
            threading.Thread(target=partial(_keep_on, server, act, pause, over, visitors.wrong))
            for act, pause in habits
        ]
        with Scale(server) as scale:
            for thread in threads:
                thread.start()
            over.wait(seconds)
            over.set()
            for thread in threads:
                thread.join(120)
    for line in visitors.wrong[:10]:
        print(line)
    return [_told(visitors, scale, seconds)]


def _told(visitors: Visitors, scale: Scale, seconds: float) -> Row:
    early, late = scale.between(0.2, 0.3), scale.between(0.9, 1.0)
    answers, refused = visitors.answers.total(), visitors.answers["429"]
    told = (
        f"{answers} answers ({answers / seconds:.0f} a second), {refused} refusals, "
        f"{len(visitors.wrong)} errors; web process {early:.0f} MB after a fifth, {late:.0f} at the end "
        f"({100 * (late / early - 1):+.1f} %), most {scale.most:.0f}"
    )
    must = "no error but refusals, memory flat within 10 %"
    return Row(f"{seconds / 60:g} minutes of mixed load, 2 workers", "", told, must)


def _prepared(server: Served) -> Visitors:
    """Some videos whose covers are made already."""
    with httpx.Client(base_url=server.address, timeout=60) as client:
        shown = [
            client.post("/v1/videos", content=data).json()["id"] for data in small_clips(SHOWN)
        ]
        for video in shown:
            path = f"/v1/videos/{video}/cover.gif?{TINY}"
            while client.get(path).status_code != 200:
                time.sleep(0.2)
    return Visitors(server, Telling.begin(server), shown)


def _keep_on(
    server: Served,
    act: Callable[[httpx.Client], None],
    pause: float,
    over: threading.Event,
    wrong: list[str],
) -> None:
    """One visitor who does the same again and again."""
    with httpx.Client(base_url=server.address, timeout=60) as client:
        while not over.wait(random.uniform(0.5, 1.5) * pause):
            try:
                act(client)
            except Exception as error:  # a visitor who stops would hide what went wrong
                wrong.append(f"{act!r}: {type(error).__name__}: {error}")
