"""The port that the chat listens on, looked at before anything slow begins."""

from __future__ import annotations

import socket

from index.errors import QuothError


def free_port(host: str, port: int) -> int:
    """`port` itself, or for 0 one that is free. Raises QuothError where nobody can listen on it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.create_server((host, port), family=family) as probe:
            return int(probe.getsockname()[1])
    except OSError as error:
        raise not_free(host, port, error.strerror or str(error)) from None


def not_free(host: str, port: int, reason: str) -> QuothError:
    return QuothError(f"Nothing can listen on port {port} of {host} ({reason}); give a free one, as in: python -m ui --port 0")
