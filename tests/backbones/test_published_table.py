"""What the table of backbones says, held against the nets themselves and against the notes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import numpy as np
import pytest

from gifworthy.backbones import BACKBONES
from gifworthy.backbones.preparing import Preparation, Singles
from gifworthy.backbones.published import PUBLISHED, ClipBackbone, Published
from gifworthy.testing import check_backbone
from gifworthy.types import Clip

NOTED = {  # the figures of the papers' table, to the digits it gives
    "c3d": (79.99, 61.2, 4096),
    "i3d": (12.697264, 12.29, 1024),
    "p3d-199": (66.49, None, 2048),
    "r2plus1d-18": (31.505325, None, 512),
    "r2plus1d-34": (64, 63, 512),  # the notes: about 63 M
    "r3d-18": (33.371472, None, 512),
    "mc3-18": (11.695440, None, 512),
    "resnet3d-50": (47.0, 46.2, 2048),
    "s3d": (8.320048, None, 1024),
}


def digits(value: float) -> int:
    """Digits after the point."""
    return len(f"{value}".partition(".")[2]) if isinstance(value, float) else 0


@pytest.mark.parametrize("name", list(NOTED))
def test_the_figures_of_the_notes(name: str) -> None:
    about, (full, headless, size) = PUBLISHED[name], NOTED[name]
    assert round(about.parameters / 1e6, digits(full)) == full
    assert about.feature_size == size
    if headless is not None:
        assert round(about.headless / 1e6, digits(headless)) == headless


@pytest.mark.parametrize("name", list(NOTED))
def test_the_nets_are_as_large_as_the_table_says(name: str) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    about = PUBLISHED[name]
    with torch.device("meta"):
        whole = about.network_class()(classes=487 if name == "c3d" else 400).eval()
        bare = about.network_class()(classes=0).eval()
        features = bare(torch.empty(2, *about.preparation.shape))
        logits = whole.classify(torch.empty(1, *about.preparation.shape))
    assert sum(part.numel() for part in whole.parameters()) == about.parameters
    assert sum(part.numel() for part in bare.parameters()) == about.headless
    assert features.shape == (2, about.feature_size)
    assert whole.feature_size == about.feature_size
    assert logits.shape == (1, 487 if name == "c3d" else 400)


@pytest.mark.parametrize("name", list(NOTED))
def test_stages_hold_every_weight_but_the_head(name: str) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    with torch.device("meta"):
        bare = PUBLISHED[name].network_class()(classes=0)
    held = sum(part.numel() for stage in bare.stages for part in stage.parameters())
    assert held == PUBLISHED[name].headless


@pytest.mark.parametrize("name", list(NOTED))
def test_a_net_without_classes_does_not_classify(name: str) -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    with torch.device("meta"):
        bare = PUBLISHED[name].network_class()(classes=0)
    with pytest.raises(ValueError, match="without classes"):
        bare.classify(torch.empty(1, 3, 16, 112, 112, device="meta"))


def test_every_published_net_is_on_the_shelf_under_its_name() -> None:
    assert set(NOTED) == set(PUBLISHED)
    for name, about in PUBLISHED.items():
        assert BACKBONES[name] is about


def test_the_shelf_needs_no_torch() -> None:
    program = (
        "import sys; sys.modules['torch'] = None\n"
        "from gifworthy.backbones import BACKBONES\n"
        "print(BACKBONES['i3d'].feature_size)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert said.stdout.strip() == "1024"


def means(clips_ncthw: Singles) -> Singles:
    """Instead of a net: mean colour and how much it moves."""
    colours = clips_ncthw.mean((2, 3, 4))
    moves = np.abs(np.diff(clips_ncthw, axis=2)).mean((1, 2, 3, 4))
    return np.column_stack([colours, moves]).astype(np.float32)


def drawn(counts: Sequence[int]) -> list[Clip]:
    rng = np.random.default_rng(1)
    frames = [rng.integers(0, 256, (count, 40, 60, 3), np.uint8) for count in counts]
    return [Clip(f, np.arange(len(f)) / 10) for f in frames]


@pytest.mark.parametrize("about", PUBLISHED.values(), ids=list(PUBLISHED))
@pytest.mark.parametrize("batch", [1, 2, 16])
def test_every_backbone_keeps_the_contract(about: Published, batch: int) -> None:
    check_backbone(about(means, batch=batch), drawn([16, 4, 1, 40, 16]))


def test_a_backbone_tells_colours_apart_in_the_order_given() -> None:
    to = Preparation(2, 8, 8, mean=(0.0,) * 3, std=(1.0,) * 3)
    colours = [(10, 20, 30), (200, 100, 0), (0, 0, 255)]
    clips = [Clip(np.full((2, 8, 8, 3), c, np.uint8), np.zeros(2)) for c in colours]
    assert ClipBackbone(means, to, batch=2).encode(clips)[:, :3].tolist() == [
        list(map(float, colour)) for colour in colours
    ]


def test_no_clips_are_no_vectors() -> None:
    assert len(PUBLISHED["i3d"](means).encode([])) == 0
