"""PHD-GIFs (Garcia del Molino, Gygli, ACM MM 2018): learn to rank for a viewer whose history is an input.

Each video of a viewer in turn is what is ranked, the viewer's others are the history, cut to a random
length, so that one choice suffices when the model is used, and none gives the generic ranking.

Shape letters: N segments, H choices, F features, P pairs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Literal

import numpy as np

from gifworthy.errors import LabelsNotFound
from gifworthy.habits import NOBODY
from gifworthy.learning.contextual import fit_standard, grades, need_vectors
from gifworthy.learning.examples import Example, Examples
from gifworthy.learning.linear import separating
from gifworthy.learning.metrics.pairs import nacc
from gifworthy.learning.pairs import LEAST_OVERLAP, NEGATIVES, Pairs, chosen, within_videos
from gifworthy.learning.recipe import Course, Learned, Loss, Rows, at_least
from gifworthy.learning.viewers import history_of
from gifworthy.reading import Reading
from gifworthy.scorers.phd import Scale, fused_parts, habits_of, viewer_rows
from gifworthy.taste import NEAREST, Aggregation, Joining, Representation, distances
from gifworthy.types import Floats, History

if TYPE_CHECKING:
    from torch import Tensor, nn

    from gifworthy.learning.run import Run
    from gifworthy.models.phd import PhdNet

Parts = Literal["phd", "phd-ca", "svm-d", "residual"]
SHARES = (0.0, 0.25, 0.5, 1.0, 2.0)
MOST_PAIRS = 20_000


@dataclass(frozen=True)
class PhdGifs:
    """PHD-CA + SVM-D + habits. Where the paper is silent: `docs/models/phd.md`.

    backbone, frames, stride: whose vectors. aggregation, representation, nearest: how the history is
        joined (`gifworthy.taste`). first, second: hidden layers. dropout: of both. alone: share of
        the pairs that are ranked without a history. most: choices of a history at most in a step.
        cost: C of SVM-D. overlap: share of a segment in a GIF from which on it was chosen.
    parts: which scorer it becomes, all of them or a rival alone: `phd-ca`, `svm-d` (which takes no steps), or
        `residual`, whose net is taught without any history, and each viewer's SVM when it is used.
    """

    backbone: str = "pixels"
    frames: int = 0
    stride: int | None = None
    aggregation: Aggregation = "mean"
    representation: Representation = "vectors"
    nearest: int = NEAREST
    first: int = 512
    second: int = 64
    dropout: float = 0.5
    alone: float = 0.1
    most: int = 40
    cost: float = 1.0
    overlap: float = LEAST_OVERLAP
    parts: Parts = "phd"
    learning_rate: float = 1e-3
    decay: float = 1e-4
    batch: int = 50
    epochs: int = 30
    patience: int = 6

    def __post_init__(self) -> None:
        at_least(self, nearest=1, first=1, second=1)

    def reading(self) -> Reading:
        """One clip spread over each segment, or Video2GIF's snippets with a stride."""
        return Reading.vectors(self.backbone, self.frames, self.stride)

    def learn(self, examples: Examples, run: Run) -> Learned:
        """One net by steps, then SVM-D in one fit, then their shares on validation."""
        import torch

        from gifworthy.models.phd import PhdNet

        need_vectors(examples)
        size = int(examples.inputs.shape[1])
        arguments = {
            "features": size,
            "aggregation": self.aggregation,
            "representation": self.representation,
            "nearest": self.nearest,
            "first": self.first,
            "second": self.second,
            "dropped": self.dropout,
        }
        run.start()
        network = PhdNet(**arguments)  # type: ignore[arg-type]
        fit_standard(network.standard, examples)
        generic = self.parts == "residual"
        viewers = Viewers(examples, _scale(network), self._joining, self.overlap, generic)
        pairs = self._pairs(examples, run)
        if self.parts != "svm-d":
            run.fit(self._course(network, viewers, pairs, run), examples)
        weights = self._near(viewers, pairs, run.random("svm-d"))
        with torch.no_grad():
            network.near.weight.copy_(torch.from_numpy(weights)[None])
            network.shares.copy_(torch.tensor(_shares(network, viewers)))
        width = size + self._joining.width(size) + self.nearest
        return Learned(network, "phd", arguments, self.parts, (torch.zeros(2, width),), ("rows",))

    @property
    def _joining(self) -> Joining:
        return Joining(self.aggregation, self.representation, self.nearest)

    def _pairs(self, examples: Examples, run: Run) -> Pairs:
        values, video = grades(examples)
        pairs = within_videos(chosen(values, self.overlap), video, run.random("pairs"), NEGATIVES)
        if not len(pairs):
            raise LabelsNotFound(
                "no video has a chosen and an unchosen segment to learn from; give more videos or labels"
            )
        return pairs

    def _course(self, network: PhdNet, viewers: Viewers, pairs: Pairs, run: Run) -> Course:
        from torch.optim import AdamW

        return Course(
            network,
            np.column_stack([pairs.better, pairs.worse]),
            self._loss(viewers, run),
            AdamW(network.parameters(), self.learning_rate, weight_decay=self.decay),
            batch=self.batch,
            epochs=self.epochs,
            patience=self.patience,
            judge=lambda net, watched: _judged(net, viewers, watched, run),
        )

    def _loss(self, viewers: Viewers, run: Run) -> Loss:
        from gifworthy.learning.losses import huber_rank_loss

        def loss(net: nn.Module, rows: Rows, random: np.random.Generator) -> Tensor:
            shown = [self._drawn(viewers, pair, random) for pair in rows]
            scores = net(run.tensor(np.concatenate(shown)))[:, 0].reshape(rows.shape)
            return huber_rank_loss(scores[:, 0], scores[:, 1]).mean()

        return loss

    def _drawn(self, viewers: Viewers, pair: Rows, random: np.random.Generator) -> np.ndarray:
        """A better and a worse segment beside some of their viewer's choices: (2, F + C + K)."""
        history = viewers.choices(viewers.examples.at(int(pair[0])))
        if len(history):
            count = random.integers(1, min(len(history), self.most) + 1)
            kept = 0 if random.random() < self.alone else count
            history = history[random.permutation(len(history))[:kept]]
        return viewer_rows(viewers.features(pair), history, self._joining)

    def _near(self, viewers: Viewers, pairs: Pairs, random: np.random.Generator) -> np.ndarray:
        """(K,) SVM-D: a linear rank SVM on the distances; 0 where no viewer has a history."""
        picked = random.permutation(len(pairs))[:MOST_PAIRS]
        apart = []
        for place in picked:
            pair = np.array([pairs.better[place], pairs.worse[place]])
            history = viewers.choices(viewers.examples.at(int(pair[0])))
            if len(history):
                kept = random.permutation(len(history))[: random.integers(1, len(history) + 1)]
                near = distances(viewers.features(pair), history[kept], self.nearest)
                apart.append(near[0] - near[1])
        if len(apart) < 2:
            return np.zeros(self.nearest, np.float32)
        turned = np.where(np.arange(len(apart)) % 2, 1.0, -1.0)
        weights, _ = separating(np.stack(apart) * turned[:, None], turned, self.cost, offset=False)
        return weights.astype(np.float32)


