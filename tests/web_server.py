"""A real web server on this machine, for what is behind web addresses."""

from __future__ import annotations

import threading
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

from hyperstep.digest import digest_file


class WebServer:
    """Serves a folder until the block ends.

    Args:
        folder: What is served.
        kind: ``dates`` (Last-Modified, as Python's own server), ``tags`` (ETag, too), ``deaf`` (ETag, but conditions
            are not listened to), ``nothing`` (no validators), or ``short`` (the answer ends early).
    """

    def __init__(self, folder: Path, kind: str = "dates") -> None:
        self.kind = kind
        self.sent: list[str] = []
        """The paths whose content was sent."""
        self.asked: list[str] = []
        """The paths that were asked for."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, self, directory=str(folder)))
        self._thread = threading.Thread(target=self._server.serve_forever)
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.address = f"http://{self.host}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Be gone, as without a network."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()


class _Handler(SimpleHTTPRequestHandler):
    def __init__(self, owner: WebServer, *arguments: object, directory: str) -> None:
        self._owner = owner
        super().__init__(*arguments, directory=directory)  # type: ignore[arg-type]  # the base's own

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        del format, args

    def do_GET(self) -> None:
        self._owner.asked.append(self.path)
        if self._owner.kind == "dates":
            super().do_GET()
            return
        file = Path(self.translate_path(self.path))
        tag = f'"{digest_file(file)}"'
        if self._owner.kind == "tags" and self.headers.get("If-None-Match") == tag:
            self.send_response(HTTPStatus.NOT_MODIFIED)
            self.end_headers()
            return
        self._send(file.read_bytes(), {} if self._owner.kind == "nothing" else {"ETag": tag})

    def copyfile(self, source: object, outputfile: object) -> None:
        self._owner.sent.append(self.path)
        super().copyfile(source, outputfile)  # type: ignore[arg-type]  # the base's own

    def _send(self, content: bytes, headers: dict[str, str]) -> None:
        self._owner.sent.append(self.path)
        self.send_response(HTTPStatus.OK)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if self._owner.kind == "short" else content)
