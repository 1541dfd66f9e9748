"""Every curl line of the page about serving is run as it stands, against a server of its own."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import time
from pathlib import Path

import pytest

import drawn
from running_server import Running

pytest.importorskip("fastapi", reason="the serve extra is absent")

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "serve.md"
PATIENCE = 90.0
WORD = re.compile(r'"(?:id|token)":\s*"((vid|job|vwr|vt)_[^"]+)"')


def lines() -> list[str]:
    """The page's commands, each on one line."""
    text = PAGE.read_text().replace("\\\n", " ")
    return [line.strip() for line in text.splitlines() if line.startswith("    curl ")]


@pytest.mark.timeout(240)
def test_every_curl_line_does_what_the_page_says(tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is absent")
    shutil.copy(drawn.pieces(), tmp_path / "talk.mp4")
    server = Running(tmp_path)
    server.start()
    known: dict[str, str] = {}
    try:
        assert len(lines()) >= 18
        for line in lines():
            status, body = curl(line, known, server, tmp_path)
            assert status in (200, 201, 202, 204), f"{line}\n{status} {body}"
            known |= {kind: word for word, kind in WORD.findall(body)}
            until_ready(known, server, tmp_path)
    finally:
        server.stop()


def curl(line: str, known: dict[str, str], server: Running, folder: Path) -> tuple[int, str]:
    """Run one line; the status, and what was said."""
    for kind, word in known.items():
        line = line.replace(f"{kind}_...", word)
    assert "_..." not in line.split(" # ")[0], (
        f"nothing before it says what stands for ... in {line}"
    )
    words = shlex.split(line.replace("localhost:8080", server.address), comments=True)
    code = ["--max-time", "60", "-s", "-w", "\n%{http_code}"]
    done = subprocess.run(
        [*words, *code], cwd=folder, capture_output=True, check=True, timeout=PATIENCE
    )
    body, _, status = done.stdout.decode("utf-8", "replace").rpartition("\n")
    return int(status), body


def until_ready(known: dict[str, str], server: Running, folder: Path) -> None:
    patience = time.monotonic() + PATIENCE
    while "vid" in known:
        _, body = curl("curl localhost:8080/v1/videos/vid_...", known, server, folder)
        if json.loads(body)["state"] == "ready":
            return
        assert time.monotonic() < patience, body
        time.sleep(0.3)
