"""The processors of a training: one CPU, one GPU, or several processes, by accelerate."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from gifworthy.errors import DeviceAbsent, MissingExtra

if TYPE_CHECKING:
    import torch
    from accelerate import Accelerator
    from torch import Tensor, nn
    from torch.optim import Optimizer


@dataclass(frozen=True)
class Devices:
    """What a step needs to know of the machine. `accelerate launch -m gifworthy train ...` gives several."""

    accelerator: Accelerator
    precision: str

    @classmethod
    def open(cls, device: str, precision: str) -> Devices:
        """Raises: DeviceAbsent when there is no such device, MissingExtra without accelerate."""
        try:
            import torch
            from accelerate import Accelerator
        except ImportError as error:
            raise MissingExtra(
                f"training needs {error.name}; pip install 'gifworthy[train]'"
            ) from error
        if device != "cpu" and not device.startswith("cuda"):
            raise DeviceAbsent(
                f"nothing is trained on {device!r}; set GIFWORTHY_DEVICE to cpu or cuda"
            )
        if device != "cpu" and not torch.cuda.is_available():
            raise DeviceAbsent(
                f"GIFWORTHY_DEVICE is {device}, but torch sees no GPU; set it to cpu"
            )
        if ":" in device:
            torch.cuda.set_device(device)
        return cls(Accelerator(cpu=device == "cpu"), precision)

    @property
    def device(self) -> torch.device:
        """Where tensors live."""
        return cast("torch.device", self.accelerator.device)

    @property
    def is_first(self) -> bool:
        """Whether this process writes files and talks."""
        return bool(self.accelerator.is_main_process)

    def in_turn(self) -> AbstractContextManager[object]:
        """First the first process, then the others: what one reads from disk is there for all."""
        turn: AbstractContextManager[object] = self.accelerator.main_process_first()
        return turn

    def wait(self) -> None:
        """Until every process has come this far."""
        self.accelerator.wait_for_everyone()

    def share(self, items: NDArray[np.intp]) -> NDArray[np.intp]:
        """This process's part of a batch; a batch with fewer items than processes is repeated."""
        count, place = self.accelerator.num_processes, self.accelerator.process_index
        if count == 1:
            return items
        every = np.arange(max(len(items), count)) % len(items)
        mine: NDArray[np.intp] = items[every[place::count]]
        return mine

    def any_of(self, mine: bool) -> bool:
        """Whether any process says so; every process must ask, and all are told the same."""
        if self.accelerator.num_processes == 1:
            return mine
        if mine:
            self.accelerator.set_trigger()
        return bool(self.accelerator.check_trigger())

    def prepare(self, network: nn.Module, optimizer: Optimizer) -> nn.Module:
        """The network on its device, wrapped where there are several processes."""
        prepared, _ = self.accelerator.prepare(network, optimizer)
        return cast("nn.Module", prepared)

    def autocast(self) -> AbstractContextManager[object]:
        """Mixed precision, where it was asked for."""
        import torch

        if self.precision != "bf16":
            return nullcontext()
        return torch.autocast(self.device.type, dtype=torch.bfloat16)

    def backward(self, loss: Tensor) -> None:
        """Gradients, summed over all processes."""
        self.accelerator.backward(loss)
