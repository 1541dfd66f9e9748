"""Small nets that tell three shots, without a training: seeds, weights and features drawn by lot."""

from __future__ import annotations

from pathlib import Path

import torch

from gifworthy.backbones.pixels import SIZE
from gifworthy.checkpoints import Card, Plain, Use, save
from gifworthy.models.gevaden import Gevaden
from gifworthy.models.reseq2seq import ReSeq2Seq
from gifworthy.reading import Reading

PIXELS = Reading.vectors("pixels")


def teller(folder: Path, name: str = "gevaden", size: int = SIZE, words: str = "") -> Path:
    """A folder as `gifworthy train` writes it; the net is as it was drawn."""
    torch.manual_seed(0)
    use = Use("", "seconds", PIXELS, name, name)
    if name == "reseq2seq":
        rival = ReSeq2Seq(size, 8)
        card = Card(name, {"features": size, "state": 8}, inputs=("shots",), use=use)
        save(rival.eval(), card, (torch.zeros(2, size),), folder)
        return folder
    arguments: dict[str, Plain] = {
        "features": size,
        "state": 8,
        "gif_state": 4,
        "latent": 3,
        "words": words,
    }
    net = Gevaden(size, 8, 4, 3, words=words)
    count = len([word for word in words.split(";") if word])
    inputs = (torch.zeros(7, size), torch.zeros(5, 3), torch.zeros(5, count))
    names, axes = ("shots", "noise", "words"), ("seconds", "samples", "samples")
    kept = 3 if words else 2
    card = Card(name, arguments, inputs=names[:kept], use=use)
    save(net.eval(), card, inputs[:kept], folder, axes=axes[:kept])
    return folder
