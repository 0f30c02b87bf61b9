"""An HTTP server on the loopback that answers every POST by a function, for services that tests speak to."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


class Answer(NamedTuple):
    """What is sent back."""

    body: bytes
    content_type: str
    status: int = 200
    headers: Mapping[str, str] = {}


@contextmanager
def serving_posts(answer: Callable[[Mapping[str, str], bytes], Answer]) -> Iterator[str]:
    """Serve ``answer`` (headers and body of a request -> what is sent back) and give the server's address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = answer(dict(self.headers), self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(sent.status)
            self.send_header("Content-Type", sent.content_type)
            self.send_header("Content-Length", str(len(sent.body)))
            for name, value in sent.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(sent.body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
