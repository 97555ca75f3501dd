"""Serving the app, with everything said here rather than left to Gradio's environment variables."""

from __future__ import annotations

import os
from pathlib import Path

import gradio as gr

from index.articles import MAX_MEBIBYTES

HERE = Path(__file__).parent
# Names of fonts, not files: whatever the reader's system has, and nothing to fetch.
FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif")


def serve(app: gr.Blocks, *, host: str, port: int, read_only: bool = True) -> str:
    """Starts serving and returns the address once it answers; `app.close()` ends it. Raises OSError for a taken port.

    No public link, no file of the disk, no interface for programs, no record of what was asked, no request to another host,
    and no file taken where the library is read-only.
    """
    # Gradio asks its own address whether it answers, and no proxy knows that one.
    known = f"{os.environ.get('NO_PROXY', '')},{os.environ.get('no_proxy', '')}".split(",")
    # Each once, or every server of one process would make the list twice as long.
    bypass = dict.fromkeys(filter(None, ["127.0.0.1", "localhost", host, *known]))
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = ",".join(bypass)
    scripts = "".join(
        f"<script>{(HERE / name).read_text(encoding='utf-8')}</script>" for name in ("page.js", "source.js", "library.js")
    )
    _, address, _ = app.queue(api_open=False).launch(
        server_name=host,
        server_port=port,
        prevent_thread_lock=True,
        quiet=True,
        share=False,
        inbrowser=False,
        footer_links=[],
        run_history=False,
        allowed_paths=[],
        blocked_paths=[],
        max_file_size=1 if read_only else MAX_MEBIBYTES * 2**20,
        enable_monitoring=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        theme=gr.themes.Base(font=FONTS, font_mono=("ui-monospace", "monospace")),
        css=(HERE / "style.css").read_text(encoding="utf-8"),
        head=scripts,
    )
    return str(address).rstrip("/")
