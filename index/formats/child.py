"""The process that reads documents: `python -m index.formats.child`, spoken to by index.formats.worker.

On its standard input come requests, a line of JSON ({"ending", "bytes"}) and so many bytes; each is answered by a line of
JSON on its standard output: a Document's fields, or {"reason"}, or {"reason", "worn": true} where it is better replaced.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import sys
from dataclasses import asdict
from typing import Any

from index.formats.document import MAX_TEXT, UnusableError
from index.formats.worker import COMPUTING_SECONDS, MEMORY_MEBIBYTES

# What reads each ending, imported when the first of its files comes.
READERS = {
    ".html": ("html", "read_html", "HTML"),
    ".htm": ("html", "read_html", "HTML"),
    ".pdf": ("pdf", "read_pdf", "PDF"),
    ".docx": ("office", "read_docx", "a Word document"),
    ".odt": ("office", "read_odt", "an OpenDocument text"),
    ".epub": ("office", "read_epub", "an e-book"),
    ".rtf": ("rtf", "read_rtf", "rich text"),
    ".eml": ("mail", "read_mail", "mail"),
    ".mhtml": ("mail", "read_mhtml", "MHTML"),
    ".mht": ("mail", "read_mhtml", "MHTML"),
    # No document: its text is the entries as JSON, for index.formats.feeds.
    ".rss": ("feeds", "read_feed", "a feed"),
}

TOO_MUCH_MEMORY = {"reason": f"needs more than {MEMORY_MEBIBYTES // 1024} GiB of memory to be read", "worn": True}


def answer(ending: str, data: bytes) -> dict[str, Any]:
    """What is answered to one request."""
    module, reader, kind = READERS[ending]
    try:
        document = getattr(importlib.import_module(f"index.formats.{module}"), reader)(data)
        if len(document.text) > MAX_TEXT:
            raise UnusableError(f"holds more than {MAX_TEXT // 2**20} million characters")
        return asdict(document)
    except UnusableError as error:
        return {"reason": str(error)}
    except MemoryError:
        return TOO_MUCH_MEMORY
    except RecursionError:
        return {"reason": f"cannot be read as {kind} (it is nested too deeply)"}
    except Exception as error:  # a parser given garbage may raise anything, which is no reason to stop a build
        return {"reason": f"cannot be read as {kind} ({type(error).__name__})"}


def main() -> None:
    """Answers until its standard input ends."""
    # Ctrl-C is sent to all processes of a terminal; what becomes of this one is for its parent to say.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "wb")
    # What a library prints must not be taken for an answer.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    _limit_memory()
    while line := sys.stdin.buffer.readline():
        request = json.loads(line)
        data = sys.stdin.buffer.read(request["bytes"])
        _limit_time()
        try:
            reply = json.dumps(answer(request["ending"], data), ensure_ascii=False).encode()
        except UnicodeEncodeError:
            reply = b'{"reason": "holds characters that are no Unicode text"}'
        except MemoryError:
            reply = json.dumps(TOO_MUCH_MEMORY).encode()
        answers.write(reply + b"\n")
        answers.flush()


def _limit_memory() -> None:
    # Windows has no such limits, and macOS does not keep to them: there only the time is limited.
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MEBIBYTES * 2**20, MEMORY_MEBIBYTES * 2**20))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_time() -> None:
    """Ends what computes too long, also where the parent, which stops what takes too long, is no more."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        seconds = int(used.ru_utime + used.ru_stime + COMPUTING_SECONDS)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]))


if __name__ == "__main__":
    main()
