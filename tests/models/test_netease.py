"""NetEase's net: shapes, range, what is frozen stays, what was published is what is read."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="torch is not installed")

import torch
from torch import Tensor

from gifworthy.backbones.published import PUBLISHED
from gifworthy.errors import UnknownName
from gifworthy.models.netease import Levels, NetEase, Streams

SIDE = 64


def net(backbone: str = "i3d", streams: Streams = "rgb", dropout: float = 0.0) -> NetEase:
    """An eighth of the channels, 64 pixels a side."""
    torch.manual_seed(1)
    return NetEase(backbone, streams, 16, dropout, shrink=8, side=SIDE).eval()


def clips(count: int) -> Tensor:
    random = torch.Generator().manual_seed(2)
    return 255 * torch.rand((count, 3, 16, SIDE, SIDE), generator=random)


@pytest.mark.parametrize("backbone", list(PUBLISHED))
def test_every_backbone_gives_a_score_between_0_and_1(backbone: str) -> None:
    with torch.inference_mode():
        scores, logits = net(backbone)(clips(2))
    assert scores.shape == (2, 1)
    assert logits.shape == (2, 1)
    assert ((scores >= 0) & (scores <= 1)).all()
    torch.testing.assert_close(scores, 1 / (1 + torch.exp(-logits)))


def test_two_streams_meet_at_their_scores_only() -> None:
    """Late fusion: the logit is the mean of the streams', and each hears its own input alone."""
    both, pictures = net(streams="both"), clips(2)
    flow = pictures / 127.5 - 1
    with torch.inference_mode():
        scores, logits = both(pictures, flow)
        _, others = both(pictures, torch.zeros_like(flow))
    torch.testing.assert_close(scores, torch.sigmoid((logits[:, :1] + logits[:, 1:]) / 2))
    torch.testing.assert_close(others[:, 0], logits[:, 0])
    assert not torch.allclose(others[:, 1], logits[:, 1])


def test_a_net_of_two_streams_wants_both() -> None:
    with pytest.raises(ValueError, match="zip"):
        net(streams="both")(clips(1))


def test_levels_become_what_the_backbone_was_trained_on() -> None:
    grey = torch.full((1, 3, 1, 1, 1), 127.5)
    assert Levels(PUBLISHED["i3d"])(grey).flatten().tolist() == [0, 0, 0]
    red = torch.tensor([255.0, 0.0, 0.0]).reshape(1, 3, 1, 1, 1)
    blue_green_red = Levels(PUBLISHED["c3d"])(red).flatten().tolist()
    assert blue_green_red == pytest.approx([-104, -117, 255 - 128])


@pytest.mark.parametrize("count", [0, 3, 16])
def test_frozen_stages_do_not_learn(count: int) -> None:
    network = net()
    network.freeze(count)
    network.train()
    (stream,) = network.each
    stages = stream.backbone.stages
    before = [[t.clone() for t in stage.state_dict().values()] for stage in stages]
    optimizer = torch.optim.SGD([p for p in network.parameters() if p.requires_grad], 0.1)
    network(clips(4))[1].square().sum().backward()
    optimizer.step()
    moved = [
        any(not torch.equal(a, b) for a, b in zip(old, stage.state_dict().values(), strict=True))
        for old, stage in zip(before, stages, strict=True)
    ]
    has_weights = [bool(old) for old in before]
    assert moved == [place >= count and has_weights[place] for place in range(len(stages))]


def test_the_head_learns_when_every_stage_is_frozen() -> None:
    network = net()
    network.freeze(len(network.each[0].backbone.stages))
    learning = {name for name, p in network.named_parameters() if p.requires_grad}
    assert learning == {f"streams.rgb.head.{n}.{w}" for n in (1, 4) for w in ("weight", "bias")}


def test_more_stages_than_there_are_cannot_be_frozen() -> None:
    with pytest.raises(ValueError, match="5 stages to freeze, not 9"):
        net("r2plus1d-18").freeze(9)


def test_an_unknown_backbone_is_said() -> None:
    with pytest.raises(UnknownName, match="did you mean 'i3d'"):
        net("i3")


def test_unknown_streams_are_said() -> None:
    with pytest.raises(ValueError, match="streams must be one of rgb, flow, both"):
        net(streams="depth")  # type: ignore[arg-type]


@pytest.mark.parametrize("backbone", ["i3d", "c3d", "p3d-199", "r2plus1d-18"])
def test_at_full_size_the_backbone_is_the_published_one(backbone: str) -> None:
    """The four that the paper compares."""
    with torch.device("meta"):
        network = NetEase(backbone)
    count = sum(p.numel() for p in network.each[0].backbone.parameters())
    assert count == PUBLISHED[backbone].headless
    size = PUBLISHED[backbone].feature_size
    head = sum(p.numel() for p in network.each[0].head.parameters())
    assert head == size * 512 + 512 + 512 + 1
