"""GEVADEN (Xu et al., AAAI 2021): three shots that tell a video, drawn from what people accept.

Shape letters: B videos, L samples, N shots of a video, D feature size, S video state (512), Y GIF state
(128), Z latent size (10), V words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.func import functional_call

from gifworthy.models.standard import Standard
from gifworthy.models.storytelling import Gaussian, SequenceEncoder, Teller

Prior = Literal["learned", "fixed"]
WORD_SIZE = 64


@dataclass(frozen=True)
class Lesson:
    """What one pass over a batch gives to be punished, in the net's own scale.

    told, told_state: (B, L, 3, D) and (B, L, Y) of the generated GIFs, re-embedded. wanted,
    wanted_state: (B, 3, D) and (B, Y) of the true ones. posterior, prior: (B, Z) mean and log variance.
    """

    told: Tensor
    wanted: Tensor
    told_state: Tensor
    wanted_state: Tensor
    posterior: tuple[Tensor, Tensor]
    prior: tuple[Tensor, Tensor]


class Gevaden(nn.Module):
    """Prior encoder, posterior encoder and generator (figure 3).

        video  N x D -> LSTM, LSTM -> s_x 512 --+-> MLP -> prior N(mu, sigma) of z, 10 -- use -+
        tags   V -> 64 (switch) ----------------+                                              |
        s_x 512 ---- first state of both layers ---> LSTM, LSTM, linear <- [z ; g_(i-1)] <- z -+
                                                       |                                       |
                                                       +-> g_1, g_2, g_3  3 x D                |
        true GIF 3 x D -> LSTM, LSTM -> s_y 128 -> MLP -> posterior N(mu, sigma) -- training --+

    At 2048 numbers a shot: prior encoder 7,348,224 + 272,916, posterior encoder 1,247,232 + 19,092,
    generator 7,368,704 + 1,050,624 parameters.

    All features are brought to one scale by `standard`: less their mean, in units of one spread that
    all numbers share, so that which shot is nearest, and PME, are what they are in the raw features.

    Args: features: D. state, gif_state, latent: S, Y, Z. prior: `learned`, or `fixed` at N(0, I).
        words: V, parted by semicolons; "" for a prior that sees no tags.
    """

    def __init__(
        self,
        features: int = 2048,
        state: int = 512,
        gif_state: int = 128,
        latent: int = 10,
        prior: Prior = "learned",
        words: str = "",
    ) -> None:
        super().__init__()
        self.latent, self.prior = latent, prior
        self.words = len([word for word in words.split(";") if word])
        beside = WORD_SIZE if self.words else 0
        self.standard = Standard(features)
        self.encoder = SequenceEncoder(features, state)
        if prior == "learned":
            self.prior_head = Gaussian(state + beside, state, latent)
        if self.words:
            self.word_vectors = nn.Linear(self.words, WORD_SIZE, bias=False)
        self.gif_encoder = SequenceEncoder(features, gif_state)
        self.posterior_head = Gaussian(gif_state, gif_state, latent)
        self.teller = Teller(features, state, latent)

    def forward(
        self, shots_nd: Tensor, noise_lz: Tensor, words_lv: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """One video told L times, z drawn from its prior.

        Args: noise_lz: standard normal. words_lv: shares of known words, the same in each row.
        Returns: (L, 3, D) in the scale of what came in; (L, Z) mean and log variance of the prior.
        """
        about = self.encoder(self.standard(shots_nd)[None])
        about = about.expand(noise_lz.shape[0], -1)
        mean, log_variance = self._prior(about, words_lv)
        told = self.teller(about, drawn(mean, log_variance, noise_lz))
        return self.standard.undone(told), mean + 0 * noise_lz, log_variance + 0 * noise_lz

    def learn(
        self,
        shots_bnd: Tensor,
        lengths_b: Tensor,
        gifs_b3d: Tensor,
        noise_blz: Tensor,
        words_bv: Tensor | None = None,
    ) -> Lesson:
        """Videos told L times each, z drawn from the posterior of a true GIF.

        Args: lengths_b: how many of the N shots are there. noise_blz: standard normal.
        """
        wanted = self.standard(gifs_b3d)
        about = self.encoder(self.standard(shots_bnd), lengths_b)
        state = self.gif_encoder(wanted)
        posterior = self.posterior_head(state)
        z = drawn(posterior[0][:, None], posterior[1][:, None], noise_blz)
        count = noise_blz.shape[1]
        told = self.teller(about.repeat_interleave(count, dim=0), z.flatten(0, 1))
        again = self._embedded_again(told)
        return Lesson(
            told.reshape(-1, count, *told.shape[1:]),
            wanted,
            again.reshape(-1, count, again.shape[1]),
            state.detach(),
            posterior,
            self._prior(about, words_bv),
        )

    def _prior(self, about_bs: Tensor, words_bv: Tensor | None) -> tuple[Tensor, Tensor]:
        if self.prior == "fixed":
            nought = about_bs.new_zeros(about_bs.shape[0], self.latent)
            return nought, nought
        parts = [about_bs] if words_bv is None else [about_bs, self.word_vectors(words_bv)]
        mean, log_variance = self.prior_head(torch.cat(parts, dim=1))
        return mean, log_variance

    def _embedded_again(self, told_b3d: Tensor) -> Tensor:
        """Equation 6: the posterior encoder with frozen weights, so that only what was told learns."""
        frozen = {name: value.detach() for name, value in self.gif_encoder.named_parameters()}
        return torch.as_tensor(functional_call(self.gif_encoder, frozen, (told_b3d,)))


class Learner(nn.Module):
    """The net as it learns: a call is one batch, and batches are counted.

    batches: how many have been learned from. warm: over how many the KL grows to its full weight.
    """

    batches: Tensor

    def __init__(self, network: Gevaden, warm: float) -> None:
        super().__init__()
        self.network, self.warm = network, warm
        self.register_buffer("batches", torch.zeros(()))

    def forward(self, *given: Tensor) -> Lesson:
        """As `Gevaden.learn`."""
        if self.training:
            self.batches += 1
        return self.network.learn(*given)

    def warmth(self) -> Tensor:
        """The share of its weight that the KL has now: 0..1, 1 from the last warming batch on."""
        return (self.batches / max(self.warm, 1.0)).clamp(max=1.0)


def drawn(mean: Tensor, log_variance: Tensor, noise: Tensor) -> Tensor:
    """Reparameterisation (Kingma, Welling 2014): mean + sigma * noise."""
    return mean + (log_variance / 2).exp() * noise
