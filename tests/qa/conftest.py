"""What the tests of questions and answers share: the reader's own tokenizer, small readers, and assistants that use them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from index.build import build, open_or_create
from index.models import DEFAULT_EMBEDDER, model_folder
from index.search import Index
from qa.assistant import Assistant
from qa.reader import Reader, load_reader
from tests.conftest import SEEDS, HashingEmbedder

HARBOUR = """The Harbour of Ostwick
Ostwick's harbour was built in 1931 by Mara Lindqvist, an engineer from Bergen.
According to the port authority, about 2,400 ships called there last year. "We count every one of them," said Ola Berg.
The authority did not reveal how many of the ships were fishing boats.
"""
UNUSUAL = """Ünüsual “wörds” 🚢
Привет, мир. שלום עולם, said Noa. 船は港に着いた。数は十二だった。
Cafe\u0301 Zoë sold 3,000 naïve 👩\u200d🚀 badges; e\u0301\u0323\u0300 was one mark too many.
"""


def make_index(folder: Path, texts: Sequence[tuple[str, str]]) -> Index:
    """An index, in `folder`, of articles given as file name and text."""
    sources = folder / "articles"
    sources.mkdir(parents=True)
    for name, text in texts:
        (sources / name).write_text(text, encoding="utf-8")
    embedder = HashingEmbedder()
    catalog = open_or_create(folder / "index", embedder, 40, 10)
    assert not build(catalog, [sources], embedder).failed
    return Index.open(folder / "index", embedder)


@pytest.fixture(scope="session")
def tokenizer() -> PreTrainedTokenizerBase:
    loaded = AutoTokenizer.from_pretrained(model_folder(DEFAULT_EMBEDDER))
    assert isinstance(loaded, PreTrainedTokenizerBase)
    return loaded


@pytest.fixture(scope="session")
def tiny_reader(tiny_reader_folder: Path) -> Reader:
    return load_reader(str(tiny_reader_folder))


@pytest.fixture(scope="session")
def sure_reader_folder(tiny_reader_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny reader with scores a thousand times as far apart, so that it is sure of whatever it points at."""
    from safetensors.torch import load_file, save_file

    folder = tmp_path_factory.mktemp("sure") / "reader"
    shutil.copytree(tiny_reader_folder, folder)
    weights = load_file(folder / "model.safetensors")
    weights["qa_outputs.weight"] *= 1000
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


@pytest.fixture(scope="session")
def small_index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """Three articles, one of them in several scripts."""
    seed = next(SEEDS.iterdir()).read_text(encoding="utf-8")
    folder = tmp_path_factory.mktemp("small")
    return make_index(folder, [("harbour.txt", HARBOUR), ("unusual.txt", UNUSUAL), ("war.txt", seed)])


@pytest.fixture(scope="session")
def assistant(small_index: Index, sure_reader_folder: Path) -> Assistant:
    """The small index read by a reader that is sure of what it, at random, points at."""
    return Assistant(small_index, load_reader(str(sure_reader_folder)))
