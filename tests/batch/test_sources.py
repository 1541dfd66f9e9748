"""Which videos are meant."""

from __future__ import annotations

import os
import shutil
import uuid
from collections import Counter
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gifworthy.batch.known import Known
from gifworthy.batch.picking import Shard, stated, unfinished
from gifworthy.batch.running import Tally
from gifworthy.batch.sources import Columns, Found, find
from gifworthy.errors import CatalogueUnreadable, VideoNotFound


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b/2.mp4", "b/1.MKV", "a.webm", "notes.txt.bak", ".hidden.mp4", "b/poster.jpg"):
        path = tmp_path / "videos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return tmp_path / "videos"


def names(*named: str | Path, columns: Columns | None = None) -> list[str]:
    found = find([str(one) for one in named], columns or Columns())
    return [one.source.rpartition("videos/")[2] for one in found]


def test_a_folder_is_walked_in_order(folder: Path) -> None:
    assert names(folder) == ["a.webm", "b/1.MKV", "b/2.mp4"]
    assert {one.group for one in find([str(folder)], Columns())} == {
        str(folder),
        str(folder / "b"),
    }


def test_what_a_batch_wrote_is_no_video_however_it_is_spelt(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = names(folder)
    inside = folder / "b" / "out"
    for out in (folder, inside):
        for name in ("covers/ab/ab12.mp4", "covers/mine.mp4", "analyses/0f/x.mp4"):
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            (out / name).write_bytes(b"")
    (tmp_path / "link").symlink_to(inside)
    monkeypatch.chdir(tmp_path)
    for place in (str(inside), f"{folder}/../videos/b/out", "videos/b/out", str(tmp_path / "link")):
        for named in (str(folder), f"{folder}/../videos", "videos"):
            found = [one.source for one in find([named], Columns(), place)]
            assert not [one for one in found if "b/out" in one]
            assert len(found) == len(theirs) + 3  # another batch's outputs may be meant
    shutil.rmtree(inside)
    for place in (str(folder), "videos", f"{folder}/b/.."):
        for named in (str(folder), "videos/**/*.*"):
            found = [one.source for one in find([named], Columns(), place)]
            ours = [one for one in found if "/covers/ab/" in one or "/analyses/" in one]
            assert ours == ([f"{folder}/analyses/0f/x.mp4"] if "*" in named else [])
            assert f"{folder}/covers/mine.mp4" in found, "it is not named as covers are"


def test_names_are_without_the_folder_and_the_ending(folder: Path) -> None:
    assert [one.name for one in find([str(folder)], Columns())] == ["a", "b/1", "b/2"]
    several = [str(folder / "b"), str(folder / "a.webm")]
    assert [one.name for one in find(several, Columns())] == [
        str(folder)[1:] + rest for rest in ("/b/1", "/b/2", "/a")
    ]


def test_a_glob_a_file_and_a_list(folder: Path) -> None:
    assert names(folder / "**" / "*.mp4") == ["b/2.mp4"]
    assert names(folder / "a.webm") == ["a.webm"]
    listed = folder / "list.txt"
    listed.write_text("# mine\nb/2.mp4\n\nhttps://example.org/x/v.mp4\n")
    assert names(listed) == ["b/2.mp4", "https://example.org/x/v.mp4"]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_table_names_source_group_and_tag(folder: Path, kind: str) -> None:
    cells = {"url": ["a.webm", "b/2.mp4", ""], "channel": ["x", "y", "z"], "etag": ["1", "2", "3"]}
    table = folder / f"catalogue.{kind}"
    if kind == "csv":
        lines = [",".join(cells), *(",".join(row) for row in zip(*cells.values(), strict=True))]
        table.write_text("\n".join(lines))
    else:
        pq.write_table(pa.table(cells), table)
    found = list(find([str(table)], Columns("url", "channel", "etag")))
    assert [(Path(f.source).name, f.group, f.state) for f in found] == [
        ("a.webm", "x", "1"),
        ("2.mp4", "y", "2"),
        ("", "", ""),  # a row that names no video
    ]
    with pytest.raises(CatalogueUnreadable, match=r"no column 'source', but url, channel, etag"):
        names(table)


def test_a_blank_tag_says_nothing(folder: Path) -> None:
    (folder / "tags.csv").write_text("source,etag\na.webm,\nb/2.mp4, \nhttp://h/v.mp4,x\n")
    pq.write_table(pa.table({"source": ["a.webm"], "etag": [""]}), folder / "tags.parquet")
    for name, tags in (("tags.csv", [None, None, "x"]), ("tags.parquet", [None])):
        found = find([str(folder / name)], Columns(tag="etag"))
        assert [one.state for one in found] == tags


def test_keys_of_addresses_are_in_their_sources_alone(tmp_path: Path) -> None:
    sources = [
        "https://ann:secret@h/x/v.mp4?sig=secret/y.z",
        "https://h/x/v.mp4?sig=secret/other",
        "https://h/x/watch?v=secret",
        "https://h/x/watch?v=secret2",
        "s3://b/x/v?.mp4",
    ]
    (tmp_path / "list.txt").write_text("\n".join(sources))
    found = list(find([str(tmp_path / "list.txt")], Columns()))
    found += find(sources[:1], Columns())
    assert [one.source for one in found] == [*sources, sources[0]]
    assert [one.group for one in found] == ["https://h/x"] * 4 + ["s3://b/x", "https://h/x"]
    names = [one.name for one in found]
    assert names[:2] == ["h/x/v", "h/x/v"]
    assert names[4:] == ["b/x/v?", "h/x/v"]
    assert len(set(names[2:4])) == 2
    assert not [one for one in found if "secret" in one.name + one.group]


@pytest.mark.parametrize("name", ["list.csv", "list.parquet"])
def test_what_cannot_be_read_is_told_without_its_keys(name: str) -> None:
    with pytest.raises(CatalogueUnreadable, match="cannot be read") as caught:
        list(find([f"http://ann:secret@127.0.0.1:1/{name}"], Columns()))
    assert "secret" not in str(caught.value)


def test_tables_as_other_programs_write_them(folder: Path) -> None:
    written = {
        "bom.csv": b"\xef\xbb\xbfsource\r\na.webm\r\n\r\n",
        "bom.txt": b"\xef\xbb\xbfa.webm\r\n",
        "tabs.TSV": b"source\tmore\na.webm\tx\ttoo many\n",
        "latin.csv": b"source\nb/\xe9.mp4\n",
    }
    for name, data in written.items():
        (folder / name).write_bytes(data)
    for name in ("bom.csv", "bom.txt", "tabs.TSV"):
        assert names(folder / name) == ["a.webm"]
    assert names(folder / "latin.csv") == ["b/\udce9.mp4"], "the file's name, byte for byte"
    pq.write_table(pa.table({"source": [b"a.webm", None]}), folder / "spark.PARQUET")
    assert names(folder / "spark.PARQUET") == ["a.webm", ""]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("empty.csv", b"", "empty.csv is empty: its first line must name the columns"),
        ("long.csv", b'source\n"' + b"x" * 200_000, "long.csv is no table with commas"),
        ("rubbish.parquet", b"rubbish", "rubbish.parquet is no Parquet file"),
        (
            "none.csv",
            b"source,name\na,b\n",
            "no column 'channel', but source, name; name one with --g",
        ),
    ],
)
def test_a_table_that_cannot_be_read_is_told(
    tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(CatalogueUnreadable, match=said):
        list(find([str(tmp_path / name)], Columns(group="channel" if "none" in name else None)))


def test_links_are_videos_but_no_folders(folder: Path) -> None:
    (folder / "b" / "round").symlink_to(folder)
    (folder / "z.mp4").symlink_to(folder / "b")
    (folder / "linked.mp4").symlink_to(folder / "a.webm")
    (folder / "dead.mp4").symlink_to(folder / "nowhere")
    (folder / "self.mp4").symlink_to(folder / "self.mp4")
    links = ["dead.mp4", "linked.mp4", "self.mp4"]
    assert names(folder) == ["a.webm", "b/1.MKV", "b/2.mp4", *links]


def test_a_folder_that_cannot_be_looked_into_is_no_empty_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = os.scandir

    def locked(place: Path):  # type: ignore[no-untyped-def]
        if Path(place).name == "b":
            raise PermissionError(13, "Permission denied", str(place))
        return look(place)

    monkeypatch.setattr(os, "scandir", locked)
    with pytest.raises(CatalogueUnreadable, match="/b cannot be looked into: Permission denied"):
        names(folder)


def test_a_list_in_a_bucket_names_its_neighbours() -> None:
    bucket = f"memory://{uuid.uuid4().hex}"
    files = fsspec.filesystem("memory")
    files.pipe_file(f"{bucket}/x/list.txt", b"1.mp4\n/2.mp4\nhttps://example.org/3.mp4\n")
    found = list(find([f"{bucket}/x/list.txt"], Columns()))
    assert [one.source for one in found] == [
        f"{bucket}/x/1.mp4",
        f"{bucket}/x/2.mp4",
        "https://example.org/3.mp4",
    ]
    assert {one.group for one in found[:2]} == {f"{bucket}/x"}
    with pytest.raises(CatalogueUnreadable, match=r"gone\.csv cannot be read: it is not there"):
        list(find([f"{bucket}/x/gone.csv"], Columns()))


def test_a_server_that_is_not_there_is_the_reason() -> None:
    said = r"nono\.csv cannot be read: Cannot connect to host 127\.0\.0\.1:1"
    with pytest.raises(CatalogueUnreadable, match=said):
        list(find(["http://127.0.0.1:1/nono.csv"], Columns()))


def test_what_is_not_there_is_said() -> None:
    with pytest.raises(VideoNotFound, match="nowhere is not there"):
        names("nowhere")
    with pytest.raises(VideoNotFound, match="matches no video"):
        names("/nowhere/*.mp4")


def test_a_bucket_is_listed_with_its_tags() -> None:
    bucket = f"memory://{uuid.uuid4().hex}"
    files = fsspec.filesystem("memory")
    for name in ("x/1.mp4", "x/2.mp4", "x/2.jpg"):
        files.pipe_file(f"{bucket}/{name}", name.encode())
    found = list(find([f"{bucket}/"], Columns()))
    assert [one.source for one in found] == [f"{bucket}/x/1.mp4", f"{bucket}/x/2.mp4"]
    assert all(one.state and one.state.startswith("7 ") for one in found)
    (asked,) = filter(None, stated(iter([Found(found[0].source, None, "")]), Shard()))
    assert asked.state is not None
    assert asked.state.startswith("7 ")


def test_finished_videos_are_passed_over_and_twins_done_once(folder: Path) -> None:
    known, tally = Known(), Tally()
    twice = [*find([str(folder), str(folder)], Columns())]
    twice.append(Found("", "", ""))
    found = unfinished(stated(iter(twice), Shard()), known, Known(), tally)
    todo = [item for item in found if item]
    assert [Path(item.source).name for item in todo] == ["a.webm", "1.MKV", "2.mp4"]
    assert (tally.skipped, tally.repeated, tally.nameless) == (0, 3, 1)
    known, failed, tally = Known(), Known(), Tally()
    for item in todo:
        known.add(bytes.fromhex(item.stamp))
    failed.add(bytes.fromhex(todo[2].stamp))
    (folder / "a.webm").write_bytes(b"something else")
    again = unfinished(stated(find([str(folder)], Columns()), Shard()), known, failed, tally)
    assert [Path(item.source).name for item in again if item] == ["a.webm"]
    assert (tally.skipped, tally.failed_before, tally.repeated) == (2, 1, 0)


def test_shards_deal_every_video_once() -> None:
    sources = [f"/videos/{number}.mp4" for number in range(1000)]
    dealt = Counter(
        one.source
        for number in (1, 2, 3)
        for one in filter(None, stated((Found(s, "1", "") for s in sources), Shard(number, 3)))
    )
    assert dealt == Counter(sources)
    sizes = [sum(Shard(n, 3).holds(s) for s in sources) for n in (1, 2, 3)]
    assert min(sizes) > 270
    with pytest.raises(ValueError, match="K/N"):
        Shard(4, 3)
