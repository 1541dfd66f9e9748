"""Whose eyes a crop follows: a scorer's that has a map of every frame, else plain saliency."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Protocol
from weakref import WeakKeyDictionary

import numpy as np

from gifworthy.attention import attention
from gifworthy.protocols import Scorer, Seeing, SeeingClosely
from gifworthy.settings import Settings
from gifworthy.trained import load_scorer
from gifworthy.types import Box, Clip, Floats
from gifworthy.video import Video

REMEMBERED = 8
"""Stretches of a video whose maps are kept: three shots in several shapes ask for six, again and again."""


class Gaze(Protocol):
    """How much each place of some frames matters."""

    def __call__(self, video: Video, clip: Clip, focus: Box | None = None) -> Floats:
        """Maps of small frames in order of time, one shot: (T, h, w), 0 or above.

        Args: focus: where the scorer pointed for this stretch, if it did.
        """
        ...


def plain(video: Video, clip: Clip, focus: Box | None = None) -> Floats:
    """Faces, what moves by itself and what stands out: `attention`."""
    del video
    return attention(clip, focus)


@dataclass(frozen=True)
class Through:
    """The map of a scorer that has one; its focus is that same map, and adds nothing.

    What was seen last of an open video is remembered, since a net is dear and each shape of a cut asks anew.
    """

    scorer: Seeing
    _seen: WeakKeyDictionary[Video, OrderedDict[tuple[bool, bytes], Floats]] = field(
        default_factory=WeakKeyDictionary, compare=False, repr=False
    )

    def __call__(self, video: Video, clip: Clip, focus: Box | None = None) -> Floats:
        """(T, h, w), 0..1."""
        del focus
        return self._maps(video, clip.times, closely=isinstance(self.scorer, SeeingClosely))

    def curve(self, video: Video, moments: Floats) -> Floats:
        """How much each moment matters: the mean of its map, 0..1: (T,)."""
        maps = self._maps(video, moments, closely=False)
        return np.asarray(maps.mean(axis=(1, 2)), np.float64)

    def _maps(self, video: Video, moments: Floats, closely: bool) -> Floats:
        known = self._seen.setdefault(video, OrderedDict())
        asked = closely, np.asarray(moments, np.float64).tobytes()
        if asked not in known:
            scorer = self.scorer
            heat = (
                scorer.heat_closely
                if closely and isinstance(scorer, SeeingClosely)
                else scorer.heat
            )
            known[asked] = np.array(heat(video, moments), np.float64)
            known[asked].flags.writeable = False
            if len(known) > REMEMBERED:
                known.popitem(last=False)
        return known[asked]


def gaze_of(scorer: Scorer) -> Gaze:
    """The scorer's own map when it has one, else plain saliency, pulled by the scorer's focus."""
    return Through(scorer) if isinstance(scorer, Seeing) else plain


def gaze_named(name: str, settings: Settings) -> Gaze:
    """The map of a scorer by its name, or by the folder of a trained model.

    Raises: UnknownName, WeightsError; ValueError when it has no map.
    """
    scorer = load_scorer(name, settings)
    if not isinstance(scorer, Seeing):
        raise ValueError(
            f"{name} scores whole pieces and has no map of the frame; name a scorer that has one, such "
            f"as a trained pldvhd, or leave --map out"
        )
    return Through(scorer)
