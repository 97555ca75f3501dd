"""The fused encoder computes what the one of transformers does, with padding and backwards too."""

from __future__ import annotations

import pytest
import torch
from transformers import BertConfig, BertForQuestionAnswering, MPNetConfig, MPNetForQuestionAnswering

from qa.attention import FusedEncoder, fuse

IDS = torch.tensor([[0, 5, 6, 7, 8, 2], [0, 9, 10, 2, 1, 1]])
PADDED = torch.tensor([[1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 0, 0]])


def mpnet() -> MPNetForQuestionAnswering:
    torch.manual_seed(3)
    config = MPNetConfig(
        vocab_size=32,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=32,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    return MPNetForQuestionAnswering(config)


@pytest.mark.parametrize("mask", [PADDED, torch.ones_like(PADDED)], ids=["padded", "not padded"])
def test_scores_and_gradients_are_those_of_transformers(mask: torch.Tensor) -> None:
    plain, fused = mpnet(), mpnet()
    fuse(fused)
    assert isinstance(fused.mpnet.encoder, FusedEncoder)
    assert fused.state_dict().keys() == plain.state_dict().keys()
    for model in (plain, fused):
        scores = model(input_ids=IDS, attention_mask=mask)
        model.zero_grad()
        # What stands at padding is never used.
        (scores.start_logits + 2 * scores.end_logits)[mask.bool()].square().sum().backward()
    expected, found = (model(input_ids=IDS, attention_mask=mask).start_logits[mask.bool()] for model in (plain, fused))
    assert torch.allclose(found, expected, atol=1e-5)
    gradients = [{name: p.grad for name, p in model.named_parameters() if p.grad is not None} for model in (plain, fused)]
    assert gradients[0].keys() == gradients[1].keys()
    for name, gradient in gradients[0].items():
        assert gradients[1][name] == pytest.approx(gradient, abs=1e-4), name


def test_a_model_of_another_kind_stays_as_it_is() -> None:
    config = BertConfig(vocab_size=32, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32)
    model = BertForQuestionAnswering(config)
    encoder = model.bert.encoder
    fuse(model)
    assert model.bert.encoder is encoder
