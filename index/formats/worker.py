"""Parsers of hostile formats at a distance: one process that reads document after document, and is replaced when it fails."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Lock, Timer
from typing import IO, Any, cast

from index.formats.document import Document, UnusableError

SECONDS = 30.0  # the most that reading one document may take
# Of which so much may be computing, which is the document's fault: one that takes longer and has not computed so much waited
# for a busy machine, and may be read the next time.
COMPUTING_SECONDS = 25
MEMORY_MEBIBYTES = 1024  # the most that it may take of memory, all libraries included
# A process that has read so many is replaced, since parsers may not give back all memory.
DOCUMENTS_TO_A_PROCESS = 1000

_ROOT = Path(__file__).resolve().parents[2]
_COMMAND = (sys.executable, "-m", "index.formats.child")
# A text of MAX_TEXT characters of four bytes each, and what is said of it.
_MAX_ANSWER = 300 * 2**20


class Worker:
    """A process that reads documents, started when the first one comes. Threads may share it; they wait for each other."""

    def __init__(self, seconds: float = SECONDS, command: Sequence[str] = _COMMAND) -> None:
        self.seconds = seconds
        self.command = command
        self.process: subprocess.Popen[bytes] | None = None
        self._documents = 0
        self._lock = Lock()

    def read(self, ending: str, data: bytes) -> Document:
        """The document in `data`, whose format the ending names. Raises UnusableError with the reason where there is none."""
        with self._lock:
            try:
                used = self._documents > 0
                answer = self._ask(ending, data)
                if used and answer.get("worn"):
                    # It may be what came before that took the memory, or left the parser in disorder.
                    answer = self._ask(ending, data)
            except BaseException:
                self._stop()  # whatever the process is at, its next answer would be to the wrong question
                raise
        if "reason" in answer:
            raise UnusableError(answer["reason"], fleeting=answer.get("fleeting", False))
        return Document(**{**answer, "pages": tuple(answer["pages"])})

    def close(self) -> None:
        """Ends the process; the next document starts another."""
        with self._lock:
            self._stop()

    def _ask(self, ending: str, data: bytes) -> dict[str, Any]:
        process = self._started()
        self._documents += 1
        stdin, stdout = cast(IO[bytes], process.stdin), cast(IO[bytes], process.stdout)
        late: list[bool] = []

        def stop() -> None:
            late.append(True)
            process.kill()

        timer = Timer(self.seconds, stop)
        timer.daemon = True
        timer.start()
        line = b""
        try:
            with contextlib.suppress(OSError):  # a broken pipe: it has died, which its answer tells
                stdin.write(json.dumps({"ending": ending, "bytes": len(data)}).encode() + b"\n" + data)
                stdin.flush()
                line = stdout.readline(_MAX_ANSWER)
        finally:
            timer.cancel()
        if not line.endswith(b"\n"):
            self._stop()
            if late:
                return {"reason": f"takes longer than {self.seconds:g} s to read", "fleeting": True}
            ended = _how_it_ended(process)
            if ended == "SIGXCPU":
                return {"reason": f"takes more than {COMPUTING_SECONDS} s of computing to be read"}
            return {"reason": f"makes its parser crash ({ended})", "worn": True}
        answer: dict[str, Any] = json.loads(line)
        if answer.get("worn") or self._documents >= DOCUMENTS_TO_A_PROCESS:
            self._stop()
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        if self.process is None:
            # It reads with one thread, and starts none for the sake of arithmetic.
            environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
            self.process = subprocess.Popen(  # noqa: S603 - our own module
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=_ROOT,
                env=environment,
            )
            self._documents = 0
        return self.process

    def _stop(self) -> None:
        process, self.process, self._documents = self.process, None, 0
        if process is not None:
            process.kill()
            with contextlib.suppress(OSError):
                process.communicate()


def _how_it_ended(process: subprocess.Popen[bytes]) -> str:
    code = process.returncode
    with contextlib.suppress(ValueError):
        return signal.Signals(-code).name
    return f"exit status {code}"


shared = Worker()
atexit.register(shared.close)
