"""Joint embedding (after Liu et al., CVPR 2015): how near a segment lies to what its video is about."""

from __future__ import annotations

from typing import ClassVar

from gifworthy.contextual import ContextualScorer


class JointEmbedding(ContextualScorer):
    """A proxy for "worth showing": segments that look like the words of their video's tags or title.

    Without words (`about` gives them) a video is taken for one about what the training videos are.
    """

    name: ClassVar[str] = "jointembedding"
    recipe: ClassVar[str] = "jointembedding"
