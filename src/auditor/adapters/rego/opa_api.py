"""opa-python-client, wrapped: what the program asks of an OPA server, and each way in which that can fail.

Rules kept here: a request names what it is for, and so does its error; the server's own words are shown, the token
never; an answer that is no JSON, or lacks what it must hold, is an error. What the client would do otherwise is turned
off (ADR 0008): retries, rewriting policies to another dialect, ``.netrc``, proxies and redirects.
"""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from auditor.errors import AuditorError, EngineError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TIMEOUT_S = 30.0
SHOWN_CHARACTERS = 2000
REGO_ERRORS = "rego_"  # how the codes of errors begin that are a policy's
UNKNOWN = "of unknown version"
STRICT = {"strict-builtin-errors": "true"}
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
ADVICE: dict[int, str] = {
    HTTPStatus.BAD_REQUEST: "correct what it names",
    HTTPStatus.UNAUTHORIZED: "set AUDITOR_OPA_TOKEN to a token that the server accepts",
    HTTPStatus.FORBIDDEN: "let the token of AUDITOR_OPA_TOKEN read and write /v1/policies and /v1/data",
    HTTPStatus.NOT_FOUND: "give the address of an OPA server; a path in it must lead to its root",
}


@dataclass(frozen=True, slots=True)
class Address:
    """Where an OPA server is; ``url`` has no trailing slash, ``ca_file`` names who vouches for its certificate."""

    url: str
    token: str = field(default="", repr=False)
    timeout_s: float = TIMEOUT_S
    ca_file: Path | None = None

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
            port = parts.port  # raises when it is no number
        except ValueError as error:
            raise UsageError(f"--opa-url is no URL ({error})") from error
        if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0 or parts.query or parts.fragment:
            raise UsageError(
                "--opa-url is not the address of a server",
                remedy="give http:// or https://, host and port, e.g. http://127.0.0.1:8181",
            )
        if parts.username or parts.password:
            raise UsageError("--opa-url holds a user or password", remedy="set AUDITOR_OPA_TOKEN to a token instead")
        if not re.fullmatch(r"[\x21-\x7e]*", self.token):
            raise UsageError("AUDITOR_OPA_TOKEN holds a space, a line end or another character that no token has")
        if self.token and parts.scheme == "http" and parts.hostname not in LOOPBACK:
            raise UsageError(
                "AUDITOR_OPA_TOKEN would cross the network in clear", remedy="give an https:// address, or no token"
            )
        if self.ca_file is not None and not self.ca_file.is_file():
            raise UsageError(f"{self.ca_file}: no such file", remedy="set AUDITOR_OPA_CA to a PEM file")


class RefusedError(EngineError):
    """The server understood and refused (HTTP 400); ``codes`` are those of its errors."""

    codes: frozenset[str] = frozenset()


class MissingError(EngineError):
    """The server has nothing there (HTTP 404)."""


class DeniedError(EngineError):
    """The server does not let us (HTTP 401, 403)."""


KINDS: dict[int, type[EngineError]] = {
    HTTPStatus.BAD_REQUEST: RefusedError,
    HTTPStatus.UNAUTHORIZED: DeniedError,
    HTTPStatus.FORBIDDEN: DeniedError,
    HTTPStatus.NOT_FOUND: MissingError,
}


