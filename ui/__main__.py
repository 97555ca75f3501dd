"""python -m ui: the chat in the browser, on this machine.

Exit status: 0 ended by Ctrl-C, 2 wrong use or a taken port, 3 no usable index.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index.errors import NoUsableIndexError, QuothError
from index.settings import Settings, read_settings
from ui.port import free_port, not_free

if TYPE_CHECKING:
    # Imported where it is used: it brings torch, which the help does not need.
    from qa.assistant import Assistant

application = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@application.command(help=__doc__)
def chat(
    index: Annotated[Path | None, typer.Option(help="The index folder (default: $QUOTH_INDEX_DIR or .quoth).")] = None,
    host: Annotated[str | None, typer.Option(help="The address to listen on (default: $QUOTH_HOST or 127.0.0.1).")] = None,
    port: Annotated[int | None, typer.Option(help="Its port, 0 for a free one (default: $QUOTH_PORT or 7860).")] = None,
    reader: Annotated[str | None, typer.Option(help="Another reader: a folder or a hub name.")] = None,
    export_feedback: Annotated[
        Path | None, typer.Option(help="Write the votes as questions for `python -m qa evaluate` to this file, and end.")
    ] = None,
) -> None:
    given = {"index_dir": index, "host": host, "port": port, "reader": reader}
    try:
        settings = read_settings(**{name: value for name, value in given.items() if value is not None})
        if export_feedback is None:
            _serve(settings)
        else:
            _export_feedback(settings.index_dir, export_feedback)
    except NoUsableIndexError as error:
        print(f"quoth: {error}", file=sys.stderr)
        raise typer.Exit(3) from None
    except QuothError as error:
        print(f"quoth: {error}", file=sys.stderr)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        # The usual way to end it. At once, because a thread may be reading a question, and torch aborts where Python ends
        # under it; nothing is left to be written.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def _serve(settings: Settings) -> None:
    """Serves until Ctrl-C; the address is printed once the first answer can come at once."""
    # The port first, because it takes no time: nobody should wait for the models to hear that it is taken.
    port = free_port(settings.host, settings.port)
    assistant = _open(settings)
    from ui.chat import build_app
    from ui.serve import serve

    app = build_app(assistant, read_only=settings.read_only, columns=settings.columns)
    try:
        address = serve(app, host=settings.host, port=port, read_only=settings.read_only)
    except OSError as error:
        raise not_free(settings.host, port, str(error)) from None
    try:
        print(address, flush=True)
        threading.Event().wait()
    finally:
        app.close(verbose=False)


def _export_feedback(index_dir: Path, path: Path) -> None:
    from ui.feedback import evaluation_file

    rows = evaluation_file(index_dir)
    try:
        path.write_text(rows, encoding="utf-8")
    except OSError as error:
        raise QuothError(f"{path} cannot be written ({error.strerror}).") from error
    print(f"{path}: {rows.count(chr(10))} questions from the votes in {index_dir}")


def _open(settings: Settings) -> Assistant:
    """The assistant with one question already asked, since the first one is the slowest."""
    from index.catalog import Catalog

    # Before the seconds that importing torch takes, so that a missing index is said at once.
    Catalog.open(settings.index_dir)
    from qa.assistant import Assistant

    assistant = Assistant.open(settings=settings)
    assistant.ask("What is it about?")
    return assistant


if __name__ == "__main__":
    application(prog_name="python -m ui")
