"""`train`, `evaluate`, `compare`, `features` and `make --plan FOLDER`, as a person types them."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("accelerate", reason="accelerate is not installed")
pytest.importorskip("onnxscript", reason="the exporter of torch is not installed")

from PIL import Image

from commands import QUICK, Run
from gifworthy.checkpoints import read_card
from gifworthy.learning.manifest import Manifest
from gifworthy.learning.recipes.setwise import SetWise
from gifworthy.learning.task import Task
from gifworthy.learning.training import train as learn
from gifworthy.settings import Settings
from workshop import draw_videos, example_package, rated, vectors_for, write_manifest

COUNT = 10


@pytest.fixture(scope="module", autouse=True)
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The example package, installed."""
    with example_package(tmp_path_factory.mktemp("site")):
        yield


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Labels, their videos, and imported vectors."""
    folder, manifest = tmp_path_factory.mktemp("workshop"), rated(COUNT)
    write_manifest(manifest, folder)
    draw_videos(manifest, folder / "videos")
    vectors_for(manifest, folder / "vectors")
    return folder


@pytest.fixture
def labels(place: Path, tmp_path: Path) -> Path:
    """The manifest, in the folder where the commands run."""
    return Path(shutil.copy(place / "ratings.parquet", tmp_path / "ratings.parquet"))


def files_of(folder: Path) -> dict[str, str]:
    """A hash of each file of a model but TensorBoard's, which hold the hour."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.glob("*")
        if path.name in ("model.onnx", "weights.safetensors", "training.json")
    }


def test_from_labels_to_a_cover(run: Run, place: Path, labels: Path, tmp_path: Path) -> None:
    videos = place / "videos"
    done = run("train", "eager", "--data", labels, "--videos", videos, "-o", "model", "epochs=6")
    assert done.code == 0, done.err
    assert "model: learned from 24 segments of 6 videos" in done.out
    assert "on 2 validation videos: nACC" in done.out
    assert "step 1 of 6" in done.err
    assert not (tmp_path / "model.run").exists()

    use = read_card(tmp_path / "model").use
    assert use is not None
    assert (use.scorer, use.recipe, use.reading.backbone) == ("eager", "eager", "pixels")
    with Image.open(tmp_path / "model" / "curves.png") as picture:
        assert picture.width > 800

    table = run("evaluate", "model", "--data", labels, "--videos", videos, "--json")
    rows = {row["name"]: row for row in json.loads(table.out)["rows"]}
    assert list(rows) == ["random", "position", "oracle", "model"]
    assert rows["model"]["metrics"]["nACC"]["mean"] == 1.0  # the size of the square tells
    assert rows["model"]["n"] == 2
    assert "left out: 8 videos that a model learned from" in table.err

    compared = run("compare", "model", "signals", "--data", labels, "--videos", videos)
    assert "model less signals, on 2 cases of both" in compared.out
    assert "too few to tell" in compared.out

    cover = run("make", videos / "v9.mp4", "--plan", "./model/", "--json", *QUICK)
    assert cover.code == 0, cover.err
    ranked = run("rank", videos / "v9.mp4", "--plan", "model", "--segmenter", "fixed")
    assert ranked.code == 0, ranked.err


def test_same_command_same_files_and_seed_counts(
    run: Run, place: Path, labels: Path, tmp_path: Path
) -> None:
    words = ("train", "eager", "--data", labels, "--features", place / "vectors", "epochs=2", "-q")
    for name in ("a", "b"):
        assert run(*words, "-o", name).code == 0
    assert run(*words, "-o", "c", "--seed", "1").code == 0
    assert files_of(tmp_path / "a") == files_of(tmp_path / "b")
    assert files_of(tmp_path / "a") != files_of(tmp_path / "c")


