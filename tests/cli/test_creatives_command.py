"""`gifworthy creatives` and `gifworthy heatmap` on drawn videos: what is written, what is refused."""

from __future__ import annotations

from fractions import Fraction
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from commands import Run, names_in, read
from drawn import cuts, half_second, moving, one_frame, textured, write
from gifworthy import scan as scanning
from gifworthy.cli import creatives as door
from gifworthy.scorers.saliency import Saliency
from gifworthy.types import Floats, Scan
from gifworthy.video import Video

QUICK = ("--seconds", "1", "--width", "96", "--fps", "5", "--effort", "fast")
MAP = ("--width", "96", "--fps", "5", "--effort", "fast")
USAGE = 2


@pytest.fixture
def changing(tmp_path: Path) -> Path:
    """A transport stream whose second half has another size and shape."""
    place, rate = tmp_path / "changing.ts", 25
    with av.open(str(place), "w") as out:
        stream = out.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        for _ in range(30):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(textured(1), format="rgb24")))
        out.mux(stream.encode(None))
        tall = av.CodecContext.create("libx264", "w")
        tall.width, tall.height, tall.pix_fmt = 96, 160, "yuv420p"
        tall.time_base = Fraction(1, rate)
        packets = []
        for number in range(30):
            frame = av.VideoFrame.from_ndarray(textured(2, 96, 160), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, rate)
            packets += tall.encode(frame)
        for packet in [*packets, *tall.encode(None)]:
            packet.pts, packet.dts = (packet.pts or 0) + 30, (packet.dts or 0) + 30
            packet.stream = stream
            out.mux(packet)
    return place


def test_one_analysis_several_cuts_stills_and_one_json(run: Run, tmp_path: Path) -> None:
    ran = run("creatives", cuts(), "--aspects", "1:1,3:4,16:9", "-o", "ads", "--json", *QUICK)
    assert ran.code == 0, ran.err
    shapes = {"1x1": 1.0, "3x4": 0.75, "16x9": 16 / 9}
    wanted = {f"cuts-{name}.{kind}" for name in shapes for kind in ("mp4", "jpg")}
    assert set(names_in(tmp_path / "ads")) == wanted | {"cuts.json"}
    record = read(ran.out, "creatives")
    assert read((tmp_path / "ads/cuts.json").read_text(), "creatives") == record
    assert isinstance(record["creatives"], list)
    for one, (name, shape) in zip(record["creatives"], shapes.items(), strict=True):
        with av.open(str(tmp_path / "ads" / f"cuts-{name}.mp4")) as file:
            stream = file.streams.video[0]
            assert (stream.width, stream.height) == (one["width"], one["height"])
            assert stream.width / stream.height == pytest.approx(shape, rel=0.05)
        with Image.open(tmp_path / "ads" / f"cuts-{name}.jpg") as still:
            assert still.width / still.height == pytest.approx(shape, rel=0.05)
        box = one["crops"][0][0]
        across, down = box["right"] - box["left"], box["bottom"] - box["top"]
        assert across * 160 / (down * 96) == pytest.approx(shape, rel=0.01)
    spans = {
        (one["highlights"][0]["start"], one["highlights"][0]["end"]) for one in record["creatives"]
    }
    assert len(spans) == 1, "every cut shows the same moment"


