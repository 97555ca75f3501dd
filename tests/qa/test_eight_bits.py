"""In eight bits a layer gives nearly what it gives in 32, also where a few inputs are far greater than the rest."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from index.errors import ModelError
from index.passages import Passage
from index.precision import computes_in_bfloat16
from qa.eight_bits import FILE_NAME, EightBits, Magnitudes, computes_in_eight_bits, load_magnitudes, quantise
from qa.packing import pack
from qa.reader import load_reader

pytestmark = pytest.mark.skipif(not computes_in_eight_bits(), reason="this processor has no fast eight-bit products")
PASSAGE = Passage("a", 0, 60, "The harbour was built in 1931 by Mara Lindqvist, an engineer.")


def error_of(layer: torch.nn.Module, linear: torch.nn.Linear, inputs: torch.Tensor) -> float:
    """How far a layer is off, of the size of what is right."""
    right = linear(inputs)
    return float((layer(inputs) - right).norm() / right.norm())


@given(st.integers(0, 2**32), st.sampled_from([(64, 192), (64, 64), (192, 64)]), st.integers(0, 12), st.booleans())
@settings(max_examples=40, deadline=None)
def test_a_few_great_inputs_do_not_spoil_the_rest(seed: int, shape: tuple[int, int], great: int, bias: bool) -> None:
    chance = torch.Generator().manual_seed(seed)
    linear = torch.nn.Linear(*shape, bias=bias).requires_grad_(False)
    linear.weight.copy_(torch.randn(linear.weight.shape, generator=chance))
    inputs = torch.randn(2, 30, shape[0], generator=chance)
    inputs[..., :great] *= 40
    layer = EightBits(linear, inputs.abs().flatten(0, -2).amax(dim=0))
    assert layer(inputs).shape == (2, 30, shape[1])
    assert error_of(layer, linear, inputs) < 0.03


def test_an_input_that_is_always_nothing() -> None:
    linear = torch.nn.Linear(64, 64).requires_grad_(False)
    inputs = torch.randn(8, 64)
    inputs[:, 3] = 0.0
    linear.weight[:, 5] = 0.0
    assert error_of(EightBits(linear, inputs.abs().amax(dim=0)), linear, inputs) < 0.03


def test_the_greatest_inputs_are_noted_and_saved_beside_the_weights(tiny_reader_folder: Path, tmp_path: Path) -> None:
    reader = load_reader(str(tiny_reader_folder))
    seen: list[torch.Tensor] = []
    layer = reader.model.get_submodule("bert.encoder.layer.0.intermediate.dense")
    hook = layer.register_forward_pre_hook(lambda _, given: seen.append(given[0].abs().flatten(0, -2).amax(dim=0)))
    with Magnitudes(reader.model) as magnitudes:
        reader.read(["Who built it?"], [PASSAGE])
        reader.read(["When was the harbour built?"], [PASSAGE])
    reader.read(["Where?"], [PASSAGE])
    hook.remove()
    assert torch.equal(magnitudes.seen["bert.encoder.layer.0.intermediate.dense"], torch.maximum(*seen[:2]))
    assert len(magnitudes.seen) == 6
    magnitudes.save(tmp_path)
    loaded = load_magnitudes(tmp_path)
    assert all(torch.equal(loaded[name], sizes.half()) for name, sizes in magnitudes.seen.items())
    assert load_magnitudes(tiny_reader_folder) == {}


@pytest.mark.skipif(computes_in_bfloat16(), reason="this processor is fast in 16 bits, which are taken first")
def test_a_packed_reader_with_magnitudes_reads_in_eight_bits_unless_told_otherwise(
    tiny_reader_folder: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "reader"
    shutil.copytree(tiny_reader_folder, folder)
    exact = load_reader(str(folder))
    weights = {name: value.numpy() for name, value in exact.model.state_dict().items()}
    (folder / "model.safetensors").unlink()
    pack(weights, folder)
    with Magnitudes(exact.model) as magnitudes:
        exact.read(["Who built it?"], [PASSAGE])
    magnitudes.save(folder)
    fast = load_reader(str(folder))
    layers = {name for name, layer in fast.model.named_modules() if isinstance(layer, EightBits)}
    assert layers == magnitudes.seen.keys()
    assert not any(isinstance(layer, EightBits) for layer in load_reader(str(folder), exact=True).model.modules())
    for one, other in zip(fast.read(["Who built it?"], [PASSAGE])[0], exact.read(["Who built it?"], [PASSAGE])[0], strict=True):
        assert (one.start, one.end) == (other.start, other.end)
        assert one.margin == pytest.approx(other.margin, abs=0.05)


@pytest.mark.skipif(computes_in_bfloat16(), reason="this processor is fast in 16 bits, which are taken first")
def test_magnitudes_of_another_model_are_refused(tiny_reader_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "reader"
    shutil.copytree(tiny_reader_folder, folder)
    pack({name: value.numpy() for name, value in load_reader(str(folder)).model.state_dict().items()}, folder)
    save_file({"bert.encoder.layer.7.output.dense": torch.ones(16)}, folder / FILE_NAME)
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_reader(str(folder))


def test_only_linear_layers_are_quantised(tiny_reader_folder: Path) -> None:
    with pytest.raises(AttributeError, match="no linear layer"):
        quantise(load_reader(str(tiny_reader_folder)).model, {"bert.encoder.layer.0.output.LayerNorm": torch.ones(16)})
