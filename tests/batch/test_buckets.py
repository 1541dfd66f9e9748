"""Videos, covers and tables that lie elsewhere: a bucket (a real S3 protocol), a web server."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from loopback import Manners, RangeServer

LOOK = ("--seconds", "0.6", "--width", "48", "--fps", "5", "--workers", "1", "--keep-intros")


def batch(*arguments: str | Path, code: int = 0) -> dict[str, object]:
    """Run it in a process of its own; what it says of itself."""
    command = [sys.executable, "-m", "gifworthy", "batch", *map(str, arguments), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    if not done.stdout.startswith("{"):
        return {"said": done.stdout or done.stderr}
    told: dict[str, object] = json.loads(done.stdout)
    return told


class Files(Protocol):
    """What the tests use of fsspec's file systems."""

    def find(self, path: str) -> list[str]: ...
    def cat_file(self, path: str) -> bytes: ...
    def pipe_file(self, path: str, value: bytes) -> None: ...
    def invalidate_cache(self) -> None: ...


@dataclass(frozen=True)
class Store:
    """An S3 store on this machine."""

    files: Files

    def below(self, place: str) -> dict[str, bytes]:
        """Objects below a place, by their names from there on."""
        self.files.invalidate_cache()
        names = self.files.find(place)
        return {name.removeprefix(f"{place}/"): self.files.cat_file(name) for name in names}

    def rows(self, place: str) -> list[dict[str, object]]:
        """Every row of every part of a table."""
        parts = [pq.ParquetFile(io.BytesIO(data)).read() for data in self._parts(place)]
        return sorted(pa.concat_tables(parts).to_pylist(), key=lambda row: row["source"])

    def _parts(self, place: str) -> list[bytes]:
        return [d for name, d in self.below(f"{place}/table").items() if name.endswith(".parquet")]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of an S3 server."""
    moto = pytest.importorskip("moto.server", reason="s3 cannot be tried: moto is absent")
    pytest.importorskip("s3fs", reason="s3 cannot be tried: s3fs is absent")
    one = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    one.start()
    host, port = one.get_host_and_port()
    yield f"http://{host}:{port}"
    one.stop()


@pytest.fixture
def store(server: str, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Empty buckets `videos` and `covers`, found by everything that is started from here on."""
    import fsspec

    told = {
        "AWS_ENDPOINT_URL": server,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    files = fsspec.filesystem("s3", endpoint_url=server, key="test", secret="test")
    for bucket in ("videos", "covers"):
        if files.exists(bucket):
            files.rm(bucket, recursive=True)
        files.mkdir(bucket)
    return Store(files)


def filled(store: Store, videos: Path) -> None:
    for video in videos.iterdir():
        store.files.pipe_file(f"videos/catalogue/{video.name}", video.read_bytes())


def test_videos_covers_and_table_in_a_bucket(
    store: Store, tiny: Callable[[int], Path], tiny_videos: list[Path], tmp_path: Path
) -> None:
    videos = tiny(3)
    (videos / "bäd.mp4").write_bytes(b"nothing")
    filled(store, videos)
    here = tmp_path / "here"
    batch(videos, "-o", here, *LOOK, code=1)
    asked = ("s3://videos/catalogue/", "-o", "s3://covers/run", *LOOK)
    told = batch(*asked, code=1)
    assert (told["made"], told["failures"]) == (3, {"VideoUnreadable": 1})
    there = store.below("covers/run")
    covers = [data for name, data in there.items() if name.startswith("covers/")]
    assert len(covers) == 6
    assert Counter(covers) == _covers(here), (
        "the same bytes; only their names go by the store's tag"
    )
    rows = store.rows("covers/run")
    assert [row["source"] for row in rows] == [
        f"s3://videos/catalogue/{name}.mp4" for name in ("bäd", "v0", "v1", "v2")
    ]
    assert [str(row["cover"]) in there for row in rows[1:]] == [True, True, True]
    again = batch(*asked)
    assert (again["made"], again["skipped"], again["failed_before"]) == (0, 4, 1)
    store.files.pipe_file("videos/catalogue/v0.mp4", tiny_videos[5].read_bytes())
    changed = batch(*asked)
    assert (changed["made"], changed["skipped"]) == (1, 3)
    rendered = batch("s3://covers/run", "--render", "--width", "32", "--seconds", "0.6")
    assert (rendered["made"], rendered["scanned"]) == (3, 0)
    assert len(store.rows("covers/run")) == 4 + 3
    batch("s3://covers/run", "--report")
    assert store.below("covers/run")["report.html"].count(b"data:image/jpeg;base64,") == 3


@pytest.mark.timeout(240)
def test_a_killed_run_into_a_bucket_goes_on(
    store: Store, tiny: Callable[[int], Path], tmp_path: Path
) -> None:
    filled(store, tiny(8))
    asked = ("s3://videos/catalogue/*.mp4", "-o", "s3://covers/run", *LOOK)
    log = tmp_path / "log.jsonl"
    for made in (2, 5):
        driver = subprocess.Popen(
            [sys.executable, "-m", "gifworthy", "batch", *asked, "--log", str(log), "-q"]
        )
        while driver.poll() is None and _made(log) < made:
            time.sleep(0.02)
        driver.kill()
        driver.wait()
    batch(*asked)
    assert Counter(row["source"] for row in store.rows("covers/run")) == {
        f"s3://videos/catalogue/v{number}.mp4": 1 for number in range(8)
    }
    assert len([n for n in store.below("covers/run") if n.startswith("covers/")]) == 16
    assert batch(*asked)["skipped"] == 8


def test_a_catalogue_in_a_bucket_and_two_shards(store: Store, tiny: Callable[[int], Path]) -> None:
    filled(store, tiny(4))
    file = io.BytesIO()
    names = ["v0.mp4", "s3://videos/catalogue/v1.mp4", None, "v2.mp4", "v3.mp4"]
    pq.write_table(pa.table({"url": names, "tag": ["a", "b", "c", "d", "e"]}), file)
    store.files.pipe_file("videos/catalogue/all.parquet", file.getvalue())
    source = ("s3://videos/catalogue/all.parquet", "--column", "url", "--tag-column", "tag")
    told = [batch(*source, "-o", "s3://covers/run", "--shard", f"{n}/2", *LOOK) for n in (1, 2)]
    assert sum(int(str(one["made"])) for one in told) == 4
    assert sum(int(str(one["nameless"])) for one in told) == 1
    assert len({row["source"] for row in store.rows("covers/run")}) == 4
    assert batch(*source, "-o", "s3://covers/run", "--shard", "1/2", *LOOK)["made"] == 0


def test_a_bucket_that_refuses_is_told(store: Store, tiny: Callable[[int], Path]) -> None:
    said = batch("s3://nowhere/x/", "-o", "s3://covers/run", *LOOK, code=1)["said"]
    assert "s3://nowhere/x/" in str(said)
    assert "fault of gifworthy" not in str(said)
    said = batch(tiny(1), "-o", "s3://nowhere/run", *LOOK, code=1)["said"]
    assert "s3://nowhere/run/" in str(said)
    assert "check the address and your rights" in str(said)


def test_a_store_that_is_down_is_told(
    store: Store, tiny: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    for asked in (("s3://videos/catalogue/", "-o", "c"), (tiny(1), "-o", "s3://covers/run")):
        said = str(batch(*asked, *LOOK, code=1)["said"])
        assert "s3://" in said
        assert "fault of gifworthy" not in said


def test_videos_on_a_web_server(
    tiny: Callable[[int], Path], tiny_videos: list[Path], tmp_path: Path
) -> None:
    names = ["v0.mp4", "deep/v1.mp4?size=large", "gone.mp4"]
    files = {"list.txt": "\n".join(names).encode(), "v0.mp4": tiny_videos[0].read_bytes()}
    files["deep/v1.mp4"] = tiny_videos[1].read_bytes()
    videos, here, out = tiny(2), tmp_path / "here", tmp_path / "covers"
    batch(videos, "-o", here, *LOOK)
    with RangeServer(files, Manners()) as web:
        asked = (web.address("list.txt"), "-o", out, *LOOK)
        told = batch(*asked, code=1)
        assert (told["made"], told["failures"]) == (2, {"VideoNotFound": 1})
        assert _covers(out) == _covers(here)
        again = batch(*asked)
        assert (again["made"], again["skipped"], again["failed_before"]) == (0, 3, 1)
        web.manners.tag = '"second"'
        changed = batch(*asked)
        assert (changed["made"], changed["skipped"]) == (2, 1)
        direct = batch(web.address("v0.mp4"), "-o", out, *LOOK)
        assert (direct["made"], direct["skipped"]) == (0, 1)


def test_who_refuses_is_not_asked_again(tmp_path: Path) -> None:
    with RangeServer({}, Manners(status=403)) as web:
        told = batch(web.address("v.mp4"), "-o", tmp_path / "c", *LOOK, code=1)
        assert (told["failures"], told["retried"]) == ({"VideoUnreachable": 1}, 0)
        asked = web.served.requests
    rows = pq.read_table(tmp_path / "c" / "table").to_pylist()
    assert rows[0]["error"]["retryable"] is False
    assert asked <= 2  # once for its tag, once for the video


def test_a_store_without_credentials_is_not_asked_again(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    (tmp_path / "list.txt").write_text("s3://videos/v.mp4\n")
    told = batch(tmp_path / "list.txt", "-o", tmp_path / "c", *LOOK, code=1)
    assert (told["failures"], told["retried"]) == ({"VideoUnreachable": 1}, 0)


def test_a_web_server_that_does_not_answer_is_tried_again(tmp_path: Path) -> None:
    with RangeServer({}, Manners(status=503)) as web:
        told = batch(web.address("v.mp4"), "-o", tmp_path / "c", "--tries", "2", *LOOK, code=1)
        assert (told["failures"], told["retried"]) == ({"VideoUnreachable": 1}, 1)
    said = batch(web.address("list.csv"), "-o", tmp_path / "c", *LOOK, code=1)["said"]
    assert "list.csv cannot be read" in str(said)


def _covers(out: Path) -> Counter[bytes]:
    return Counter(path.read_bytes() for path in out.rglob("covers/*/*"))


def _made(log: Path) -> int:
    return log.read_text().count('"event": "made"') if log.exists() else 0
