"""What nets that tell a video in a few shots are made of: read a sequence, tell one.

Shape letters: B videos, N shots of a video, K shots that are told, D feature size, S state size, Z
latent size.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

LAYERS, SHOTS = 2, 3


class SequenceEncoder(nn.Module):
    """What a sequence is about: the last state of the upper of two LSTM layers.

    x_1 .. x_n  D -> LSTM -> S -> LSTM -> S, after the last shot
    """

    def __init__(self, features: int, state: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(features, state, LAYERS, batch_first=True)

    def forward(self, shots_bnd: Tensor, lengths_b: Tensor | None = None) -> Tensor:
        """(B, N, D) -> (B, S). Args: lengths_b: how many of the N are there; all when not given."""
        if lengths_b is None:
            return torch.as_tensor(self.lstm(shots_bnd)[1][0][-1])
        packed = pack_padded_sequence(
            shots_bnd, lengths_b.cpu(), batch_first=True, enforce_sorted=False
        )
        return torch.as_tensor(self.lstm(packed)[1][0][-1])


class Gaussian(nn.Module):
    """Where in the latent space: a two-layer MLP to mean and logarithm of the variance.

    S (+ beside) -> hidden, ReLU -> 2 Z
    """

    def __init__(self, size: int, hidden: int, latent: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(size, hidden), nn.ReLU(), nn.Linear(hidden, 2 * latent)
        )

    def forward(self, states_bs: Tensor) -> tuple[Tensor, Tensor]:
        """(B, S) -> (B, Z) mean, (B, Z) log variance."""
        mean, log_variance = self.layers(states_bs).chunk(2, dim=1)
        return mean, log_variance


class Teller(nn.Module):
    """Shots one after the other: a two-layer LSTM that begins with the video's state.

    [z ; g_(i-1)]  Z + D -> LSTM -> S -> LSTM -> S -> linear -> g_i  D,   i = 1, 2, 3,   g_0 = 0

    Both layers begin with the video's state and empty cells.
    """

    def __init__(self, features: int, state: int, latent: int) -> None:
        super().__init__()
        self.features = features
        self.lstm = nn.LSTM(latent + features, state, LAYERS, batch_first=True)
        self.shot = nn.Linear(state, features)

    def forward(self, about_bs: Tensor, latent_bz: Tensor) -> Tensor:
        """(B, S) and (B, Z) -> (B, 3, D)."""
        hidden = about_bs[None].expand(LAYERS, -1, -1).contiguous()
        cell = torch.zeros_like(hidden)
        shot = about_bs.new_zeros(1).expand(about_bs.shape[0], self.features)
        told = []
        for _ in range(SHOTS):
            given = torch.cat([latent_bz, shot], dim=1)[:, None]
            state, (hidden, cell) = self.lstm(given, (hidden, cell))
            shot = self.shot(state[:, 0])
            told.append(shot)
        return torch.stack(told, dim=1)


def remember(encoder: SequenceEncoder, longest: float) -> None:
    """Let an encoder begin with memories of all lengths up to that of the videos.

    Tallec and Ollivier, "Can recurrent neural networks warp time?" (ICLR 2018): biases of the forget
    gates log U(1, longest), of the input gates less that. torch begins with a memory of about two shots,
    and a net that has forgotten the first minute is long in learning that it mattered.
    """
    for name, bias in encoder.lstm.named_parameters():
        if name.startswith("bias_ih"):
            size = len(bias) // 4
            with torch.no_grad():
                gates = torch.empty(size).uniform_(1.0, max(2.0, longest)).log()
                bias[:size], bias[size : 2 * size] = -gates, gates
