from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import pytest

from qa.questions import read_questions
from tests.ui.examples import claim, reply
from ui.feedback import keep

ROOT = Path(__file__).parents[2]


def _hear_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def run(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "ui", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Whoever runs the tests in the background has Ctrl-C ignored, and a child would inherit that.
        preexec_fn=_hear_ctrl_c,
    )


def test_without_an_index_one_sentence_says_how_to_make_one(tmp_path: Path) -> None:
    process = run("--index", str(tmp_path / "none"), "--port", "0")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (3, "")
    assert err.startswith("quoth: ")
    assert "python -m index build" in err
    assert err.count("\n") == 1


@pytest.mark.enable_socket
def test_a_taken_port_is_said_before_anything_is_loaded(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        process = run("--index", str(tmp_path / "none"), QUOTH_PORT=port)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert err.startswith(f"quoth: Nothing can listen on port {port} of 127.0.0.1")
    assert "--port" in err
    assert err.count("\n") == 1


def test_a_setting_that_cannot_be_used_is_said() -> None:
    process = run(QUOTH_PORT="eighty")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert "QUOTH_PORT cannot be 'eighty'" in err
    assert "Traceback" not in err


def test_a_read_only_setting_that_is_neither_yes_nor_no_is_said(tmp_path: Path) -> None:
    process = run("--index", str(tmp_path / "none"), "--port", "0", QUOTH_READ_ONLY="perhaps")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert "QUOTH_READ_ONLY cannot be 'perhaps'" in err


def test_votes_are_exported_as_questions(tmp_path: Path) -> None:
    keep(tmp_path, "a", "up", "", reply(claim("May"), question="When did talks begin?"))
    written = tmp_path / "questions.jsonl"
    process = run("--index", str(tmp_path), "--export-feedback", str(written))
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert out == f"{written}: 1 questions from the votes in {tmp_path}\n"
    assert [question.text for question in read_questions(written)] == ["When did talks begin?"]


@pytest.mark.models
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_the_address_comes_last_and_answers_and_ctrl_c_ends_it_quietly(real_index_dir: Path) -> None:
    # A proxy that does not answer must not be asked for this machine's own address.
    with run("--port", "0", QUOTH_INDEX_DIR=str(real_index_dir), HTTP_PROXY="http://127.0.0.1:9") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:"), process.stderr.read()
        with build_opener(ProxyHandler({})).open(address, timeout=10) as page:
            assert b"Quoth" in page.read()
        process.send_signal(signal.SIGINT)
        try:
            out, err = process.communicate(timeout=30)
        finally:
            process.kill()
    assert (process.returncode, out) == (0, "")
    assert "Traceback" not in err
