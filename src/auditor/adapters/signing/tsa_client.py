"""Asks a time-stamp authority over HTTP for a token over a signature.

Rules kept here: a fresh nonce, and SHA-256 of the raw signature bytes, the signature itself never leaves; an answer is
checked before anyone seals it; no redirect is followed; an answer has a size and a deadline; a URL with credentials is
refused, so that none gets into a message.
Source: RFC 3161 (2.4.1, 2.4.2 and 3.4, the HTTP transport).
"""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from auditor.adapters.signing.timestamps import trusted_time
from auditor.adapters.signing.tokens import MAX_TOKEN_BYTES, read_token, sorted_certificates
from auditor.errors import EngineError, UsageError, VerificationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.adapters.signing.timestamps import Authority, Timestamper

TIMEOUT_S = 30.0
QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
ANOTHER = "check the address of the TSA, or use another one"


def http_timestamper(url: str, timeout_s: float = TIMEOUT_S, authorities: Sequence[Authority] = ()) -> Timestamper:
    """Return a timestamper that asks the TSA at ``url`` and waits at most ``timeout_s`` seconds for its answer.

    With ``authorities`` a token must also be one that they vouch for. Without, all is checked but its signature and
    chain, for which there is no root.

    Raises:
        UsageError: ``url`` is no http or https address, or holds credentials. The timestamper raises ``EngineError``.
    """
    shown = _shown(url)

    def timestamp(signature: bytes) -> bytes:
        request = _request(signature)
        where = f"the answer of the TSA {shown}"
        response = sorted_certificates(_post(url, request.as_bytes(), shown, timeout_s))
        try:
            token = read_token(response, signature, where)
            if token.nonce != request.nonce:
                raise EngineError(
                    f"{where}: its nonce is not the one that was sent, so it answers another request", remedy=ANOTHER
                )
            if authorities:
                trusted_time(response, signature, authorities, where)
        except VerificationError as error:
            raise EngineError(error.message, remedy=error.remedy or ANOTHER) from error
        return response

    return timestamp


def _shown(url: str) -> str:
    """Return ``url`` as it may be shown: without a query, which may be secret."""
    try:
        parts = urlsplit(url)
        right = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        right = False
    if not right:
        raise UsageError("the TSA's address is no http:// or https:// URL", remedy="give the URL that the TSA tells")
    if parts.username is not None or parts.password is not None:
        raise UsageError(
            f"the TSA's address has credentials in it (host {parts.hostname})",
            remedy="use a TSA that needs none; a token proves itself",
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


def _request(signature: bytes) -> Any:
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder  # noqa: PLC0415 - heavy

    builder = TimestampRequestBuilder().data(signature).hash_algorithm(HashAlgorithm.SHA256)
    return builder.nonce(nonce=True).cert_request(cert_request=True).build()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Lets a redirect be an error, as every other status but 200 is."""

    def redirect_request(self, *_: Any) -> None:
        """Follow none."""


def _post(url: str, body: bytes, shown: str, timeout_s: float) -> bytes:
    request = urllib.request.Request(url, body, {"Content-Type": QUERY, "Accept": REPLY})  # noqa: S310 - http(s) only
    deadline = time.monotonic() + timeout_s
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=timeout_s) as answer:
            kind = answer.headers.get_content_type()
            if answer.status != http.client.OK or kind != REPLY:
                raise EngineError(f"the TSA {shown}: answered {answer.status} {kind}, expected {REPLY}", remedy=ANOTHER)
            return _read(answer, shown, deadline, timeout_s)
    except urllib.error.HTTPError as error:
        error.close()
        raise EngineError(f"the TSA {shown}: answered HTTP {error.code}", remedy=ANOTHER) from error
    except TimeoutError as error:
        raise _late(shown, timeout_s) from error
    except (OSError, http.client.HTTPException) as error:
        if isinstance(getattr(error, "reason", None), TimeoutError):
            raise _late(shown, timeout_s) from error
        reason = getattr(error, "reason", error)
        raise EngineError(f"the TSA {shown}: cannot be asked ({reason})", remedy=ANOTHER) from error


def _read(answer: http.client.HTTPResponse, shown: str, deadline: float, timeout_s: float) -> bytes:
    """Read the whole answer, even when it drips, until the deadline."""
    content = b""
    while block := answer.read1(MAX_TOKEN_BYTES + 1):
        content += block
        if len(content) > MAX_TOKEN_BYTES:
            raise EngineError(f"the TSA {shown}: answered over {MAX_TOKEN_BYTES} bytes", remedy=ANOTHER)
        if time.monotonic() > deadline:
            raise _late(shown, timeout_s)
    return content


def _late(shown: str, timeout_s: float) -> EngineError:
    return EngineError(f"the TSA {shown}: no whole answer within {timeout_s:g} s", remedy=ANOTHER)