def test_the_video_is_looked_at_once(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    scans: list[object] = []
    original = scanning.scan_video

    def counted(*given: object) -> Scan:
        scans.append(given[0])
        return original(*given)  # type: ignore[arg-type]

    monkeypatch.setattr("gifworthy.video.scan_video", counted)
    assert run("creatives", cuts(), "--aspects", "1:1,3:4,2:1", "-o", "ads", *QUICK).code == 0
    assert len(scans) == 1


def test_a_map_is_made_once_for_all_shapes(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    original = Saliency.heat

    def counted(self: Saliency, video: Video, moments: Floats) -> Floats:
        asked.append(len(moments))
        return original(self, video, moments)

    monkeypatch.setattr(Saliency, "heat", counted)
    mapped = ("--scorer", "saliency", *QUICK)
    assert run("creatives", cuts(), "--aspects", "1:1", "-o", "one", *mapped).code == 0
    once = sum(asked)
    asked.clear()
    assert run("creatives", cuts(), "--aspects", "1:1,3:4,9:16", "-o", "three", *mapped).code == 0
    assert sum(asked) == once > 0


def test_a_cut_that_fails_leaves_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("creatives", cuts(), "--aspects", "1:1,9:1", "-o", "new/ads", *QUICK).complained(
        "9:1", "cuts.mp4"
    )
    assert names_in(tmp_path) == [], "a folder that was made for it is taken away again"
    (tmp_path / "ads").mkdir()
    run("creatives", cuts(), "-o", "ads", "--max-bytes", "99", *QUICK).complained("99 bytes")
    assert names_in(tmp_path / "ads") == [], "a folder that was there stays"

    def torn(*given: object) -> dict[Path, bytes]:
        return {tmp_path / "ads/one.mp4": b"1", tmp_path / "ads/none/two.mp4": b"2"}

    monkeypatch.setattr(door, "_parts", torn)
    assert run("creatives", cuts(), "-o", "ads", *QUICK).code == 1
    assert names_in(tmp_path / "ads") == []


def test_nothing_that_is_there_is_touched(run: Run, tmp_path: Path) -> None:
    (tmp_path / "cuts-3x4.jpg").write_bytes(b"mine")
    run("creatives", cuts(), *QUICK).complained("cuts-3x4.jpg", "--overwrite")
    assert names_in(tmp_path) == ["cuts-3x4.jpg"]
    assert run("creatives", cuts(), "--overwrite", "-q", *QUICK).code == 0
    assert (tmp_path / "cuts-3x4.jpg").read_bytes() != b"mine"


@pytest.mark.parametrize(
    ("flags", "words", "code"),
    [
        (["--aspects", ""], ["--aspects names no shape"], USAGE),
        (["--aspects", "1:1,wide"], ["'wide'"], USAGE),
        (["--aspects", "1:1,2:2"], ["1:1,2:2", "twice"], USAGE),
        (["--aspects", "1:1,100:1"], ["100", "between 1:20 and 20:1"], USAGE),
        (["--aspect", "1:1"], ["--aspects instead"], USAGE),
        (["--seconds", "10-3"], ["'10-3'", "3-10"], USAGE),
        (["--keep", "0,0,1,1"], ["1:1", "keep less"], 1),
        (["-o", "file"], ["file", "name a folder"], 1),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_impossible_creatives(
    run: Run, tmp_path: Path, flags: list[str], words: list[str], code: int
) -> None:
    (tmp_path / "file").write_text("")
    run("creatives", cuts(), *flags).complained(*words, code=code)
    assert names_in(tmp_path) == ["file"]


def test_one_frame_half_a_second_and_a_changing_size_are_cut_too(
    run: Run, tmp_path: Path, changing: Path
) -> None:
    for video in (one_frame(), half_second(), changing):
        ran = run(
            "creatives", video, "--aspects", "1:1,3:4", "-o", "ads", "--allow-refused", *QUICK
        )
        assert ran.code == 0, ran.err
        assert run("heatmap", video, "--allow-refused", *MAP).code == 0
    assert len(names_in(tmp_path / "ads")) == 15
    assert {"one-frame-map.mp4", "half-second-map.mp4", "changing-map.mp4"} <= set(
        names_in(tmp_path)
    )


def shown(path: Path) -> np.ndarray:
    with av.open(str(path)) as file:
        return np.stack([frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)])


def test_a_heat_map_is_drawn_over_the_whole_video(run: Run, tmp_path: Path) -> None:
    ran = run("heatmap", cuts(), "-o", "map.mp4", "--aspect", "1:1", "--seconds", "2", *MAP)
    assert ran.code == 0, ran.err
    assert "40 pictures" in ran.out
    pictures = shown(tmp_path / "map.mp4")
    assert len(pictures) == pytest.approx(8 * 5, abs=1)
    high = round(96 * 96 / 160)
    white = (pictures[:, :high] > 215).all(-1).sum((1, 2))
    assert 8 <= (white > 60).sum() <= 14, "the crop is drawn while its two seconds play"
    strips = pictures[:, high + 14 : high + 60].astype(int)
    lines = [int(np.argmin(strip.sum((0, 2)))) for strip in strips]
    assert lines[-1] - lines[0] > 60, "the line runs from left to right"


def test_a_heat_map_is_as_long_as_the_video(run: Run, tmp_path: Path) -> None:
    """8 seconds are drawn in three stretches; at 12.5 a second each has 33 pictures and a third."""
    one_shot = write(tmp_path / "shot.mp4", moving(1, 200))
    flags = (*MAP[:2], "--fps", "12.5", *MAP[4:])
    assert run("heatmap", one_shot, "-o", "map.mp4", *flags).code == 0
    assert len(shown(tmp_path / "map.mp4")) == 100


def test_a_heat_map_may_be_a_gif(run: Run, tmp_path: Path) -> None:
    assert run("heatmap", cuts(), "-o", "map.gif", "--end", "2", *MAP).code == 0
    with Image.open(BytesIO((tmp_path / "map.gif").read_bytes())) as picture:
        assert getattr(picture, "n_frames", 1) >= 5


@pytest.mark.parametrize(
    ("flags", "words", "code"),
    [
        (["-o", "map.png"], ["map.png", ".mp4"], USAGE),
        (["--aspect", "100:1"], ["between 1:20 and 20:1"], USAGE),
        (["--avoid", "0,0,1"], ["'0,0,1'"], USAGE),
        (["--plan", "signal"], ["did you mean 'signals'?"], USAGE),
        (["-o", "no/where.mp4"], ["no", "no folder"], 1),
        (["-o", "map.gif", "--fps", "100"], ["more than 40 pictures", ".mp4"], USAGE),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_impossible_maps(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    flags: list[str],
    words: list[str],
    code: int,
) -> None:
    monkeypatch.setattr("gifworthy.cli.heatmap.MOST_PICTURES", 40)
    run("heatmap", cuts(), *flags, "--effort", "fast").complained(*words, code=code)
    assert names_in(tmp_path) == []
