"""Who tells PLD-VHD where people look: plain video saliency, or a net that learned from eye movements.

Shape letters: T frames of a strip, K targets, H, W sides of frames, h, w of maps.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from gifworthy.checkpoints import CARD, load_weights, read_card
from gifworthy.errors import OutputError, WeightsBroken, WeightsMissing
from gifworthy.files import write_whole
from gifworthy.learning.examples import Examples
from gifworthy.mapping import look
from gifworthy.measures import content_difference, in_hsv
from gifworthy.models.pldvhd import PldVhd
from gifworthy.nets import Net, TorchNet, build
from gifworthy.readers import squeezed
from gifworthy.saliency import GAP, saliency
from gifworthy.settings import Settings
from gifworthy.sliding import STRIDE, WINDOW, targets_in
from gifworthy.types import Frames

if TYPE_CHECKING:
    from gifworthy.learning.run import Run

PLAIN, TASED = "plain", "tased"
TASED_FILE = "TASED_v2.pt"
TASED_SOURCE = "github.com/MichiganCOG/TASED-Net (a drive folder named in its README)"
CUT = 27.0
"""As in `framing`: what differs by more is another shot, and nothing in it moved."""
KEPT_SIDE = 96
BLUR = 7 / 384
"""TASED-Net's `run_example.py` blurs its maps by 7 of 384 pixels."""
Bytes = NDArray[np.uint8]


class Teacher(Protocol):
    """Says where people look in the targets of a strip."""

    def __call__(self, strip: Frames, rate: float) -> Bytes:
        """(T, H, W, 3) frames, so many a second -> (K, h, w), each map's highest place 255."""
        ...


def teacher_of(name: str, settings: Settings) -> Teacher:
    """A teacher: `plain`; `tased` for the published weights; or the place of a net's weights.

    Raises: WeightsMissing, which says where to get them; WeightsBroken.
    """
    if name == PLAIN:
        return Plain()
    network = watching_net(name, settings)
    return Watcher(TorchNet(network, settings.device), network.height, network.width)


def watching_net(name: str, settings: Settings) -> PldVhd:
    """TASED-Net with the weights that lie at a place. Raises: WeightsMissing, WeightsBroken."""
    from gifworthy.backbones.loading import arrays_in
    from gifworthy.models.pldvhd import tased

    path = settings.weights.expanduser() / "downloads" / TASED_FILE if name == TASED else Path(name)
    if (path / CARD).is_file():
        return _trained(path)
    if not path.is_file():
        raise WeightsMissing(
            f"{path} is not there; get {TASED_FILE} from {TASED_SOURCE} and put it there, or take "
            f"teacher={PLAIN}, which needs no weights"
        )
    return tased(arrays_in(path))


class Plain:
    """Spectral residual, motion of its own, and the middle."""

    def __call__(self, strip: Frames, rate: float) -> Bytes:
        """As `Teacher`. Motion across a cut is none."""
        step = max(1, round(GAP * rate))
        maps = [
            saliency(_unless_cut(strip[at - step], strip[at]), strip[at], step / rate)
            for at in range(WINDOW - 1, len(strip), STRIDE)
        ]
        return _to_bytes(np.stack(maps))


@dataclass(frozen=True)
class Watcher:
    """A net with one target, shown each window by itself, as it learned from them."""

    net: Net
    height: int
    width: int

    def __call__(self, strip: Frames, rate: float) -> Bytes:
        """As `Teacher`."""
        del rate
        frames = np.stack([squeezed(frame, self.height, self.width) for frame in strip])
        starts = range(0, STRIDE * targets_in(len(strip)), STRIDE)
        maps = [look(self.net, frames[first : first + WINDOW][None])[1][0, 0] for first in starts]
        blur = BLUR * self.width
        return _to_bytes(np.stack([cv2.GaussianBlur(seen, (0, 0), blur) for seen in maps]))


def told(examples: Examples, teacher: str, rate: float, run: Run) -> Bytes:
    """What the teacher says of every row that is learned from: (M, K, h, w), mapped from disk.

    It is asked once, before training; a training that goes on after a fall finds the answers.
    Raises: WeightsMissing, WeightsBroken; OutputError when the disk is full.
    """
    place, index = run.folder / "saliency.bin", run.folder / "saliency.json"
    if not index.exists():
        asked = teacher_of(teacher, run.settings)
        shape: tuple[int, ...] = ()
        try:
            with place.open("wb") as file:
                for strip in examples.inputs:
                    answer = asked(np.asarray(strip), rate)
                    file.write(answer.tobytes())
                    shape = answer.shape
        except OSError as error:
            raise OutputError(
                f"{place} cannot be written: {error.strerror or error}; give another place"
            ) from error
        write_whole(index, json.dumps([len(examples.inputs), *shape]).encode(), overwrite=True)
    found: Bytes = np.memmap(place, np.uint8, "r", shape=tuple(json.loads(index.read_text())))
    return found


def _unless_cut(before: Frames, frame: Frames) -> Frames | None:
    return before if content_difference(in_hsv(before), in_hsv(frame)) < CUT else None


def _to_bytes(maps: NDArray[np.floating]) -> Bytes:
    """Each map's highest place becomes 255; no side is longer than `KEPT_SIDE`."""
    scale = min(1.0, KEPT_SIDE / max(maps.shape[1:]))
    size = tuple(max(1, round(length * scale)) for length in maps.shape[:0:-1])
    small = np.stack([cv2.resize(seen, size, interpolation=cv2.INTER_AREA) for seen in maps])
    peaks = np.maximum(small.max(axis=(1, 2), keepdims=True), 1e-12)
    return np.asarray(np.round(255 * small / peaks), np.uint8)


def _trained(folder: Path) -> PldVhd:
    """One that `gifworthy train` made of eye movements."""
    card = read_card(folder)
    if card.network != "pldvhd":
        raise WeightsBroken(
            f"{folder} holds {card.network}, not a net with a map; give another teacher"
        )
    alone = replace(card, arguments={**card.arguments, "targets": 1})
    network = load_weights(build(alone), folder, card)
    assert isinstance(network, PldVhd)
    return network
