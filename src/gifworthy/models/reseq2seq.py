"""re-SEQ2SEQ (Zhang, Grauman, Sha, ECCV 2018), as GEVADEN's authors set beside their own: one answer a video.

Shape letters: B videos, N shots of a video, D feature size, S state size.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from gifworthy.models.standard import Standard
from gifworthy.models.storytelling import SequenceEncoder, Teller


@dataclass(frozen=True)
class Retelling:
    """What one pass gives. told, wanted: (B, 3, D). about, again: (B, S) the video, and what was told."""

    told: Tensor
    wanted: Tensor
    about: Tensor
    again: Tensor


class ReSeq2Seq(nn.Module):
    """GEVADEN's encoder and generator without z, and an encoder that looks back at what was told.

        video  N x D -> LSTM, LSTM -> s_x 512 -> LSTM, LSTM, linear <- g_(i-1) -> g_1, g_2, g_3  3 x D
                                       ^                                               |
                                       +-- the same place as --- 512 <- LSTM, LSTM <---+

    Args: features: D. state: S.
    """

    def __init__(self, features: int = 2048, state: int = 512) -> None:
        super().__init__()
        self.standard = Standard(features)
        self.encoder = SequenceEncoder(features, state)
        self.teller = Teller(features, state, 0)
        self.retrospective = SequenceEncoder(features, state)

    def forward(self, shots_nd: Tensor) -> Tensor:
        """(N, D), one video -> (1, 3, D) in the scale of what came in."""
        about = self.encoder(self.standard(shots_nd)[None])
        return self.standard.undone(self.teller(about, about[:, :0]))

    def learn(self, shots_bnd: Tensor, lengths_b: Tensor, gifs_b3d: Tensor) -> Retelling:
        """Videos told once each. Args: lengths_b: how many of the N shots are there."""
        about = self.encoder(self.standard(shots_bnd), lengths_b)
        told = self.teller(about, about[:, :0])
        return Retelling(told, self.standard(gifs_b3d), about, self.retrospective(told))


class Learner(nn.Module):
    """The net as it learns: a call is one batch."""

    def __init__(self, network: ReSeq2Seq) -> None:
        super().__init__()
        self.network = network

    def forward(self, *given: Tensor) -> Retelling:
        """As `ReSeq2Seq.learn`."""
        return self.network.learn(*given)
