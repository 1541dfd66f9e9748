"""Video2GIF at work: from a folder to scores, and what is wrong with a folder in one line."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("onnxscript", reason="the exporter of torch is not installed")

import drawn  # noqa: E402
from gifworthy.backbones.pixels import SIZE  # noqa: E402
from gifworthy.checkpoints import Card, Plain, Use, save  # noqa: E402
from gifworthy.errors import WeightsBroken, WeightsMissing  # noqa: E402
from gifworthy.models.video2gif import RankNet  # noqa: E402
from gifworthy.protocols import Pieces  # noqa: E402
from gifworthy.reading import Reading  # noqa: E402
from gifworthy.scorers.ranksvm import RankSvm  # noqa: E402
from gifworthy.scorers.video2gif import Video2Gif  # noqa: E402
from gifworthy.settings import Settings  # noqa: E402
from gifworthy.types import Segment  # noqa: E402
from gifworthy.video import open_video  # noqa: E402

READING = Reading.vectors("pixels", 16, stride=8, mirrored=True)


@cache
def folder() -> Path:
    """A net of pets and sport, of two words and of position, with drawn weights."""
    torch.manual_seed(3)
    arguments: dict[str, Plain] = {
        "features": SIZE,
        "categories": "pets;sport",
        "words": "cat;jump",
        "word_size": 4,
        "position": 3,
        "width": 16,
    }
    network = RankNet(SIZE, "pets;sport", "cat;jump", 4, 3, 16)
    place = Path(mkdtemp()) / "video2gif"
    card = Card(
        "video2gif", arguments, inputs=("rows",), use=Use("video2gif", "", READING, "video2gif")
    )
    save(network.eval(), card, (torch.zeros(2, SIZE + 7),), place)
    return place


def opened() -> Video2Gif:
    return Video2Gif.open(folder(), Settings(cache=folder().parent / "cache"))


def test_the_written_net_says_what_torch_says() -> None:
    random = np.random.default_rng(0)
    segments = (Segment(0, 2), Segment(2, 5))
    vectors = random.random((2, SIZE)).astype(np.float32)
    pieces = Pieces(segments, 10.0, vectors, "sport", ("cat jump",))
    torch.manual_seed(3)
    network = RankNet(SIZE, "pets;sport", "cat;jump", 4, 3, 16).eval()
    beside = np.array([[0, 1, 0.5, 0.5, 1 / 600, 0, 0.1], [0, 1, 0.5, 0.5, 3.5 / 600, 0.01, 0.35]])
    rows = torch.tensor(np.hstack([vectors, beside]), dtype=torch.float32)
    with torch.inference_mode():
        expected = network(rows)[:, 0].numpy()
    assert opened().rate(pieces) == pytest.approx(expected, abs=1e-5)


def test_a_segment_without_a_snippet_ranks_behind_all_others() -> None:
    """The drawn video has 25 frames a second, and so half a second fewer than the 16 of a snippet."""
    with open_video(drawn.cuts(), "fast") as video:
        assert video.fps == 25
        parts = (Segment(0, 2), Segment(2, 2.5), Segment(3, 5))
        values = opened().score(video, parts).values
        assert values[1] < min(values[0], values[2])
        alone = opened().score(video, (Segment(2, 2.5),)).values
        assert alone.tolist() == [0]


def test_what_a_video_is_about_changes_its_scores() -> None:
    with open_video(drawn.cuts(), "fast") as video:
        parts = (Segment(0, 2), Segment(3, 5))
        scorer = opened()
        plain = scorer.score(video, parts).values
        assert np.allclose(scorer.about("unheard", ("of",)).score(video, parts).values, plain)
        assert not np.allclose(scorer.about("pets").score(video, parts).values, plain)
        assert not np.allclose(scorer.about(tags=("a cat",)).score(video, parts).values, plain)


def test_without_a_net_one_line_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="run `gifworthy train video2gif --data MANIFEST"):
        Video2Gif.load(Settings(weights=tmp_path))


def test_a_net_of_another_kind_is_refused() -> None:
    with pytest.raises(
        WeightsBroken, match="holds video2gif, to be used by 'video2gif', not 'ranksvm'"
    ):
        RankSvm.open(folder(), Settings())


def test_a_truncated_net_is_refused(tmp_path: Path) -> None:
    broken = shutil.copytree(folder(), tmp_path / "broken")
    model = broken / "model.onnx"
    model.write_bytes(model.read_bytes()[:-100])
    with pytest.raises(WeightsBroken, match="damaged, truncated or of another net"):
        Video2Gif.open(broken, Settings())