def test_vectors_are_exported_checked_and_learned_from(
    run: Run, place: Path, labels: Path, tmp_path: Path
) -> None:
    pytest.importorskip("h5py", reason="h5py is not installed")
    videos = place / "videos"
    written = run("features", "export", "--data", labels, "--videos", videos, "-o", "all.h5")
    assert "all.h5: vectors of 10 of 10 videos" in written.out
    checked = run("features", "check", "all.h5", "--data", labels)
    assert checked.out == "10 of 10 videos fit, with 376 numbers each\n"
    train = ("train", "eager", "--data", labels, "-q", "epochs=2")
    assert run(*train, "--features", "all.h5", "-o", "imported").code == 0
    assert run(*train, "--videos", videos, "-o", "read").code == 0
    ours, theirs = (files_of(tmp_path / name) for name in ("imported", "read"))
    assert ours["weights.safetensors"] == theirs["weights.safetensors"]
    assert run("make", videos / "v9.mp4", "--plan", "./imported", *QUICK).code == 0


def test_one_model_for_each_value(run: Run, place: Path, labels: Path, tmp_path: Path) -> None:
    words = ("train", "eager", "--data", labels, "--features", place / "vectors", "epochs=1")
    done = run(*words, "-o", "many", "--each", "gap=0.5,1.5")
    assert done.code == 0, done.err
    assert (tmp_path / "many" / "1.5" / "config.json").exists()
    assert "| 0.5 |" in done.out
    run(*words, "--each", "gap").complained("--each gap", code=2)


def test_recipes_are_listed(run: Run) -> None:
    assert "eager" in run("recipes").out
    one = run("recipes", "eager").out
    assert "learning_rate" in one
    assert "a whole number" in one


def test_names_and_values_that_do_not_exist(run: Run, labels: Path) -> None:
    data = ("--data", labels)
    run("train", "eagre", *data).complained("did you mean 'eager'", code=2)
    run("train", "eager", "epoch=3", *data).complained("did you mean 'epochs'", code=2)
    run("train", "eager", "epochs=few", *data).complained("whole number", "'few'", code=2)
    run("train", "eager", "--precision", "16", *data).complained("32 or bf16", code=2)
    run("train", "eager").complained("--data", code=2)
    run("train", "eager", "--data", "no.parquet").complained("no.parquet", "data read")
    run("train", "eager", *data).complained("--videos", "--features")
    run("train", "eager", *data, "--videos", ".").complained("v0.mp4", "none of the 8 videos")
    run("train", "eager", *data, "--features", "x.h5").complained("x.h5", "check the path")
    run("evaluate", "nothing/", *data).complained("nothing", "holds no net")
    run("evaluate", "signal", *data).complained("did you mean 'signals'", code=2)
    run("compare", *data).complained("no model was named", code=2)


def spoilt(manifest: Manifest, folder: Path, **changes: float) -> Path:
    """The manifest with fields of every label changed."""
    labels = tuple(replace(label, **changes) for label in manifest.labels)  # type: ignore[arg-type]
    return write_manifest(replace(manifest, labels=labels), folder)


def test_labels_that_teach_nothing(run: Run, place: Path, tmp_path: Path) -> None:
    train = ("train", "eager", "--features", place / "vectors", "--data")
    equal = spoilt(rated(COUNT), tmp_path, value=2.0)
    run(*train, equal).complained(equal.name, "all spans have one grade: 8")
    empty = write_manifest(replace(rated(COUNT), labels=()), tmp_path)
    run(*train, empty).complained("no video is left to learn from")
    one = write_manifest(rated(COUNT, segments=1), tmp_path)
    run(*train, one).complained("one grade")


def test_nan_in_vectors_names_video_and_segment(
    run: Run, place: Path, labels: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(place / "vectors", tmp_path / "vectors"))
    vectors = np.load(folder / "v3.npy")
    vectors[2, 4] = np.nan
    np.save(folder / "v3.npy", vectors)
    run("train", "eager", "--data", labels, "--features", folder).complained(
        "v3.npy", "segment 2 (4.0-6.0 s)", "nan"
    )
    checked = run("features", "check", folder, "--data", labels)
    assert checked.code == 1
    assert "9 of 10 videos fit" in checked.out


