"""Cell output on our own streams, as it comes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TextIO

_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Echo:
    """Writes what a kernel's messages show.

    Args:
        stdout: Takes what cells print, and the text of what they display.
        stderr: Takes what cells write there, and their tracebacks.
    """

    def __init__(self, stdout: TextIO, stderr: TextIO) -> None:
        self._stdout = stdout
        self._stderr = stderr

    def show(self, kind: str, content: Mapping[str, Any]) -> None:
        """Write one message; those that show nothing are passed over.

        Args:
            kind: The message's type in Jupyter's protocol.
            content: Its content.
        """
        if kind == "stream":
            _write(self._stdout if content["name"] == "stdout" else self._stderr, content["text"])
        elif kind in {"execute_result", "display_data"}:
            text = content["data"].get("text/plain", "")
            _write(self._stdout, f"{text}\n" if text else "")
        elif kind == "error":
            _write(self._stderr, "\n".join(content["traceback"]) + "\n")


def _write(stream: TextIO, text: str) -> None:
    stream.write(text if stream.isatty() else _ESCAPES.sub("", text))
    stream.flush()
