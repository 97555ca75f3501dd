"""The command line: what it prints, in which order, and with which exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from index.embedder import Embedder
from index.search import Index
from qa.__main__ import application, in_words
from qa.assistant import Assistant
from qa.reply import Turn
from tests.conftest import HashingEmbedder
from tests.qa.conftest import HARBOUR, make_index

ROOT = Path(__file__).parents[2]
QUESTION = "How many ships called there?"


def _hashing(_name: str) -> Embedder:
    return HashingEmbedder()


@pytest.fixture(autouse=True)
def _small_models(monkeypatch: pytest.MonkeyPatch, sure_reader_folder: Path) -> None:
    monkeypatch.setenv("QUOTH_READER", str(sure_reader_folder))
    # The one part of this that has tests of its own elsewhere and would take a second each time.
    monkeypatch.setattr("qa.assistant.load_embedder", _hashing)


@pytest.fixture(scope="session")
def empty_index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return make_index(tmp_path_factory.mktemp("empty"), [])


def run(index: Index | Path, *arguments: str, typed: str | bytes | None = None) -> Result:
    folder = index.catalog.folder if isinstance(index, Index) else index
    result = CliRunner().invoke(application, [*arguments, "--index", str(folder)], input=typed)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def replies(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def batch(*questions: str) -> str:
    return "".join(json.dumps({"question": question}) + "\n" for question in questions)


def assert_said(result: Result, status: int, *words: str) -> None:
    """One sentence on standard error and nothing else."""
    assert (result.exit_code, result.stdout) == (status, "")
    assert result.stderr.startswith("quoth: ")
    assert result.stderr.count("\n") == 1
    for word in words:
        assert word in result.stderr


def test_an_answer_as_json_is_one_line(small_index: Index, assistant: Assistant) -> None:
    result = run(small_index, "ask", QUESTION, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    [reply] = replies(result)
    expected = json.loads(json.dumps(assistant.ask(QUESTION).to_dict()))
    assert reply["status"] == "answered"
    assert list(reply) == list(expected)
    for key in ("question", "status", "conflict"):
        assert reply[key] == expected[key]
    assert reply["answer"]["text"] == expected["answer"]["text"]


def test_an_answer_in_words_names_its_place(small_index: Index, assistant: Assistant) -> None:
    result = run(small_index, "ask", QUESTION)
    assert (result.exit_code, result.stderr) == (0, "")
    answer = assistant.ask(QUESTION).answer
    assert answer is not None
    for part in (answer.text, answer.quote, answer.title, f"{answer.article}:{answer.start}-{answer.end}"):
        assert part in result.stdout
    assert result.stdout.strip() == in_words(assistant.ask(QUESTION)).strip()


def test_an_article_writes_no_commands_to_the_terminal(tmp_path: Path) -> None:
    text = "There were 3,000\x1b[5D9,000 \N{RIGHT-TO-LEFT OVERRIDE}troops\x9b1A."
    hostile = make_index(tmp_path, [("a\x1b[2J\n.txt", text)])
    result = run(hostile, "ask", QUESTION)
    source = str(tmp_path / "articles" / "a\N{REPLACEMENT CHARACTER}[2J\N{REPLACEMENT CHARACTER}.txt")
    assert f"\n  {source}:" in result.stdout
    assert not set("\x1b\x9b\N{RIGHT-TO-LEFT OVERRIDE}") & set(result.stdout)
    assert "3,000\N{REPLACEMENT CHARACTER}[5D9,000" in result.stdout
    [reply] = replies(run(hostile, "ask", QUESTION, "--json"))
    assert [passage["text"] for passage in reply["passages"]] == [text]
    nowhere = run(tmp_path / "no\x1b[2Jwhere", "ask", QUESTION)
    assert_said(nowhere, 3, "no\N{REPLACEMENT CHARACTER}[2Jwhere")


def test_no_answer_is_status_1(empty_index: Index) -> None:
    result = run(empty_index, "ask", QUESTION)
    assert (result.exit_code, result.stdout, result.stderr) == (
        1,
        "The articles do not say.\nThere is no article to ask.\n",
        "",
    )
    result = run(empty_index, "ask", QUESTION, "--json")
    assert result.exit_code == 1
    assert [(reply["status"], reply["answer"]) for reply in replies(result)] == [("no_answer", None)]


@pytest.mark.parametrize("arguments", [["ask"], ["ask", QUESTION, "--batch", "-"]])
def test_one_question_or_a_file_has_to_be_given(small_index: Index, arguments: list[str]) -> None:
    assert_said(run(small_index, *arguments), 2, "--batch", "python -m qa ask")


@pytest.mark.parametrize("question", ["", "  ", "x" * 3000])
def test_what_is_no_question_is_wrong_use(small_index: Index, question: str) -> None:
    assert_said(run(small_index, "ask", question), 2)


@pytest.mark.parametrize("arguments", [["ask", QUESTION, "--top-k", "0"], ["ask", QUESTION, "--none"], ["tell"]])
def test_unknown_options_are_wrong_use(small_index: Index, arguments: list[str]) -> None:
    result = run(small_index, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr


def test_a_reader_that_cannot_be_had_is_said(small_index: Index, tmp_path: Path) -> None:
    assert_said(run(small_index, "ask", QUESTION, "--reader", str(tmp_path)), 2, str(tmp_path))


def test_a_setting_that_cannot_be_used_is_said(small_index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUOTH_TOP_K", "many")
    assert_said(run(small_index, "ask", QUESTION), 2, "QUOTH_TOP_K")


@pytest.mark.parametrize("arguments", [["ask", QUESTION], ["ask", "--batch", "-"], ["chat"]])
def test_no_index_is_status_3(tmp_path: Path, arguments: list[str]) -> None:
    assert_said(run(tmp_path / "none", *arguments), 3, "python -m index build", str(tmp_path / "none"))
    (tmp_path / "catalog.sqlite").write_bytes(b"no database" * 1000)
    assert_said(run(tmp_path, *arguments), 3, str(tmp_path))


def test_an_index_of_another_embedder_is_status_3(small_index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    class Other(HashingEmbedder):
        name = "other"
        sha256 = "0" * 64

    monkeypatch.setattr("qa.assistant.load_embedder", lambda _: Other())
    assert_said(run(small_index, "ask", QUESTION), 3, "hashing", "other")


@pytest.mark.parametrize("from_file", [True, False])
def test_a_batch_brings_one_reply_a_line_in_order(small_index: Index, tmp_path: Path, from_file: bool) -> None:
    questions = [QUESTION, "Who built it?", "船は 🚢?", QUESTION]
    lines = batch(*questions[:2]) + "\n   \n" + batch(*questions[2:]).rstrip("\n")
    (tmp_path / "questions.jsonl").write_text(lines)
    file, typed = (str(tmp_path / "questions.jsonl"), None) if from_file else ("-", lines)
    result = run(small_index, "ask", "--json", "--batch", file, typed=typed)
    assert (result.exit_code, result.stderr) == (0, "")
    assert [reply["question"] for reply in replies(result)] == questions


def test_a_line_that_cannot_be_asked_leaves_the_others(small_index: Index) -> None:
    wrong: list[bytes] = [
        b"no json",
        b'{"question": 5}',
        b'{"history": []}',
        b'["question"]',
        b"5",
        b'{"question": "Who?", "history": 7}',
        b'{"question": "Who?", "history": [{"question": "Who?"}]}',
        b'{"question": "Who?", "history": [{"question": 1, "answer": "x"}]}',
        b'{"question": " "}',
        b'{"question": "\xff"}',
        b"[" * 100_000,
    ]
    good = batch(QUESTION).encode()
    result = run(small_index, "ask", "--json", "--batch", "-", typed=good + b"".join(line + b"\n" + good for line in wrong))
    assert result.exit_code == 2
    found = replies(result)
    assert len(found) == 2 * len(wrong) + 1
    assert all(reply["question"] == QUESTION for reply in found[::2])
    for number, reply in enumerate(found[1::2], start=1):
        assert list(reply) == ["error"]
        assert f"line {2 * number}:" in reply["error"]
    assert result.stderr.count("\n") == len(wrong)
    assert "Traceback" not in result.stderr


def test_what_is_no_character_is_asked_too(small_index: Index) -> None:
    result = run(small_index, "ask", "--json", "--batch", "-", typed='{"question": "Who\\ud800?"}\n' + batch(QUESTION))
    assert result.exit_code == 0
    assert [reply["question"] for reply in replies(result)] == ["Who??", QUESTION]
    assert run(small_index, "ask", "--json", "Who\udcff?").exit_code == 0
    assert run(small_index, "ask", "Who\udcff?").exit_code == 0


def test_history_may_be_given_or_null(small_index: Index) -> None:
    turns = [None, [], [{"question": "Who built it?", "answer": "Mara"}], [{"question": "Who?", "answer": None}]]
    lines = "".join(json.dumps({"question": QUESTION, "history": turn}) + "\n" for turn in turns)
    result = run(small_index, "ask", "--json", "--batch", "-", typed=lines)
    assert result.exit_code == 0
    assert [reply["question"] for reply in replies(result)] == [QUESTION] * len(turns)


def test_a_missing_batch_file_is_said(small_index: Index, tmp_path: Path) -> None:
    assert_said(run(small_index, "ask", "--batch", str(tmp_path / "none.jsonl")), 2, "none.jsonl", "--batch")
    assert_said(run(small_index, "ask", "--batch", str(tmp_path)), 2, str(tmp_path))


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_chat_answers_until_an_empty_line_or_the_end(small_index: Index, assistant: Assistant, end: str) -> None:
    result = run(small_index, "chat", typed=f"{QUESTION}\n{'x' * 3000}\nWho built it?\n{end}")
    assert (result.exit_code, result.stderr) == (0, "")
    first = assistant.ask(QUESTION)
    assert first.answer is not None
    second = assistant.ask("Who built it?", history=[Turn(QUESTION, first.answer.text)])
    assert second.answer is not None
    assert second.resolved_question != "Who built it?"
    shown = (first.answer.quote, "3000 characters", f"(asked as: {second.resolved_question})")
    places = [result.stdout.index(text) for text in shown]
    assert places == sorted(places)
    assert second.answer.text in result.stdout[places[2] :]


def test_no_models_are_loaded_where_there_is_no_index(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom qa.__main__ import application\n"
        "try:\n    application(sys.argv[1:])\n"
        "except SystemExit as end:\n    print(end.code, 'torch' in sys.modules)\n"
    )
    command = [sys.executable, "-c", code, "ask", QUESTION, "--index", str(tmp_path / "none")]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout == "3 False\n"


@pytest.mark.parametrize("package", ["index", "qa", "ui"])
def test_help_loads_nothing_that_takes_long_to_load(package: str) -> None:
    heavy = ["faiss", "gradio", "langchain_core", "numpy", "torch", "transformers"]
    code = (
        f"import sys\nfrom {package}.__main__ import application\n"
        "try:\n    application(['--help'])\n"
        f"except SystemExit:\n    print([name for name in {heavy} if name in sys.modules])\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == "[]"


@pytest.mark.models
def test_replies_come_as_soon_as_they_are_ready(real_index_dir: Path) -> None:
    command = [sys.executable, "-m", "qa", "ask", "--json", "--batch", "-", "--index", str(real_index_dir)]
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONUNBUFFERED", "QUOTH_READER")}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        # The second question is asked when the first is answered.
        for question in ("Who is the Kremlin spokesman?", "What is the capital of Australia?"):
            process.stdin.write(batch(question))
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["question"] == question
        out, err = process.communicate()
    assert (process.returncode, out, err) == (0, "", "")


def test_the_help_names_the_statuses() -> None:
    result = CliRunner().invoke(application, ["--help"])
    assert result.exit_code == 0
    assert "3 no usable index" in result.stdout
    assert HARBOUR not in result.stdout
