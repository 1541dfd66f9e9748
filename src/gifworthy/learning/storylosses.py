"""What a net that tells stories is punished for; needs torch.

Shape letters: B videos, L samples, K shots, D feature size, S state size, Z latent size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch.nn.functional import relu

if TYPE_CHECKING:
    from torch import Tensor

    from gifworthy.models.gevaden import Lesson
    from gifworthy.models.reseq2seq import Retelling

TINY = 1e-12
"""Under the root, so that where nothing is missed the slope is 0 and not nan."""


def missed(told_bkd: Tensor, wanted_bkd: Tensor, *, squared: bool = False) -> Tensor:
    """How far told shots are from the true ones, summed over the GIF: (..., K, D) -> (...).

    GEVADEN, the first term of equation 5 with L2 norm. squared: the negative log likelihood of a
    Gaussian instead.
    """
    squares = (told_bkd - wanted_bkd).square().sum(-1)
    return (squares if squared else (squares + TINY).sqrt()).sum(-1)


def gaussian_divergence(posterior: tuple[Tensor, Tensor], prior: tuple[Tensor, Tensor]) -> Tensor:
    """KL(posterior || prior) of Gaussians with diagonal covariance: (B, Z) each, mean and log variance.

    GEVADEN, the second term of equation 5. Returns: (B,).
    """
    (mean, log_variance), (other, other_log_variance) = posterior, prior
    ratio = (log_variance - other_log_variance).exp()
    apart = (mean - other).square() / other_log_variance.exp()
    return (ratio + apart - 1 - log_variance + other_log_variance).sum(-1) / 2


def perceptual(lesson: Lesson) -> Tensor:
    """GEVADEN, equation 6: how far a told GIF is from the true one in the posterior encoder's eyes: (B,)."""
    apart = (lesson.told_state - lesson.wanted_state[:, None]).square().sum(-1)
    return (apart + TINY).sqrt().mean(-1)


def retrospective(retelling: Retelling, margin: float) -> tuple[Tensor, Tensor]:
    """re-SEQ2SEQ: what was told must lead back to its own video, and to no other.

    Returns: (B,) squared distance of what was told to its video; (B,) by how much it is not `margin`
    nearer to its own than to the others of the batch, their mean. Distances are a number's, so that
    the margin does not depend on S.
    """
    again, about = retelling.again, retelling.about
    apart = (again[:, None] - about[None]).square().mean(-1)
    own = apart.diagonal()
    count = len(apart)
    if count < 2:
        return own, own * 0
    beyond = relu(margin + own[:, None] - apart)
    others = (beyond.sum(1) - beyond.diagonal()) / (count - 1)
    return own, others
