"""What cannot be a reader is refused in one sentence, and nothing that lies in its folder is run."""

from __future__ import annotations

import json
import pickle
import shutil
from pathlib import Path

import pytest
from safetensors.numpy import load_file

from index.errors import ModelError
from index.models import DEFAULT_EMBEDDER, model_folder
from index.passages import Passage
from qa.packing import pack
from qa.reader import load_reader


def refusal(folder: Path) -> str:
    with pytest.raises(ModelError) as caught:
        load_reader(str(folder))
    text = str(caught.value)
    assert "\n" not in text
    assert text.endswith(".")
    return text


@pytest.fixture
def folder(tiny_reader_folder: Path, tmp_path: Path) -> Path:
    """A copy of the tiny reader, to be spoiled."""
    return Path(shutil.copytree(tiny_reader_folder, tmp_path / "reader"))


def change_config(folder: Path, name: str = "config.json", **values: object) -> None:
    path = folder / name
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    assert str(tmp_path) in refusal(tmp_path)


def test_a_model_that_was_not_trained_to_answer_is_refused() -> None:
    assert "lacks the weights qa_outputs" in refusal(model_folder(DEFAULT_EMBEDDER))


class Bomb:
    def __init__(self, sign: Path) -> None:
        self.sign = sign

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.sign,)


def test_a_pickle_is_refused_and_not_opened(folder: Path, tmp_path: Path) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Bomb(tmp_path / "exploded")))
    assert "safetensors" in refusal(folder)
    # Some other file of safetensors does not make it loadable.
    (folder / "other.safetensors").write_bytes(b"")
    refusal(folder)
    assert not (tmp_path / "exploded").exists()
    # The bomb is a live one.
    pickle.loads((folder / "pytorch_model.bin").read_bytes())  # noqa: S301
    assert (tmp_path / "exploded").exists()


def test_a_model_with_code_of_its_own_is_refused_and_its_code_not_run(folder: Path, tmp_path: Path) -> None:
    for name in ("configuration_own", "modeling_own", "tokenization_own"):
        (folder / f"{name}.py").write_text(f"import pathlib\npathlib.Path({str(tmp_path / 'ran')!r}).touch()\n")
    change_config(
        folder,
        model_type="own",
        architectures=["Own"],
        auto_map={"AutoConfig": "configuration_own.Own", "AutoModelForQuestionAnswering": "modeling_own.Own"},
    )
    change_config(folder, "tokenizer_config.json", auto_map={"AutoTokenizer": ["tokenization_own.Own", None]})
    refusal(folder)
    assert not (tmp_path / "ran").exists()


def test_code_beside_a_model_that_needs_none_is_not_run(folder: Path, tmp_path: Path) -> None:
    (folder / "modeling_own.py").write_text(f"import pathlib\npathlib.Path({str(tmp_path / 'ran')!r}).touch()\n")
    change_config(folder, auto_map={"AutoModelForQuestionAnswering": "modeling_own.Own"})
    assert load_reader(str(folder)).name == str(folder)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe\x00 no such thing", b'{"model_type": 5}'])
def test_a_damaged_file_is_said(folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)
    assert str(folder) in refusal(folder)


def test_weights_cut_short_are_said(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    assert str(folder) in refusal(folder)


def test_weights_of_another_shape_are_said(folder: Path) -> None:
    change_config(folder, hidden_size=32)
    assert str(folder) in refusal(folder)


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json"])
def test_a_missing_file_is_said(folder: Path, name: str) -> None:
    (folder / name).unlink()
    if name == "tokenizer.json":
        for path in folder.glob("*okenizer*"):
            path.unlink()
    assert str(folder) in refusal(folder)


def test_a_packed_reader_reads_as_the_one_it_was_packed_from(folder: Path, tmp_path: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    packed = tmp_path / "packed"
    shutil.copytree(folder, packed, ignore=shutil.ignore_patterns("model.safetensors"))
    pack(weights, packed)
    passage = Passage("a", 0, 35, "Mara built the harbour in May 1931.")
    [expected], [found] = (load_reader(str(each)).read(["Who?"], [passage]) for each in (folder, packed))
    assert [(span.start, span.end) for span in found] == [(span.start, span.end) for span in expected]
    assert [span.margin for span in found] == pytest.approx([span.margin for span in expected], abs=0.05)


def test_a_packed_reader_that_lacks_a_part_is_refused(folder: Path) -> None:
    weights = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    pack({name: weight for name, weight in weights.items() if not name.startswith("qa_outputs")}, folder)
    assert "lacks the weights qa_outputs" in refusal(folder)
