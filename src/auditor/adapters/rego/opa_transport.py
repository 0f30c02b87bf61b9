"""How requests of opa-python-client reach an OPA server. Importing this imports requests: only ``opa_api`` does.

Rules kept here: a request ends within its time-out, also against a server that answers drop by drop, or soon after
(a time-out to connect, one for the head of the answer, and the rest of the body by then); an answer is bounded; every
status but success is an exception that holds the body; nothing is asked twice and no redirect is followed.
"""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING, Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, ReadTimeoutError

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

CHUNK = 1 << 16
MAX_ANSWER_BYTES = 1 << 28


class StatusError(Exception):
    """The server answered with a status that is no success."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.body = body


class TooLargeError(Exception):
    """The server answered with more than we read."""


class Transport(HTTPAdapter):
    """Reads each answer whole, within ``timeout_s``, before the client sees it."""

    def __init__(self, timeout_s: float) -> None:
        super().__init__(max_retries=0)
        self._timeout_s = timeout_s

    def send(self, request: requests.PreparedRequest, *_: Any, **options: Any) -> requests.Response:
        """Send and read. Raises ``StatusError``, ``TooLargeError`` and the exceptions of requests."""
        deadline = time.monotonic() + self._timeout_s
        verify, cert = options.get("verify", True), options.get("cert")
        response = super().send(request, stream=True, timeout=self._timeout_s, verify=verify, cert=cert)
        try:
            body = _read(response.raw, deadline)
        except (ReadTimeoutError, TimeoutError) as error:
            raise requests.ReadTimeout(error, request=request) from error
        except (HTTPError, OSError) as error:
            raise requests.ConnectionError(error, request=request) from error
        finally:
            response.close()
        if not 200 <= response.status_code < 300:  # noqa: PLR2004 - the statuses of success
            raise StatusError(response.status_code, body)
        response.raw = io.BytesIO(body)
        return response


def _read(raw: BaseHTTPResponse, deadline: float) -> bytes:
    body = bytearray()
    while chunk := raw.read1(CHUNK, decode_content=True):
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise TooLargeError
        if time.monotonic() > deadline:
            raise TimeoutError
    return bytes(body)
