"""What a net is punished for. Scores in, one loss for each pair, span or set out; needs torch.

Shape letters: P pairs, B sets, N spans of a set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn.functional import binary_cross_entropy_with_logits, log_softmax, softplus

if TYPE_CHECKING:
    from torch import Tensor

DELTA = 1.5


def violation(better: Tensor, worse: Tensor, margin: float = 1.0) -> Tensor:
    """By how much a pair fails to be `margin` apart, 0 when it is: (P,) and (P,) -> (P,).

    Video2GIF (Gygli, Song, Cao, CVPR 2016): u of equation 2, cut off at 0.
    """
    return (margin - better + worse).clamp(min=0)


def l1_rank_loss(better: Tensor, worse: Tensor, margin: float = 1.0) -> Tensor:
    """Video2GIF, equation 1 with p = 1: (P,) and (P,) -> (P,). Punishes small violations hard."""
    return violation(better, worse, margin)


def l2_rank_loss(better: Tensor, worse: Tensor, margin: float = 1.0) -> Tensor:
    """Video2GIF, equation 1 with p = 2: (P,) and (P,) -> (P,). One outlier may outweigh the rest."""
    return violation(better, worse, margin).square()


def huber_rank_loss(better: Tensor, worse: Tensor, delta: Tensor | float = DELTA) -> Tensor:
    """Video2GIF, equation 2: squared for small violations, linear for large ones.

    Args:
        better, worse: (P,) scores of paired spans.
        delta: where it becomes linear, above 0; one number, or (P,) for the adaptive form, 1.5 + p
            with p in 0..1 the popularity of each pair's GIF.

    Returns: (P,), 0 where the pair is right by the margin of 1.
    """
    missed = violation(better, worse)
    return torch.where(missed <= delta, missed.square() / 2, delta * missed - delta**2 / 2)


def logistic_rank_loss(better: Tensor, worse: Tensor) -> Tensor:
    """RankNet (Burges et al., ICML 2005): -log sigmoid(better - worse), (P,) and (P,) -> (P,)."""
    return softplus(worse - better)


def classification_loss(better: Tensor, worse: Tensor) -> Tensor:
    """Binary cross-entropy of a span that was chosen and one that was not, whatever their video.

    Video2GIF's row "classification": the score is the logit of "somebody made a GIF of this".

    Args: better, worse: (P,) scores of chosen and of other spans. Returns: (P,), mean of the two.
    """
    return (softplus(-better) + softplus(worse)) / 2


def set_loss(scores_bn: Tensor, values_bn: Tensor, there_bn: Tensor) -> Tensor:
    """How far the softmax of the scores of one video is from that of its labels.

    KL(softmax(values) || softmax(scores)), the set-wise loss of SL-Module (Xu et al., ICCV 2021), which
    is ListNet's (Cao et al., ICML 2007) less a constant: all spans of a video are compared at once,
    so that the best count, not each pair alike.

    Args:
        scores_bn: (B, N). values_bn: (B, N) how good each span is; larger steps make a sharper goal.
        there_bn: (B, N) true where there is a span; the rest fills up shorter sets. Each set has one.

    Returns: (B,), 0 where scores and values differ by a constant only.
    """
    away = torch.finfo(scores_bn.dtype).min
    wanted = log_softmax(values_bn.masked_fill(~there_bn, away), dim=1)
    found = log_softmax(scores_bn.masked_fill(~there_bn, away), dim=1)
    gaps = wanted.exp() * (wanted - found)
    return gaps.masked_fill(~there_bn, 0.0).sum(dim=1)


def known_cross_entropy(logits_bkhw: Tensor, wanted_bkhw: Tensor, known_bk: Tensor) -> Tensor:
    """Binary cross-entropy of every pixel of the maps of which something is known; a scalar.

    PLD-VHD as it is read here (docs/models/pldvhd.md): Kullback and Leibler's divergence, by which
    TASED-Net learns, says nothing of a map that should be empty.

    Args:
        logits_bkhw: of the maps. wanted_bkhw: 0..1, the map that they should be. known_bk: 1 where
        somebody said what a target is worth, else 0.
    """
    each = binary_cross_entropy_with_logits(logits_bkhw, wanted_bkhw, reduction="none")
    return (each.mean((2, 3)) * known_bk).sum() / known_bk.sum().clamp(min=1)


def divergence(logits_bhw: Tensor, seen_bhw: Tensor) -> Tensor:
    """KL(looks || map), both of which sum to 1: (B,), TASED-Net's loss.

    The map is the sigmoid of its logits, brought to a sum of 1; so are the looks.
    """
    eps = 1e-8
    found = logits_bhw.float().sigmoid()
    found = found / found.sum((1, 2), keepdim=True)
    seen = seen_bhw / seen_bhw.sum((1, 2), keepdim=True)
    return (seen * (seen.clamp(min=eps).log() - found.clamp(min=eps).log())).sum((1, 2))
