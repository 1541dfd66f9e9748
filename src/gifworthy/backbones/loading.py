"""Read a published file of weights. Needs torch.

Nothing in a file can run: torch reads its pickles with `weights_only`, numpy its archives without them.
"""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from gifworthy.backbones.blocks import ClipNetwork
from gifworthy.backbones.layouts import Misfit, fit
from gifworthy.backbones.published import PUBLISHED, Published
from gifworthy.errors import WeightsBroken

_SCALAR: Callable[..., Any] = cast(
    Any, np.float64(0).__reduce__()[0]
)  # what numpy makes a number of when it is read
HARMLESS: list[Callable[..., Any] | tuple[Callable[..., Any], str]] = [
    _SCALAR,
    (_SCALAR, "numpy.core.multiarray.scalar"),
    np.dtype,
    np.dtypes.Float64DType,
]
"""A number of numpy's: old training loops kept their best accuracy beside the weights."""
WRAPPERS = ("state_dict", "model_state_dict", "model")


def network_in(path: Path, about: Published) -> ClipNetwork:
    """The network whose weights lie in a published file.

    Raises: WeightsBroken when it is damaged, holds code, or is of another net.
    """
    weights = arrays_in(path)
    network = fit(weights, about.network_class())
    if not isinstance(network, Misfit):
        return network
    for other in PUBLISHED.values():
        if not isinstance(fit(weights, other.network_class()), Misfit):
            raise WeightsBroken(f"{path} holds {other.name}, not {about.name}; give the right file")
    raise WeightsBroken(f"{path} does not hold {about.name}: {network}; give the right file")


def arrays_in(path: Path) -> dict[str, Tensor]:
    """The arrays of a file by name: torch's, safetensors, or numpy's `.npz`.

    Raises: WeightsBroken.
    """
    try:
        found = _read(path)
    except pickle.UnpicklingError as error:
        if "global" in str(error).lower():
            raise WeightsBroken(
                f"{path} holds something else than arrays, which could run code; it was not opened; "
                f"get it from its source"
            ) from error
        raise WeightsBroken(f"{path} is no file of weights; get it from its source") from error
    except (OSError, EOFError, RuntimeError, ValueError, KeyError) as error:
        raise WeightsBroken(
            f"{path} is truncated or damaged ({_first_line(error)}); fetch it again"
        ) from error
    arrays = {name: array for name, array in _unwrapped(found).items() if isinstance(array, Tensor)}
    if not arrays:
        raise WeightsBroken(f"{path} holds no arrays; give a file of weights")
    return arrays


def _read(path: Path) -> object:
    if path.suffix == ".safetensors":
        try:
            return load_file(path)
        except SafetensorError as error:
            raise RuntimeError(str(error)) from error
    if path.suffix == ".npz":
        try:
            with np.load(path, allow_pickle=False) as archive:
                return {name: torch.from_numpy(archive[name]) for name in archive.files}
        except zipfile.BadZipFile as error:
            raise RuntimeError(str(error)) from error
    with torch.serialization.safe_globals(HARMLESS):
        return torch.load(path, map_location="cpu", weights_only=True)


def _unwrapped(found: object) -> Mapping[str, object]:
    while isinstance(found, Mapping):
        inner = next(
            (found[name] for name in WRAPPERS if isinstance(found.get(name), Mapping)), None
        )
        if inner is None:
            return found
        found = inner
    return {}


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:160] if lines else type(error).__name__
