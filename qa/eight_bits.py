"""Linear layers in eight bits, for processors without 16-bit arithmetic: a passage takes little over half the time.

Weights are quantised by output, inputs by call, both as whole numbers. A few input channels of a transformer are far greater
than the rest and would leave them hardly any of the eight bits. So inputs are scaled down by the root of the greatest magnitude
that was seen in their channel, and the weights up by as much (Xiao et al. 2023, SmoothQuant); behind the activation function,
where that is not enough, the greatest channels are multiplied in 32 bits (Dettmers et al. 2022, LLM.int8()).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

if TYPE_CHECKING:
    from transformers import PreTrainedModel

FILE_NAME = "magnitudes.safetensors"
# How many input channels of a layer that has more inputs than outputs are multiplied in 32 bits.
OUTLIERS = 16


class EightBits(torch.nn.Module):
    """A linear layer in eight bits, made from one in 32. magnitudes: (inputs,) the greatest size of each input."""

    def __init__(self, linear: torch.nn.Linear, magnitudes: Tensor) -> None:
        super().__init__()
        weight = linear.weight.detach().clone()
        outputs, inputs = weight.shape
        magnitudes = magnitudes.float().clamp(min=1e-4)
        self.outliers = magnitudes.argsort(descending=True)[: OUTLIERS if inputs > outputs else 0]
        self.precise = weight[:, self.outliers].T.contiguous()
        if inputs > outputs:
            self.scale = torch.ones(inputs)
            self.scale[self.outliers] = 0.0
        else:
            self.scale = (weight.abs().amax(dim=0).clamp(min=1e-5) / magnitudes).sqrt()
            weight /= self.scale
        weight[:, self.outliers] = 0.0
        steps = (weight.abs().amax(dim=1) / 127).clamp(min=1e-9).double()
        zeros = torch.zeros(outputs, dtype=torch.int64)
        with warnings.catch_warnings():
            # torch says that a later release will not have it; the one that is required has.
            warnings.simplefilter("ignore", UserWarning)
            numbers = torch.quantize_per_channel(weight, steps, zeros, 0, torch.qint8)
        bias = None if linear.bias is None else linear.bias.detach()
        self.packed = torch.ops.quantized.linear_prepack(numbers, bias)

    def forward(self, inputs: Tensor) -> Tensor:
        """(..., inputs) to (..., outputs)."""
        # Inputs in seven bits: without instructions for it (VNNI) two products of eight would not fit the sixteen they share.
        outputs: Tensor = torch.ops.quantized.linear_dynamic(inputs * self.scale, self.packed, True)
        return outputs + inputs[..., self.outliers] @ self.precise if len(self.outliers) else outputs


def computes_in_eight_bits() -> bool:
    """Whether the processor and this build of torch have what EightBits is fast with: AVX2 and its kernels."""
    return bool(torch.cpu.get_capabilities().get("avx2")) and "x86" in torch.backends.quantized.supported_engines


def quantise(model: PreTrainedModel, magnitudes: Mapping[str, Tensor]) -> None:
    """Puts EightBits in place of the model's linear layers of these names. Raises AttributeError where one is not there."""
    for name, of_inputs in magnitudes.items():
        above, _, own = name.rpartition(".")
        linear = model.get_submodule(name)
        if not isinstance(linear, torch.nn.Linear):
            raise AttributeError(f"{name} is no linear layer")
        setattr(model.get_submodule(above), own, EightBits(linear, of_inputs))


class Magnitudes:
    """While entered, notes the greatest size of every input of a transformer's linear layers, by the layers' names."""

    def __init__(self, model: PreTrainedModel) -> None:
        self.seen: dict[str, Tensor] = {}
        self._layers = {
            name: layer
            for name, layer in model.named_modules()
            # The answer layer is small, and its scores are compared to each other.
            if isinstance(layer, torch.nn.Linear) and name.startswith(f"{model.base_model_prefix}.encoder.")
        }

    def __enter__(self) -> Magnitudes:
        self._hooks = [layer.register_forward_pre_hook(self._noting(name)) for name, layer in self._layers.items()]
        return self

    def __exit__(self, *_: object) -> None:
        for hook in self._hooks:
            hook.remove()

    def _noting(self, name: str) -> Callable[[torch.nn.Module, tuple[Tensor, ...]], None]:
        def note(_: torch.nn.Module, given: tuple[Tensor, ...]) -> None:
            sizes = given[0].detach().abs().flatten(0, -2).amax(dim=0)
            self.seen[name] = torch.maximum(self.seen[name], sizes) if name in self.seen else sizes

        return note

    def save(self, folder: Path) -> None:
        """Writes them beside a reader's weights, in half precision."""
        save_file({name: sizes.half() for name, sizes in sorted(self.seen.items())}, folder / FILE_NAME)


def load_magnitudes(folder: Path) -> dict[str, Tensor]:
    """What Magnitudes saved in this folder; empty where it did not."""
    path = folder / FILE_NAME
    return load_file(path) if path.exists() else {}
