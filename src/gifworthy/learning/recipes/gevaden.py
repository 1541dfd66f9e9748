"""GEVADEN (Xu et al., AAAI 2021): learn to imagine GIFs of three shots from those that people accepted.

A conditional variational auto-encoder whose prior depends on the video: one video has many right answers.

Shape letters: B videos, L samples, K shots of a GIF (3), D feature size, Z latent size, V words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from gifworthy.learning.contextual import fit_one_scale, vocabulary
from gifworthy.learning.examples import Example, Examples
from gifworthy.learning.recipe import Course, Learned, Loss, Plain, Rows, at_least
from gifworthy.learning.stories import WATCHED_SAMPLES, Stories, mean_worth, worth
from gifworthy.models.context import Context
from gifworthy.reading import Reading

if TYPE_CHECKING:
    from torch import Tensor, nn

    from gifworthy.learning.run import Run
    from gifworthy.models.gevaden import Learner, Lesson


@dataclass(frozen=True)
class Gevaden:
    """Reconstruction + beta KL + perceptual loss; where the paper is silent see `docs/models/gevaden.md`.

    backbone, frames: whose vectors of each second; the paper takes resnet3d-50 and 16 frames.
    state, gif_state, latent: of the video (512), of a GIF (128), and of the Gaussian (10).
    prior: `learned` from the video, or `fixed` at N(0, I). beta: weight of the KL; it grows from 0 over
        the first `warm_up` epochs. perceptual: lambda, 0 for none. draws: of z for each video of a batch.
    squared: the likelihood of a Gaussian instead of the L2 norm. tag_words: how many words of title and
        tags join the prior, the most frequent; 0 for none (the paper's future work).
    watch: on validation videos `1 - PME`, `1 - nearest PME` or `hit` of samples of the prior, or of the
        one answer `shown`: see `learning.stories.worth`.
    """

    backbone: str = "pixels"
    frames: int = 0
    state: int = 512
    gif_state: int = 128
    latent: int = 10
    prior: Literal["learned", "fixed"] = "learned"
    beta: float = 0.1
    warm_up: float = 10.0
    perceptual: float = 0.1
    draws: int = 4
    squared: bool = False
    tag_words: int = 0
    learning_rate: float = 3e-4
    batch: int = 16
    epochs: int = 100
    patience: int = 15
    watch: str = "shown"

    def __post_init__(self) -> None:
        at_least(self, state=1, gif_state=1, latent=1, draws=1, beta=0, warm_up=0, perceptual=0)
        at_least(self, tag_words=0)
        if self.prior == "fixed" and self.tag_words:
            raise ValueError("tags cannot join a fixed prior; give prior=learned or tag_words=0")

    def reading(self) -> Reading:
        """One clip spread over each second."""
        return Reading.vectors(self.backbone, self.frames)

    def learn(self, examples: Examples, run: Run) -> Learned:
        """One net. Raises: LabelsNotFound when no video has a GIF of three shots."""
        import torch

        from gifworthy.models.gevaden import Gevaden as Network
        from gifworthy.models.gevaden import Learner
        from gifworthy.models.storytelling import remember

        words = vocabulary(examples, self.tag_words) if self.tag_words else ()
        stories = Stories.of(examples, Context(words=words))
        arguments = self._arguments(int(examples.inputs.shape[1]), words)
        run.start()
        network = Network(**arguments)  # type: ignore[arg-type]
        remember(network.encoder, max(map(len, examples.train)))
        fit_one_scale(network.standard, examples)
        batches = -(-len(stories.items) // self.batch)
        learner = Learner(network, self.warm_up * batches)
        run.fit(self._course(learner, stories, run), examples)
        shown = torch.zeros(7, network.standard.mean.shape[0])
        inputs = (shown, torch.zeros(5, self.latent), torch.zeros(5, len(words)))
        count = 3 if words else 2
        return Learned(
            network,
            "gevaden",
            arguments,
            "",
            inputs[:count],
            ("shots", "noise", "words")[:count],
            "seconds",
            "gevaden",
            ("seconds", "samples", "samples")[:count],
        )

    def _arguments(self, size: int, words: tuple[str, ...]) -> dict[str, Plain]:
        return {
            "features": size,
            "state": self.state,
            "gif_state": self.gif_state,
            "latent": self.latent,
            "prior": self.prior,
            "words": ";".join(words),
        }

    def _course(self, learner: Learner, stories: Stories, run: Run) -> Course:
        from torch.optim import Adam

        return Course(
            learner,
            stories.items,
            self._loss(learner, stories, run),
            Adam(learner.parameters(), self.learning_rate),
            batch=self.batch,
            epochs=self.epochs,
            patience=self.patience,
            watch=self.watch,
            judge=lambda net, _: _judged(net, stories, run, self.latent),
        )

    def _loss(self, learner: Learner, stories: Stories, run: Run) -> Loss:
        def loss(net: nn.Module, rows: Rows, random: np.random.Generator) -> Tensor:
            batch = stories.batch(rows, random)
            noise = random.standard_normal((len(rows), self.draws, self.latent))
            given = [run.tensor(x) for x in (batch.shots, batch.lengths, batch.gifs, noise)]
            if stories.words.words:
                given.append(run.tensor(batch.words))
            return self._punished(net(*given), learner.warmth())

        return loss

    def _punished(self, lesson: Lesson, warmth: Tensor) -> Tensor:
        """Equations 5 and 7."""
        from gifworthy.learning.storylosses import gaussian_divergence, missed, perceptual

        wanted = lesson.wanted[:, None].expand_as(lesson.told)
        rebuilt = missed(lesson.told, wanted, squared=self.squared).mean(dim=1)
        apart = gaussian_divergence(lesson.posterior, lesson.prior)
        loss = rebuilt + self.beta * warmth * apart + self.perceptual * perceptual(lesson)
        return loss.mean()


def _judged(net: nn.Module, stories: Stories, run: Run, latent: int) -> dict[str, float]:
    """Samples of the prior on the watched videos, the same lots each time."""
    return mean_worth([_worth(net, stories, example, run, latent) for example in stories.watched()])


def _worth(
    net: nn.Module, stories: Stories, example: Example, run: Run, latent: int
) -> dict[str, float]:
    shots = np.asarray(stories.examples.inputs[example.rows], np.float32)
    random = run.random("watched", example.first)
    given = [run.tensor(shots), run.tensor(random.standard_normal((WATCHED_SAMPLES, latent)))]
    if stories.words.words:
        words = np.tile(stories.about(example.case), (WATCHED_SAMPLES, 1))
        given.append(run.tensor(words))
    told = net.network(*given)[0].double().cpu().numpy()  # type: ignore[operator]
    unit = float(net.network.standard.spread[0])  # type: ignore[union-attr, index]
    return worth(told, shots, stories.gifs[example.first], unit)
