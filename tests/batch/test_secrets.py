"""The keys of an address are in the table's `source`, where they are needed, and nowhere else."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow.dataset as ds

from gifworthy.batch.orders import Failure, Item, Order, Row
from gifworthy.batch.report import report
from gifworthy.batch.running import Tally
from gifworthy.batch.storage import Folder
from gifworthy.batch.table import as_table, record_of
from gifworthy.batch.telling import Log
from gifworthy.batch.working import Worker
from loopback import Manners, RangeServer

LOOK = ("--seconds", "0.6", "--width", "48", "--fps", "5", "--workers", "1", "--keep-intros")
SOURCE = "http://ann:topsecret@127.0.0.1:1/x/a.mp4?X-Amz-Signature=topsecret"
SHOWN = "http://127.0.0.1:1/x/a.mp4?…"


def test_a_batch_tells_no_keys(tiny_videos: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "covers"
    with RangeServer({"x/good.mp4": tiny_videos[0]}, Manners()) as server:
        address = server.address("x/NAME.mp4?key=topsecret").replace("//", "//ann:topsecret@")
        sources = [address.replace("NAME", name) for name in ("good", "gone")]
        (tmp_path / "list.txt").write_text("\n".join(sources))
        asked = [tmp_path / "list.txt", "-o", out, *LOOK]
        ran = [
            subprocess.run(
                [sys.executable, "-m", "gifworthy", "batch", *map(str, command)],
                capture_output=True,
                text=True,
                check=False,
            )
            for command in (asked, [out, "--report"])
        ]
    rows = ds.dataset(out / "table").to_table().to_pylist()
    assert sorted(row["source"] for row in rows) == sorted(sources), "needed to fetch them again"
    assert [row["error"] is None for row in rows].count(True) == 1
    told = [repr({**row, "source": ""}) for row in rows]
    told += [(out / name).read_text() for name in ("log.jsonl", "report.html")]
    told += [str(path) for path in out.rglob("*")]
    told += [text for one in ran for text in (one.stdout, one.stderr)]
    assert not [text for text in told if "topsecret" in text]
    assert "/x/gone.mp4?…" in (out / "report.html").read_text()


def test_a_log_shows_addresses_without_their_keys(tmp_path: Path) -> None:
    failed = Row(Item(SOURCE, "00" * 16), failure=Failure("VideoNotFound", f"{SOURCE} is gone"))
    log = Log(tmp_path / "log.jsonl", lambda _: None)
    log.begun(Tally())
    log.row(failed)
    log.retry(failed, 1.0)
    log.row(replace(failed, failure=None))
    log.close()
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["source"] for line in lines[1:]] == [SHOWN] * 3
    assert lines[1]["error"]["message"] == f"{SHOWN} is gone"


def test_a_report_about_older_rows_shows_none_either(tmp_path: Path) -> None:
    rows = [
        Row(Item(SOURCE, "00" * 16), failure=Failure("VideoNotFound", f"{SOURCE} is gone")),
        Row(
            Item(SOURCE, "00" * 16), story=json.dumps({"cover": "c", "still": "s", "size_bytes": 1})
        ),
    ]
    page = report(Folder(str(tmp_path)), "t", [as_table([record_of(row) for row in rows])])
    assert "topsecret" not in page
    assert page.count("a.mp4?…") >= 4


def test_a_row_tells_why_without_the_keys(order: Order) -> None:
    row = Worker.load(order).work(Item(SOURCE.replace("http:", "rtsp:"), "00" * 16))
    assert row.failure is not None
    assert "topsecret" not in row.failure.message
    assert row.item.source.startswith("rtsp://ann:topsecret")