class OpaApi:
    """One OPA server. Every method raises ``EngineError`` that begins with ``what``."""

    def __init__(self, address: Address) -> None:
        from opa_client import OpaClient  # noqa: PLC0415 - heavy

        from auditor.adapters.rego.opa_transport import Transport  # noqa: PLC0415 - heavy

        parts = urlsplit(address.url)
        self._address = address
        self._client = OpaClient(host=parts.hostname, ssl=parts.scheme == "https", retries=0, timeout=address.timeout_s)
        self._client.root_url = f"{address.url.rstrip('/')}/v1"  # the client knows no address with a path
        self._session = session = self._client._session  # noqa: SLF001 - the client has no other way to say how it sends
        session.trust_env = False
        session.verify = str(address.ca_file) if address.ca_file else True
        session.headers["Accept-Encoding"] = "identity"
        if address.token:
            session.headers["Authorization"] = f"Bearer {address.token}"
        for scheme in ("http://", "https://"):
            session.mount(scheme, Transport(address.timeout_s))

    def close(self) -> None:
        """Close the connections."""
        self._client.close_connection()

    def healthy(self) -> bool:
        """Say whether the server is ready; unlike the others, never an error."""
        try:
            with self._asking("health"):
                return bool(self._client.check_health(diagnostic_url=f"{self._address.url.rstrip('/')}/health"))
        except EngineError:
            return False

    def version(self) -> str:
        """Return the version of the server, or ``UNKNOWN`` when it does not tell us."""
        try:
            with self._asking("version"):
                labels = _member(_member(self._client.get_config(), "result"), "labels")
                version = str(labels.get("version"))
                return version if re.fullmatch(r"[0-9][0-9A-Za-z.+-]{0,39}", version) else UNKNOWN
        except (RefusedError, MissingError, DeniedError):
            return UNKNOWN

    def put_policy(self, policy: str, text: str, what: str) -> None:
        """Load a policy, as it is; ``RefusedError`` when it does not compile there."""
        with self._asking(what):
            self._client.update_policy_from_string(text, policy, rego_compat=False)

    def policies(self, what: str) -> dict[str, dict[str, Any]]:
        """Return id -> ``raw`` (text) and ``ast`` of every policy of the server."""
        with self._asking(what):  # the client asks for policies/, which OPA 1.x redirects to policies
            listed = _object(self._session.get(f"{self._client.root_url}/policies").json()).get("result")
            if not isinstance(listed, list):
                raise _Malformed("a list of policies without a list")
            return {str(_object(one).get("id")): one for one in listed}

    def delete_policy(self, policy: str, what: str) -> None:
        """Remove a policy; ``MissingError`` when it is not there, ``RefusedError`` while another one needs it."""
        with self._asking(what):
            self._client.delete_policy(policy)

    def put_data(self, path: str, document: dict[str, Any], what: str) -> None:
        """Write a document below ``data``."""
        with self._asking(what):
            self._client.update_or_create_data(document, path)

    def data(self, path: str, what: str) -> Any:
        """Return a document below ``data``; None when it is undefined."""
        from opa_client.errors import PolicyNotFoundError  # noqa: PLC0415 - heavy

        with self._asking(what):
            try:
                return self._client.get_data(path)["result"]
            except PolicyNotFoundError:  # what the client makes of an answer without a result
                return None

    def delete_data(self, path: str, what: str) -> None:
        """Remove a document below ``data``; ``MissingError`` when it is not there."""
        with self._asking(what):
            self._client.delete_data(path)

    def query(self, path: str, document: dict[str, Any], what: str) -> dict[str, Any]:
        """Evaluate the rule at ``path``; the answer holds ``result``, or does not when the rule is undefined."""
        with self._asking(what):
            answer = _object(self._client.query_rule(document, path, query_params=STRICT))
        if self._address.token and self._address.token in json.dumps(answer):
            raise EngineError(f"{what}: the decision of the OPA server repeats AUDITOR_OPA_TOKEN; it was not used")
        return answer

    @contextmanager
    def _asking(self, what: str) -> Iterator[None]:
        """Turn whatever goes wrong in between into an ``EngineError`` about ``what``."""
        import requests  # noqa: PLC0415 - heavy
        from opa_client import errors  # noqa: PLC0415 - heavy

        from auditor.adapters.rego.opa_transport import StatusError, TooLargeError  # noqa: PLC0415 - heavy

        try:
            yield
        except StatusError as error:
            raise self._status(error.status, error.body, what) from error
        except requests.Timeout as error:
            raise EngineError(
                f"{what}: the OPA server did not answer within {self._address.timeout_s:g} s",
                remedy="look at the server's load, or give a longer --opa-timeout",
            ) from error
        except TooLargeError as error:
            raise EngineError(f"{what}: the answer of the OPA server is too large") from error
        except (requests.JSONDecodeError, RecursionError, _Malformed) as error:
            raise self._unlike_opa(what, str(error)) from error
        except (
            errors.RegoParseError,
            errors.DeletePolicyError,
            errors.DeleteDataError,
        ) as error:  # what the client makes of a success that is none of OPA's
            raise self._unlike_opa(what, str(error.message)) from error
        except requests.RequestException as error:
            raise EngineError(
                f"{what}: the OPA server at {self._address.url} cannot be reached or broke off "
                f"({self._clean(_root(error))})",
                remedy="see whether it runs there, and what it logged",
            ) from error

    def _unlike_opa(self, what: str, why: str) -> EngineError:
        return EngineError(
            f"{what}: the answer of the OPA server is not what OPA answers ({self._clean(why)})",
            remedy="see whether --opa-url leads to OPA, and what lies between",
        )

    def _status(self, status: int, body: bytes, what: str) -> EngineError:
        said, codes = _words(body.decode(errors="replace"))
        error = KINDS.get(status, EngineError)(
            f"{what}: the OPA server answered HTTP {status}: {self._clean(said)}",
            remedy=ADVICE.get(status, "see the server's log"),
        )
        if isinstance(error, RefusedError):
            error.codes = codes
        return error

    def _clean(self, text: str) -> str:
        token = self._address.token
        return text.replace(token, "[token]") if token else text


class _Malformed(Exception):  # noqa: N818 - becomes an EngineError here
    """An answer that lacks what it must hold."""


def _object(answer: Any) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise _Malformed(f"expected an object, found {type(answer).__name__}")
    return answer


def _member(answer: Any, name: str) -> dict[str, Any]:
    value = _object(answer).get(name, {})
    return _object(value)


def _words(body: str) -> tuple[str, frozenset[str]]:
    """Return what the body of an error says, with file and line of each of its parts, and the codes of these."""
    try:
        document = json.loads(body)
        parts = [one for one in document.get("errors") or [] if isinstance(one, dict)]
        lines = [f"{document['message']} ({document.get('code')})"] + [_line(one) for one in parts]
    except (ValueError, KeyError, AttributeError, TypeError):
        return body.strip()[:SHOWN_CHARACTERS] or "(no body)", frozenset()
    return "\n    ".join(lines)[:SHOWN_CHARACTERS], frozenset(str(one.get("code")) for one in parts)


def _line(part: dict[str, Any]) -> str:
    place = part.get("location")
    where = f"{place.get('file')}:{place.get('row')}: " if isinstance(place, dict) else ""
    return f"{where}{part.get('message')} ({part.get('code')})"


def _root(error: BaseException) -> str:
    """Return the words of the first exception of a chain: what the operating system said."""
    while (inner := error.__cause__ or error.__context__) is not None and not isinstance(inner, AuditorError):
        error = inner
    return str(error) or type(error).__name__
