"""What tests share: small real models made on the spot, a hashing embedder, and the shipped models on the seeds."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from index.build import build, open_or_create
from index.embedder import Floats, load_embedder
from index.models import DEFAULT_EMBEDDER, model_folder
from index.search import Index
from index.settings import Settings
from qa.assistant import Assistant
from qa.reader import load_reader

SEEDS = Path(__file__).parent.parent / "seeds"


class HashingEmbedder:
    """A deterministic Embedder that needs no model: each word's hash is a direction, a text the sum of its words."""

    name = "hashing"
    sha256 = hashlib.sha256(b"hashing").hexdigest()
    dimension = 32
    max_tokens = 10_000

    def encode(self, texts: Sequence[str]) -> Floats:
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()) or [text]:
                seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
                rows[row] += np.random.default_rng(seed).standard_normal(self.dimension).astype(np.float32)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(re.findall(r"\w+|[^\w\s]", text)) for text in texts]


@pytest.fixture(autouse=True)
def _own_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the developer's own settings."""
    for name in (
        "INDEX_DIR",
        "EMBEDDER",
        "PASSAGE_TOKENS",
        "OVERLAP_TOKENS",
        "READER",
        "TOP_K",
        "COLUMNS",
        "PRIVATE_ADDRESSES",
        "HOST",
        "PORT",
        "READ_ONLY",
    ):
        monkeypatch.delenv(f"QUOTH_{name}", raising=False)


@pytest.fixture
def embedder() -> HashingEmbedder:
    return HashingEmbedder()


@pytest.fixture(scope="session")
def tiny_reader_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A question-answering model of one small layer with random weights, as a folder that loads like any other."""
    import torch
    from transformers import AutoTokenizer, BertConfig, BertForQuestionAnswering

    folder = tmp_path_factory.mktemp("tiny-reader")
    tokenizer = AutoTokenizer.from_pretrained(model_folder(DEFAULT_EMBEDDER))
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=512,
    )
    BertForQuestionAnswering(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def real_index_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the seeds made by the default embedder."""
    folder = tmp_path_factory.mktemp("seeds-index")
    settings, embedder = Settings(), load_embedder(DEFAULT_EMBEDDER)
    catalog = open_or_create(folder, embedder, settings.passage_tokens, settings.overlap_tokens)
    assert not build(catalog, [SEEDS], embedder).failed
    return folder


@pytest.fixture(scope="session")
def real_assistant(real_index_dir: Path) -> Assistant:
    """The shipped models on the seeds."""
    return Assistant(Index.open(real_index_dir, load_embedder(DEFAULT_EMBEDDER)), load_reader())
