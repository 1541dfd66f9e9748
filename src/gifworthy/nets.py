"""Run an exported net on what the machine has; who uses it does not know on what it runs.

ONNX Runtime on the CPU unless the settings say otherwise; OpenVINO; torch on a GPU, with half precision
where it is safe and channels last, which is how its convolutions are fastest.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from gifworthy.backbones import BACKBONES
from gifworthy.backbones.published import Published
from gifworthy.checkpoints import MODEL, Card, file_of, load_weights, read_card
from gifworthy.errors import DeviceAbsent, MissingExtra, WeightsBroken
from gifworthy.models import MODELS
from gifworthy.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import onnxruntime
    import openvino
    from torch import Tensor, nn

Singles = NDArray[np.float32]


class Net(Protocol):
    """A net that runs. batch: how many inputs it takes best at a time."""

    batch: int

    def __call__(self, *inputs: Singles) -> Singles:
        """The first output for a batch of inputs, in the order of the card."""
        ...

    def outputs(self, *inputs: Singles) -> tuple[Singles, ...]:
        """Every output."""
        ...


def load_net(folder: Path, settings: Settings) -> Net:
    """The net of a checkpoint, on the device of the settings.

    Raises: WeightsMissing, WeightsBroken; DeviceAbsent when the machine has no such device;
    MissingExtra when a library for it is not installed.
    """
    card = read_card(folder)
    if settings.device.startswith("cuda"):
        _need_gpu(settings.device)
        return TorchNet.load(folder, card, settings.device)
    if settings.device == "openvino":
        return OpenVinoNet(file_of(folder, card, MODEL), settings.threads)
    if settings.device == "cpu":
        return OnnxNet(file_of(folder, card, MODEL), settings.threads)
    raise DeviceAbsent(
        f"there is no device {settings.device!r}; set GIFWORTHY_DEVICE to cpu, openvino or cuda"
    )


class OnnxNet:
    """A net in ONNX Runtime, on the CPU. threads: 0 for as many as there are cores."""

    batch = 1  # one clip fills a CPU; more only take memory

    def __init__(self, path: Path, threads: int = 0) -> None:
        self._session = _session(path, threads)
        self._names = [given.name for given in self._session.get_inputs()]

    def __call__(self, *inputs: Singles) -> Singles:
        """The first output."""
        return self.outputs(*inputs)[0]

    def outputs(self, *inputs: Singles) -> tuple[Singles, ...]:
        """Every output."""
        return tuple(self._session.run(None, dict(zip(self._names, inputs, strict=True))))


class OpenVinoNet:
    """A net in OpenVINO, on the CPU. threads: 0 for as many as there are cores."""

    batch = 1

    def __init__(self, path: Path, threads: int = 0) -> None:
        self._compiled = _compiled(path, threads)

    def __call__(self, *inputs: Singles) -> Singles:
        """The first output."""
        return self.outputs(*inputs)[0]

    def outputs(self, *inputs: Singles) -> tuple[Singles, ...]:
        """Every output."""
        found = self._compiled(list(inputs))
        return tuple(np.array(found[place]) for place in self._compiled.outputs)


class TorchNet:
    """A net in torch: mixed precision, channels last.

    Args: network: with its weights. device: `cuda`, `cuda:N`, or `cpu`, where it is only slower.
    """

    batch = 16

    def __init__(self, network: nn.Module, device: str) -> None:
        import torch

        self._torch = torch
        self._device = torch.device(device)
        placed: Any = network.eval().to(self._device)  # its stub knows no memory format
        self._network: nn.Module = placed.to(memory_format=torch.channels_last_3d)
        self._half = torch.float16 if self._device.type == "cuda" else torch.bfloat16

    @classmethod
    def load(cls, folder: Path, card: Card, device: str) -> TorchNet:
        """Build the network and give it its weights. Raises: like `load_net`."""
        import torch

        with torch.device("meta"):
            network = build(card)
        return cls(load_weights(network.to_empty(device="cpu"), folder, card), device)

    def __call__(self, *inputs: Singles) -> Singles:
        """The first output."""
        return self.outputs(*inputs)[0]

    def outputs(self, *inputs: Singles) -> tuple[Singles, ...]:
        """Every output."""
        torch = self._torch
        with torch.inference_mode(), torch.autocast(self._device.type, dtype=self._half):
            found = self._network(*(self._sent(given) for given in inputs))
        several: Sequence[Tensor] = found if isinstance(found, tuple) else (found,)
        return tuple(output.float().cpu().numpy() for output in several)

    def _sent(self, given: Singles) -> Tensor:
        sent = self._torch.from_numpy(np.ascontiguousarray(given)).to(self._device)
        clips = given.ndim == 5
        return sent.contiguous(memory_format=self._torch.channels_last_3d) if clips else sent


def build(card: Card) -> nn.Module:
    """The network that a card names, its weights drawn. Needs torch.

    Raises: UnknownName; WeightsBroken when the network knows no such arguments.
    """
    try:
        return _class_of(card.network)(**card.arguments)
    except TypeError as error:
        raise WeightsBroken(
            f"the config.json of this {card.network} is of another version: {error}; "
            f"fetch or train it again"
        ) from error


def _class_of(name: str) -> Callable[..., nn.Module]:
    part = MODELS[name] if name in MODELS else BACKBONES[name]
    return (
        part.network_class()
        if isinstance(part, Published)
        else cast("Callable[..., nn.Module]", part)
    )


def _session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its errors have no base of their own
        raise WeightsBroken(f"{path} cannot be run: {error}; fetch or train it again") from error


def _compiled(path: Path, threads: int) -> openvino.CompiledModel:
    try:
        import openvino
    except ImportError:
        raise MissingExtra(
            "GIFWORTHY_DEVICE is openvino, which is not installed; pip install 'gifworthy[openvino]'"
        ) from None
    core = openvino.Core()
    if threads:
        core.set_property("CPU", {"INFERENCE_NUM_THREADS": threads})
    try:
        return core.compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    except RuntimeError as error:
        raise WeightsBroken(f"{path} cannot be run: {error}; fetch or train it again") from error


def _need_gpu(device: str) -> None:
    try:
        import torch
    except ImportError:
        raise MissingExtra(
            f"GIFWORTHY_DEVICE is {device}, which needs torch; pip install 'gifworthy[train]'"
        ) from None
    if not torch.cuda.is_available():
        raise DeviceAbsent(
            f"GIFWORTHY_DEVICE is {device}, but torch sees no GPU; set it to cpu or openvino"
        )
