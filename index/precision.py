"""What the processor computes fast in."""

from __future__ import annotations


def computes_in_bfloat16() -> bool:
    """Whether it multiplies 16-bit floats, at about twice the speed of 32-bit ones."""
    import torch

    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
