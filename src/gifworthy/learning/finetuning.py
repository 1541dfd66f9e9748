"""Begin where others ended: published weights of a backbone, or a model trained before. Needs torch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gifworthy.backbones.published import PUBLISHED
from gifworthy.checkpoints import load_weights, read_card
from gifworthy.errors import WeightsBroken, WeightsMissing
from gifworthy.nets import build
from gifworthy.settings import Settings
from gifworthy.weights import folder_of

if TYPE_CHECKING:
    from torch import Tensor, nn


def published_state(backbone: str, settings: Settings) -> dict[str, Tensor]:
    """The weights of a published backbone on this machine, without those of its classes.

    Raises: WeightsMissing, which says how to get them; WeightsBroken.
    """
    folder = folder_of(backbone, settings)
    try:
        card = read_card(folder)
    except WeightsMissing as error:
        raise WeightsMissing(
            f"{backbone} has no weights on this machine to begin with; run `gifworthy weights fetch "
            f"{backbone}`, or learn from nothing with pretrained=false"
        ) from error
    if card.network != backbone:
        raise WeightsBroken(
            f"{folder} holds {card.network}, not {backbone}; run `gifworthy weights fetch {backbone}`"
        )
    state = load_weights(build(card), folder, card).state_dict()
    left_out = PUBLISHED[backbone].network_class().classifier
    return {name: array for name, array in state.items() if name.split(".")[0] not in left_out}


def go_on_from(network: nn.Module, folder: Path) -> None:
    """Give a network the weights of a model that was trained before.

    Raises: WeightsMissing, WeightsBroken when they are damaged or of a net of another shape.
    """
    load_weights(network, folder, read_card(folder))