@dataclass(frozen=True)
class Viewers:
    """Whose each video is, and what its viewer chose in the others; viewers are never in both splits.

    generic: nobody is to have chosen anything.
    """

    examples: Examples
    scale: Scale
    joining: Joining
    overlap: float
    generic: bool = False

    def features(self, rows: Rows) -> Floats:
        """(B, F) on one scale."""
        return self.scale.of(np.asarray(self.examples.inputs[rows], np.float64))

    def choices(self, example: Example) -> Floats:
        """(H, F) the chosen segments of the viewer's other videos, on one scale."""
        others = [self._chosen[other.first] for other in self.others(example)]
        return np.concatenate(others) if others else np.zeros((0, 0))

    def timings(self, example: Example) -> History:
        """Where those lay."""
        return history_of([other.case for other in self.others(example)])

    def others(self, example: Example) -> list[Example]:
        """The other videos of the same viewer; none where it is not said whose a video is."""
        known = example.case.who and not self.generic
        own = self._of_viewer[example.case.who] if known else []
        return [other for other in own if other is not example]

    @cached_property
    def _of_viewer(self) -> Mapping[str, list[Example]]:
        found: dict[str, list[Example]] = {}
        for example in self.examples.train + self.examples.validation:
            found.setdefault(example.case.who, []).append(example)
        return found

    @cached_property
    def _chosen(self) -> Mapping[int, Floats]:
        """Of each video; where nothing lies deep enough in a GIF, the segment that lies deepest."""
        found = {}
        for example in self.examples.train + self.examples.validation:
            least = min(self.overlap, float(example.values.max()) - 1e-9)
            found[example.first] = self.features(example.rows[example.values > least])
        return found


def _scale(network: PhdNet) -> Scale:
    standard = network.standard
    return Scale(standard.mean.double().numpy(), standard.spread.double().numpy())


def _answers(net: nn.Module, viewers: Viewers, example: Example) -> Floats:
    """(N, 2) of one video, its viewer's whole history beside it."""
    import torch

    rows = viewer_rows(viewers.features(example.rows), viewers.choices(example), viewers.joining)
    device = next(net.parameters()).device
    with torch.inference_mode():
        found: Tensor = net(torch.from_numpy(rows).to(device))
    return np.asarray(found.float().cpu().numpy(), np.float64)


def _judged(
    net: nn.Module, viewers: Viewers, watched: Sequence[Example], run: Run
) -> dict[str, float]:
    """PHD-CA alone on the watched videos: nACC, and the benchmark's metrics, larger is better."""
    scores = [_answers(net, viewers, example)[:, 0] for example in watched]
    found = {"nACC": _mean([nacc(e.values, s) for e, s in zip(watched, scores, strict=True)])}
    judged = np.array([e.trial.judge(s) for e, s in zip(watched, scores, strict=True)])
    for column, metric in enumerate(run.metrics):
        mean = _mean(judged[:, column].tolist())
        found[metric.name] = mean if metric.larger_is_better else -mean
    return found


def _shares(network: PhdNet, viewers: Viewers) -> tuple[float, float]:
    """Of SVM-D and of habits: those by which the watched videos are ranked best; the least of equals."""
    watched = viewers.examples.validation
    parts = []
    for example in watched:
        pieces = viewers.examples.pieces(example)
        history = viewers.timings(example) if viewers.others(example) else NOBODY
        parts.append((_answers(network, viewers, example), habits_of(pieces, history)))

    def worth(shares: tuple[float, float]) -> float:
        scores = [fused_parts(a, h, np.array(shares)).sum(axis=1) for a, h in parts]
        return _mean([nacc(e.values, s) for e, s in zip(watched, scores, strict=True)])

    tried = sorted(product(SHARES, SHARES), key=sum)
    return max(tried, key=worth) if watched else (1.0, 0.0)


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if np.isfinite(value)]
    return float(np.mean(known)) if known else 0.0
