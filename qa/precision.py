"""In how many bits the shipped reader computes: as few as the processor is fast with and the answers stay the same with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from index.precision import computes_in_bfloat16
from qa.attention import fuse
from qa.eight_bits import computes_in_eight_bits, load_magnitudes, quantise

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def hasten(model: PreTrainedModel, folder: Path) -> None:
    """Makes a model of 32 bits compute attention in one step, and all in bfloat16 or in eight bits, if the processor gains by
    it; in eight bits only where the magnitudes that they need lie in the model's folder."""
    fuse(model)
    if computes_in_bfloat16():
        _shorten(model)
    elif computes_in_eight_bits():
        quantise(model, load_magnitudes(folder))


def _shorten(model: PreTrainedModel) -> None:
    """Makes the transformer compute in bfloat16 and its answer layer in 32 bits: scores are compared to each other, and eight
    bits of mantissa would make ties of them."""
    head = model.get_submodule("qa_outputs")
    model.bfloat16()
    head.float()
    head.register_forward_pre_hook(lambda _layer, given: (given[0].float(),))
