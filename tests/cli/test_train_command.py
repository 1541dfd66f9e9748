"""`train`, `evaluate`, `compare`, `features` and `make --plan FOLDER`, as a person types them."""

from __future__ import annotations

import hashlib
import json
import shutil
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
    run("evaluate", "nothing/", *data).complained("nothing", "config.json")
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
    assert run(*train, "learning_rate=3e37", "epochs=50", "decay=0", "batch=4").code == 1
    assert (tmp_path / "m.run").is_dir()
    run(*train).complained("m.run", "learning_rate", "allow overwriting")
    assert run(*train, "--overwrite", "epochs=1").code == 0
    assert not (tmp_path / "m.run").exists()


def test_what_is_there_is_kept(run: Run, place: Path, labels: Path, tmp_path: Path) -> None:
    train = ("train", "eager", "--data", labels, "--features", place / "vectors", "-q", "epochs=1")
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "thesis.txt").write_text("mine")
    run(*train, "-o", "m").complained("m exists already")
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
