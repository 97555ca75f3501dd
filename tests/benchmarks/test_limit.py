"""Multiply-adds are counted as the layers' weights say."""

from __future__ import annotations

import torch
from transformers import BertConfig, BertModel

from benchmarks.limit import multiply_adds


def test_multiply_adds_are_one_a_weight_and_token_and_two_a_pair_of_tokens() -> None:
    config = BertConfig(vocab_size=8, hidden_size=16, num_hidden_layers=3, num_attention_heads=2, intermediate_size=40)
    layers = BertModel(config).encoder.modules()
    weights = sum(layer.weight.numel() for layer in layers if isinstance(layer, torch.nn.Linear))
    assert multiply_adds(config, 7) == 7 * weights + 3 * 2 * 7 * 7 * 16
