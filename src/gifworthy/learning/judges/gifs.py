"""GIFs that people made: Video2GIF's and PHD-GIFs' protocol.

Shape letters: T frames, G GIFs, N segments.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from gifworthy.learning.judging import Metric, Skipped
from gifworthy.learning.manifest import Case, Label
from gifworthy.learning.metrics.frames import average_precision, nmsd, recall_at
from gifworthy.types import Floats


def _everything(label: Label) -> bool:
    del label
    return True


@dataclass(frozen=True)
class GifTrial:
    """A video cut into even segments, and the frames of its GIFs. spans: (N, 2) seconds.

    by_several: whether its GIFs are of different people.
    """

    spans: Floats
    truths_gt: NDArray[np.bool_]
    segment_of_t: NDArray[np.intp]
    by_several: bool = False
    takes_any_length: ClassVar[bool] = False

    def judge(self, scores_n: Floats) -> Floats:
        """AP on the union of the GIFs, nMSD averaged over them, Recall@5 on the union."""
        scores_t, union_t = scores_n[self.segment_of_t], self.truths_gt.any(axis=0)
        return np.array(
            [
                average_precision(union_t, scores_t),
                nmsd(self.truths_gt, scores_t),
                recall_at(union_t, self.segment_of_t, scores_n, 5),
            ]
        )

    def oracle(self) -> Floats:
        """The share of each segment that lies in a GIF."""
        inside = np.bincount(self.segment_of_t, self.truths_gt.any(axis=0), len(self.spans))
        return inside / np.bincount(self.segment_of_t, minlength=len(self.spans))

    def human(self) -> Floats | None:
        """Each GIF judged by the others of its video, where several people made them; else None.

        Video2GIF's "approximate bound" (section 5.1): the frames of one GIF are its maker's scores.
        """
        if not self.by_several or len(self.truths_gt) < 2:
            return None
        count = range(len(self.truths_gt))
        return np.asarray(np.mean([self._beside_the_others(maker) for maker in count], axis=0))

    def _beside_the_others(self, maker: int) -> Floats:
        own_t, others_gt = self.truths_gt[maker], np.delete(self.truths_gt, maker, axis=0)
        scores_t, union_t = own_t.astype(np.float64), others_gt.any(axis=0)
        inside = np.bincount(self.segment_of_t, scores_t, len(self.spans))
        share_n = inside / np.bincount(self.segment_of_t, minlength=len(self.spans))
        return np.array(
            [
                average_precision(union_t, scores_t),
                nmsd(others_gt, scores_t),
                recall_at(union_t, self.segment_of_t, share_n, 5),
            ]
        )


@dataclass(frozen=True)
class GifJudge:
    """Even segments, judged per frame, as `papers/phd-gifs.md` says the published figures were made.

    only: which labels are judged. seconds: length of a segment. fps: frames a second, where the data
    give seconds alone. by_several: whether the GIFs of a video are of different people.
    """

    only: Callable[[Label], bool] = _everything
    seconds: float = 5.0
    fps: float = 10.0
    metrics: tuple[Metric, ...] = (Metric("AP"), Metric("nMSD", False), Metric("R@5"))
    by_topic: bool = False
    by_several: bool = False

    def takes(self, label: Label) -> bool:
        """Those that `only` passes."""
        return self.only(label)

    def trial(self, case: Case) -> GifTrial | Skipped:
        """The case in frames."""
        if not case.duration > 0:
            return Skipped("the video's duration is not known")
        fps = case.fps or self.fps
        count = int(case.duration * fps + 1e-9)
        truths = frames_inside(case.spans, count, fps)
        truths = truths[truths.any(axis=1) & ~truths.all(axis=1)]
        if not len(truths):
            return Skipped("no GIF covers some frames and leaves out others")
        segment_of = (np.arange(count) / fps / self.seconds + 1e-9).astype(np.intp)
        starts = np.arange(segment_of[-1] + 1) * self.seconds
        ends = np.minimum(starts + self.seconds, case.duration)
        spans = np.column_stack([starts, ends])
        return GifTrial(spans, truths, segment_of, self.by_several)


def frames_inside(spans: Floats, count: int, fps: float) -> NDArray[np.bool_]:
    """Which frames each span covers, as the published code rounds: `[int(start), int(end))`.

    Args: spans: (G, 2) seconds. count: frames of the video. Returns: (G, count).
    """
    first, last = (spans * fps + 1e-6).astype(np.intp).T
    frame = np.arange(count)
    return np.asarray((frame >= first[:, None]) & (frame < last[:, None]))