def test_a_loss_that_diverges_names_the_videos(run: Run, place: Path, labels: Path) -> None:
    run(
        *("train", "eager", "--data", labels, "--features", place / "vectors", "-q"),
        *("learning_rate=3e37", "epochs=50", "decay=0", "batch=4"),
    ).complained("step", "lower the learning rate")


def test_what_stopped_is_not_mixed_with_another_training(
    run: Run, place: Path, labels: Path, tmp_path: Path
) -> None:
    train = ("train", "eager", "--data", labels, "--features", place / "vectors", "-o", "m", "-q")
    diverging = ("learning_rate=3e37", "epochs=50", "decay=0", "batch=4", "--save-every", "0")
    assert run(*train, *diverging).code == 1
    assert list((tmp_path / "m.run").glob("*.state"))
    run(*train).complained("m.run", "learning_rate", "--overwrite")
    assert run(*train, "--overwrite", "epochs=1").code == 0
    assert not (tmp_path / "m.run").exists()


def test_what_stopped_before_its_first_state_blocks_nobody(
    run: Run, place: Path, labels: Path, tmp_path: Path
) -> None:
    train = ("train", "eager", "--data", labels, "--features", place / "vectors", "-o", "m", "-q")
    never = ("--save-every", "1000000")
    assert run(*train, "learning_rate=3e37", "decay=0", "batch=4", *never).code == 1
    assert (tmp_path / "m.run").is_dir()
    run(*train, "--seed", "1").complained("m.run", "--overwrite")  # what was read would be lost
    assert run(*train, "epochs=1").code == 0


def test_a_number_out_of_bounds_is_refused_before_anything_is_read_or_written(
    run: Run, place: Path, labels: Path, tmp_path: Path
) -> None:
    words = ("train", "setwise", "--data", labels, "--videos", place / "videos", "-o", "m")
    run(*words, "epochs=-3").complained("epochs must be at least 1, not -3", code=2)
    run(*words, "--each", "batch=4,0").complained("batch must be at least 1, not 0", code=2)
    assert not list(tmp_path.glob("m*"))
    with pytest.raises(ValueError, match="learning_rate must be above 0"):
        learn(Task("setwise", SetWise(learning_rate=0.0), rated(COUNT)), tmp_path / "m", Settings())
    with pytest.raises(ValueError, match="steps must be at least 1"):
        learn(Task("setwise", SetWise(), rated(COUNT), steps=0), tmp_path / "m", Settings())
    assert not list(tmp_path.glob("m*"))


