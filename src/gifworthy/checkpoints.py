"""A net on disk: `config.json` says what it is, `model.onnx` runs it, `weights.safetensors` teaches it.

None of the three can hold code. Reading the config and running the exported net need no torch;
saving and going on learning do.
"""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from gifworthy.backbones.preparing import Preparation, Singles
from gifworthy.errors import MissingExtra, OutputError, WeightsBroken, WeightsMissing
from gifworthy.files import share
from gifworthy.reading import NOTHING, Reading

if TYPE_CHECKING:
    import torch.onnx
    from torch import Tensor, nn

Plain = str | int | float | bool | None
FORMAT = 1
OPSET = 18
CARD, WEIGHTS, MODEL, MEAN = "config.json", "weights.safetensors", "model.onnx", "mean.npy"


@dataclass(frozen=True)
class Use:
    """How covers are made with what was trained.

    scorer: the name of who opens the folder and rates. segmenter: the name of who cuts the video, "" for
    any. reading: what the net reads of a segment. recipe: how it was trained. selector: where the net
    does not rate but choose, the name of who opens the folder; then there is no scorer.
    """

    scorer: str
    segmenter: str = ""
    reading: Reading = NOTHING
    recipe: str = ""
    selector: str = ""


@dataclass(frozen=True)
class Card:
    """What a checkpoint says about itself.

    network: its name among the backbones or models. arguments: what its class was built with.
    source: where the weights are from, for people. inputs: names in the order of the call.
    preparation: what a backbone expects of its clips. sha256: of every other file of the folder.
    use: how covers are made with it, where it was trained to rate.
    """

    network: str
    arguments: Mapping[str, Plain] = field(default_factory=dict)
    source: str = ""
    inputs: tuple[str, ...] = ("input",)
    preparation: Preparation | None = None
    sha256: Mapping[str, str] = field(default_factory=dict)
    use: Use | None = None

    def fingerprint(self) -> str:
        """What the answers of the net depend on, as one hash."""
        prepared = asdict(self.preparation) if self.preparation else None
        depends = [self.network, dict(self.arguments), prepared, dict(self.sha256)]
        return hashlib.sha256(json.dumps(depends, sort_keys=True).encode()).hexdigest()


def read_card(folder: Path) -> Card:
    """The card of a checkpoint.

    Raises: WeightsMissing when the folder holds none, WeightsBroken when it cannot be understood.
    """
    path = folder / CARD
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found["format"] != FORMAT:
            raise WeightsBroken(
                f"{path} has format {found['format']}, this gifworthy reads {FORMAT}; "
                f"fetch or train the net again"
            )
        return _card(found)
    except (FileNotFoundError, NotADirectoryError):
        if not folder.exists():
            raise WeightsMissing(f"{folder} holds no net: there is no such folder") from None
        raise WeightsMissing(f"{folder} holds no net: it has no {CARD}") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WeightsBroken(f"{path} is damaged ({error}); fetch or train the net again") from error


def file_of(folder: Path, card: Card, name: str) -> Path:
    """A file of a checkpoint, whole and as it was saved.

    Raises: WeightsMissing when it is not there, WeightsBroken when it is another.
    """
    path = folder / name
    if name not in card.sha256 or not path.is_file():
        raise WeightsMissing(f"{path} is not there; fetch or train the net again")
    if hash_of(path) != card.sha256[name]:
        raise WeightsBroken(
            f"{path} is not what was saved: it is damaged, truncated or of another net; "
            f"fetch or train the net again"
        )
    return path


def hash_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_mean_clip(folder: Path, card: Card) -> Singles | None:
    """The mean clip a backbone subtracts, when it has one. Raises: like `file_of`."""
    if MEAN not in card.sha256:
        return None
    return np.asarray(np.load(file_of(folder, card, MEAN), allow_pickle=False), np.float32)


def save(
    network: nn.Module,
    card: Card,
    examples: Sequence[Tensor],
    folder: Path,
    mean_clip: Singles | None = None,
    beside: Mapping[str, bytes] = MappingProxyType({}),
    axes: Sequence[str] = (),
) -> Card:
    """Write a checkpoint, whole or not at all; what was in the folder is replaced.

    Args:
        network: in the state it is to be used in; it is exported as it evaluates.
        examples: one input each, with a batch of two or more along the first axis; the exported net
            takes any batch of these shapes.
        beside: other files that belong to it, by name.
        axes: what the first axis of each input counts, where not all count the same.

    Returns: the card with the hashes of what was written.
    Raises: OutputError when the disk is full or refuses; MissingExtra without the exporter;
        ValueError for a net that is made for one length of a first axis only.
    """
    with _replacing(folder) as fresh:
        _write_weights(network, fresh / WEIGHTS)
        _export(network, card.inputs, examples, fresh / MODEL, axes or ["batch"] * len(examples))
        if mean_clip is not None:
            np.save(fresh / MEAN, mean_clip)
        for name, data in beside.items():
            (fresh / name).parent.mkdir(parents=True, exist_ok=True)
            (fresh / name).write_bytes(data)
        files = [path for path in sorted(fresh.rglob("*")) if path.is_file()]
        hashes = {str(path.relative_to(fresh)): hash_of(path) for path in files}
        card = replace(card, sha256=hashes)
        text = json.dumps({"format": FORMAT, **asdict(card)}, indent=2)
        (fresh / CARD).write_text(text + "\n", encoding="utf-8")
    return card


