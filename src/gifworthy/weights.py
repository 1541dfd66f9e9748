"""Published weights: which there are, fetch them, check them, turn them into nets of ours.

What is published is a pickle of torch's: it is read with `weights_only`, so that nothing in it can
run, and kept as safetensors and ONNX.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from gifworthy.backbones.preparing import Preparation, Singles
from gifworthy.backbones.published import PUBLISHED, Published
from gifworthy.checkpoints import MODEL, WEIGHTS, Card, file_of, read_card, save
from gifworthy.downloads import Progress, Remote, check_hash, download
from gifworthy.errors import MissingExtra, UnknownName, WeightsBroken, WeightsMissing
from gifworthy.nets import load_net
from gifworthy.registry import unknown
from gifworthy.settings import Settings

if TYPE_CHECKING:
    from torch import Tensor

    from gifworthy.backbones.blocks import ClipNetwork

State = Literal["absent", "downloaded", "ready"]
MEAN_SNIPPET = "snipplet_mean.npy"
EXPORT_TOLERANCE = 1e-3


@dataclass(frozen=True)
class WeightsFile:
    """One published file of weights.

    backbone: whose. variant: which of several, the first being the usual one. url: None where it is
    only behind a web page. hash: the beginning of its SHA-256, where that was published. mebibytes:
    about how large. preparation: what it expects of clips other than its backbone says.
    """

    backbone: str
    variant: str
    file: str
    url: str | None
    hash: str | None
    mebibytes: float | None
    licence: str
    source: str
    preparation: Mapping[str, Any] = field(default_factory=dict)

    @property
    def about(self) -> Published:
        """The backbone."""
        return PUBLISHED[self.backbone]

    def prepared(self) -> Preparation:
        """What these weights expect of clips."""
        changes: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in self.preparation.items()
        }
        return replace(self.about.preparation, **changes)


@cache
def known_weights() -> tuple[WeightsFile, ...]:
    """Every published file that is known, the usual one of each backbone first."""
    text = files("gifworthy").joinpath("data/weights.json").read_text(encoding="utf-8")
    return tuple(WeightsFile(**row) for row in json.loads(text)["weights"])


def weights_named(backbone: str, variant: str | None = None) -> WeightsFile:
    """A published file; the usual one when no variant is named. Raises: UnknownName."""
    variants = {w.variant: w for w in known_weights() if w.backbone == backbone}
    if not variants:
        raise UnknownName(unknown("backbone with weights", backbone, list(PUBLISHED)))
    if variant is not None and variant not in variants:
        raise UnknownName(unknown(f"variant of {backbone}", variant, list(variants)))
    return variants[variant or next(iter(variants))]


def weights_here(backbone: str, settings: Settings) -> tuple[WeightsFile, ...]:
    """The published files of a backbone that are on this machine in some state. Raises: UnknownName."""
    weights_named(backbone)
    mine = (w for w in known_weights() if w.backbone == backbone)
    return tuple(w for w in mine if state_of(w, settings) != "absent")


def folder_of(backbone: str, settings: Settings) -> Path:
    """Where the net of a backbone lies once its weights are there."""
    return settings.weights.expanduser() / backbone


def place_of(weights: WeightsFile, settings: Settings) -> Path:
    """Where a published file is looked for, and put."""
    return settings.weights.expanduser() / "downloads" / weights.file


def state_of(weights: WeightsFile, settings: Settings) -> State:
    """Whether a net was made of these weights, or their file is here, or nothing is."""
    try:
        if weights.file in read_card(folder_of(weights.backbone, settings)).source:
            return "ready"
    except (WeightsMissing, WeightsBroken):
        pass
    return "downloaded" if place_of(weights, settings).is_file() else "absent"


def fetch(weights: WeightsFile, settings: Settings, progress: Progress | None = None) -> Path:
    """The folder of a net made of these weights; nothing is fetched or made twice.

    Raises: WeightsMissing when there is no address to fetch it from; WeightsUnreachable;
    WeightsBroken; MissingExtra when the file is here but torch, which turns it into a net, is not.
    """
    if check(weights, settings) == "ready":
        return folder_of(weights.backbone, settings)
    place = place_of(weights, settings)
    if not place.is_file():
        if weights.url is None:
            raise WeightsMissing(
                f"{weights.file} has no address to fetch it from; get it at {weights.source}, "
                f"put it at {place} and run this again"
            )
        download(Remote(weights.url, weights.hash, settings.timeout), place, progress)
    return install(weights, place, settings)


def install(weights: WeightsFile, file: Path, settings: Settings) -> Path:
    """Make a net of a published file: renamed, kept as safetensors, exported, and run once to see.

    Returns: the folder. Raises: WeightsBroken when the file is damaged, another than was published, or
    of another net; MissingExtra without torch.
    """
    digest = check_hash(file, weights.hash)
    network = _network_in(file, weights.about)
    card = Card(
        network=weights.backbone,
        arguments={"classes": network.head.out_features if network.head else 0},
        source=f"{weights.file}, SHA-256 {digest}, {weights.source}",
        inputs=("clips",),
        preparation=weights.prepared(),
    )
    folder = folder_of(weights.backbone, settings)
    clips = _drawn_clips(weights.prepared())
    save(network, card, (clips,), folder, _mean_clip(weights, settings))
    _compare(network, clips, folder, settings)
    return folder


def check(weights: WeightsFile, settings: Settings) -> State:
    """Look whether what is here is whole and as published.

    Raises: WeightsBroken, with what is wrong and the remedy.
    """
    if (place := place_of(weights, settings)).is_file():
        check_hash(place, weights.hash)
    state = state_of(weights, settings)
    if state == "ready":
        folder = folder_of(weights.backbone, settings)
        card = read_card(folder)
        for name in (MODEL, WEIGHTS, *card.sha256):
            file_of(folder, card, name)
    return state


def _network_in(file: Path, about: Published) -> ClipNetwork:
    try:
        from gifworthy.backbones.loading import network_in
    except ImportError as error:
        raise MissingExtra(
            f"{file} is here, but making a net of it needs {error.name}; "
            f"pip install 'gifworthy[train]' and run this again"
        ) from error
    return network_in(file, about)


def _drawn_clips(preparation: Preparation) -> Tensor:
    import torch

    return torch.randn((2, *preparation.shape), generator=torch.Generator().manual_seed(0))


def _compare(network: ClipNetwork, clips: Tensor, folder: Path, settings: Settings) -> None:
    """Whether the exported net says what torch says: an exporter may be wrong in silence."""
    import torch

    with torch.inference_mode():
        expected = network(clips[:1]).numpy()
    found = load_net(folder, replace(settings, device="cpu"))(clips[:1].numpy())
    furthest = float(np.abs(found - expected).max()) / max(1.0, float(np.abs(expected).max()))
    if not furthest <= EXPORT_TOLERANCE:
        raise WeightsBroken(
            f"{folder / MODEL} differs from the net it was made of by {furthest:.1e}; "
            f"install the versions of torch and onnxscript that gifworthy names"
        )


def _mean_clip(weights: WeightsFile, settings: Settings) -> Singles | None:
    """C3D subtracts a mean snippet; without its file, one mean per channel."""
    path = place_of(weights, settings).with_name(MEAN_SNIPPET)
    if weights.backbone != "c3d" or not path.is_file():
        return None
    try:
        snippet = np.asarray(np.load(path, allow_pickle=False), np.float32)
    except (OSError, ValueError, EOFError) as error:
        raise WeightsBroken(f"{path} is damaged ({error}); put it there again") from error
    wanted = (3, weights.prepared().frames, 128, 171)
    if snippet.shape != wanted:
        raise WeightsBroken(f"{path} is {snippet.shape}, not {wanted}; put the right file there")
    return snippet