def test_ctrl_c_says_how_far_it_came_and_the_same_command_goes_on(
    run: Run, place: Path, labels: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train = ("train", "eager", "--data", labels, "--features", place / "vectors", "-o", "m")
    said: list[str] = []

    def pressing(message: str) -> None:
        said.append(message)
        if len(said) == 2:
            signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with monkeypatch.context() as patch:
            patch.setattr("gifworthy.cli.train.say", pressing)
            stopped = run(*train, "epochs=6", "patience=0")
    finally:
        signal.signal(signal.SIGINT, before)
    stopped.complained("stopped after step 2; the same command goes on", code=130)
    again = run(*train, "epochs=6", "patience=0")
    assert again.code == 0
    assert re.findall(r"step (\d) of 6", again.err) == ["3", "4", "5", "6"]


def test_a_long_training_says_some_twenty_lines(run: Run, place: Path, labels: Path) -> None:
    train = ("train", "eager", "--data", labels, "--features", place / "vectors")

    def steps(*fields: str) -> list[int]:
        done = run(*train, "--overwrite", *fields)
        assert done.code == 0, done.err
        return [int(step) for step in re.findall(r"step (\d+) of", done.err)]

    assert steps("epochs=20", "patience=0") == list(range(1, 21))
    long = steps("epochs=96", "patience=0")
    assert (long[0], long[-1]) == (1, 96)
    assert len(long) == 20
    assert max(np.diff(long)) - min(np.diff(long)) <= 1
    early = steps("epochs=3000", "patience=30", "learning_rate=1e-9")
    assert early == [1, 31]  # the first, and the last before it gave up


def test_a_model_that_hides_what_it_learned_from_is_judged_with_a_warning(
    run: Run, place: Path, labels: Path, tmp_path: Path
) -> None:
    train = ("train", "eager", "--data", labels, "--features", place / "vectors", "-q", "epochs=1")
    assert run(*train, "-o", "m").code == 0
    words = ("m", "--data", labels, "--features", place / "vectors")
    assert "training.json" not in run("evaluate", *words).err
    (tmp_path / "m" / "training.json").unlink()
    for command in ("evaluate", "compare"):
        judged = run(command, *words)
        assert judged.code == 0
        assert judged.err.count("\n") == 1
        assert "m lacks training.json, so it is not known which videos" in judged.err
    assert run("evaluate", *words, "--seen").err == ""


def test_where_the_videos_should_be(run: Run, labels: Path, tmp_path: Path) -> None:
    words = ("train", "eager", "--data", labels, "--videos")
    run(*words, "nope").complained("nope is not there; give the folder")
    run("evaluate", "signals", "--data", labels, "--videos", "nope").complained("nope is not there")
    named = tuple(replace(x, video=f"{x.video}.mp4") for x in rated(COUNT).labels)
    ending = write_manifest(replace(rated(COUNT), labels=named), tmp_path)
    run("train", "eager", "--data", ending, "--videos", ".").complained("would be v0.mp4)")


def test_one_is_said_as_one(run: Run, place: Path, tmp_path: Path) -> None:
    manifest = rated(COUNT)
    fewer = [x for x in manifest.labels if x.video not in ("v7", "v9")]
    labels = write_manifest(replace(manifest, labels=tuple(fewer)), tmp_path)
    words = ("--data", labels, "--features", place / "vectors")
    done = run("train", "eager", *words, "-o", "m", "epochs=1")
    assert "on 1 validation video: nACC" in done.out
    compared = run("compare", "m", *words)
    assert "on 1 case of both" in compared.out
    assert "1 case: too few to tell" in compared.out


def test_what_is_there_is_kept(run: Run, place: Path, labels: Path, tmp_path: Path) -> None:
    train = ("train", "eager", "--data", labels, "--features", place / "vectors", "-q", "epochs=1")
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "thesis.txt").write_text("mine")
    run(*train, "-o", "m").complained("m exists already", "--overwrite")
    run(*train, "-o", labels).complained("is a file")
    assert (tmp_path / "m" / "thesis.txt").read_text() == "mine"


def test_a_model_that_was_changed_is_refused(
    run: Run, place: Path, labels: Path, tmp_path: Path
) -> None:
    train = ("train", "eager", "--data", labels, "--features", place / "vectors", "-q", "epochs=1")
    assert run(*train, "-o", "m").code == 0
    video = place / "videos" / "v9.mp4"
    run("make", video, "--plan", "./m").complained("imported", "backbone")
    model = tmp_path / "m" / "model.onnx"
    model.write_bytes(model.read_bytes()[:-9])
    evaluate = ("evaluate", "m", "--data", labels, "--features", place / "vectors")
    run(*evaluate).complained("model.onnx", "truncated")
    model.unlink()
    run(*evaluate).complained("model.onnx is not there")
    (tmp_path / "m" / "config.json").write_text("{")
    run(*evaluate).complained("config.json is damaged")


def test_by_heart_is_no_merit(run: Run, place: Path, tmp_path: Path) -> None:
    manifest = rated(COUNT)
    known = replace(manifest, labels=tuple(replace(x, split="train") for x in manifest.labels))
    labels = write_manifest(known, tmp_path)
    train = ("train", "eager", "--data", labels, "--features", place / "vectors", "-q", "epochs=1")
    assert run(*train, "-o", "m").code == 0
    evaluate = ("evaluate", "m", "--data", labels, "--features", place / "vectors")
    run(*evaluate).complained("every judged video", "--seen")
    assert run(*evaluate, "--seen").code == 0