def load_weights(network: nn.Module, folder: Path, card: Card) -> nn.Module:
    """The network with the weights of a checkpoint.

    Raises: WeightsMissing, WeightsBroken when they are damaged or of another network.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    path = file_of(folder, card, WEIGHTS)
    try:
        network.load_state_dict(load_file(path))
    except (SafetensorError, RuntimeError) as error:
        first = str(error).strip().splitlines()[-1].strip()
        raise WeightsBroken(f"{path} does not fit {card.network}: {first}") from error
    return network.eval()


def _card(found: Mapping[str, Any]) -> Card:
    prepared = found["preparation"]
    return Card(
        network=str(found["network"]),
        arguments=dict(found["arguments"]),
        source=str(found["source"]),
        inputs=tuple(found["inputs"]),
        preparation=None if prepared is None else _preparation(prepared),
        sha256=dict(found["sha256"]),
        use=_use(found.get("use")),
    )


def _use(found: Mapping[str, Any] | None) -> Use | None:
    return None if found is None else Use(**{**found, "reading": Reading(**found["reading"])})


def _preparation(found: Mapping[str, Any]) -> Preparation:
    tuples: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in found.items()}
    return Preparation(**tuples)


@contextmanager
def _replacing(folder: Path) -> Iterator[Path]:
    """A fresh folder beside the place, which takes it over when all went well."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
        try:
            yield fresh
            for path in (fresh, *fresh.rglob("*")):
                share(path)
            _take_over(fresh, folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be written: {error.strerror or error}; give another place"
        ) from error


def _take_over(fresh: Path, folder: Path) -> None:
    if not folder.exists():
        fresh.rename(folder)
        return
    old = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}.old."))
    folder.replace(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _write_weights(network: nn.Module, path: Path) -> None:
    from safetensors.torch import save_file

    save_file({name: array.contiguous() for name, array in network.state_dict().items()}, path)


def _export(
    network: nn.Module,
    inputs: tuple[str, ...],
    examples: Sequence[Tensor],
    path: Path,
    axes: Sequence[str],
) -> None:
    """Write the net as ONNX, norms folded into convolutions, for first axes of any length."""
    import torch

    lengths = {name: torch.export.Dim(name, min=1) for name in axes}
    learning = network.training
    try:
        with _hushed(), _traced_afresh():
            program = torch.onnx.export(
                network.eval(),
                tuple(examples),
                dynamo=True,
                opset_version=OPSET,
                input_names=list(inputs),
                dynamic_shapes=tuple({0: lengths[name]} for name in axes),
                verbose=False,
            )
            assert program is not None, "the exporter gave nothing"
            _check_lengths(program, axes)
            program.save(path, external_data=False)
    except ImportError as error:
        raise MissingExtra(
            f"exporting a net needs {error.name}; pip install 'gifworthy[train]'"
        ) from error
    finally:
        network.train(learning)


def _check_lengths(program: torch.onnx.ONNXProgram, axes: Sequence[str]) -> None:
    """The exporter does not say so where it can make a net for the length of the example only."""
    for given, axis in zip(program.model.graph.inputs, axes, strict=True):
        length = given.shape[0] if given.shape else None
        if isinstance(length, int):
            raise ValueError(
                f"the net takes {given.name!r} of {length} {axis} only, no other number; write its "
                f"forward pass without loops over that axis and without reading its length as a number"
            )


@contextmanager
def _traced_afresh() -> Iterator[None]:
    """Let no earlier export decide how recurrent layers are traced.

    For a time axis of any length the exporter swaps the kernel of an LSTM or a GRU, but torch (2.13) goes
    on with the one that it has in its cache, which is unrolled over the length of the example. Every
    export after the first of a process came out fixed.
    """
    import torch

    layers = torch.ops.aten.lstm.input, torch.ops.aten.gru.input
    caches = [getattr(layer, "_dispatch_cache", {}) for layer in layers]
    for cache in caches:
        cache.clear()
    try:
        yield
    finally:
        for cache in caches:
            cache.clear()


@contextmanager
def _hushed() -> Iterator[None]:
    """The exporter tells of operators that no net here has, and warns of its own insides."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
