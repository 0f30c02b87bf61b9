"""AWS on the loopback: a server that answers any call of any service in its own protocol, and breaks on demand.

What it answers are functions of what was asked; the wire format is that of the service's model, by moto's serializers
and botocore's CBOR. Who asks is told by the access key (``identity``), where by the scope of the signature, so accounts
and regions are apart. Signatures are not checked. A fault looks at each request and may answer in its place.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from botocore.parsers import create_parser
from botocore.serialize import CBORSerializer
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import SerializationContext, get_serializer_class
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

SCOPE = re.compile(r"Credential=(?P<key>[^/]+)/[0-9]{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
CBOR_PATH = re.compile(r"/service/[^/]+/operation/(?P<operation>[A-Za-z0-9]+)")


class Refusal(Exception):  # noqa: N818 - what AWS answers, not what went wrong here
    """An error of AWS by its code."""

    def __init__(self, code: str, status: int = 400) -> None:
        super().__init__(code)
        self.code = code
        self.status = status


@dataclass(frozen=True)
class Asked:
    """One request."""

    service: str
    operation: str
    account: str
    region: str
    parameters: dict[str, Any]
    serial: int

    def call(self) -> tuple[str, str]:
        return self.service, self.operation

    def request_id(self) -> str:
        """Return the id of the request: the same for the same question, so that snapshots can be compared."""
        said = json.dumps([*self.call(), self.account, self.region, self.parameters], sort_keys=True, default=str)
        return hashlib.sha256(said.encode()).hexdigest()[:32]


def identity(account: str, serial: int = 0) -> str:
    """Return the access key by which the server knows who asks."""
    return f"ASIA{account}{serial:04d}"


@dataclass
class Cloud:
    """What is asked and answered; ``faults`` are tried in order on each request, before it is answered."""

    answers: Mapping[tuple[str, str], Callable[[Asked], dict[str, Any]]]
    faults: list[Callable[[Asked, int], bytes | None]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    serial: int = 0
    expired: int = -1
    url: str = ""

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._signing: dict[str, list[str]] = {}
        for service in sorted({service for service, _ in self.answers} | {"sts"}):
            name = get_service_model(service).signing_name
            self._signing.setdefault(name, []).append(service)

    def counted(self, service: str, operation: str) -> int:
        return sum(one.call() == (service, operation) for one in self.asked)

    def answer(self, asked: Asked) -> dict[str, Any]:
        with self._lock:
            number = len(self.asked)
            self.asked.append(asked)
        for fault in self.faults:
            fault(asked, number)
        if asked.service == "sts":
            return self._sts(asked)
        if 0 <= asked.serial <= self.expired:
            raise Refusal("ExpiredTokenException")
        try:
            answer = self.answers[asked.call()]
        except KeyError:
            raise Refusal("AccessDeniedException", 403) from None
        return answer(asked)

    def _sts(self, asked: Asked) -> dict[str, Any]:
        if asked.operation == "GetCallerIdentity":
            arn = f"arn:aws:iam::{asked.account}:user/u"
            return {"Account": asked.account, "Arn": arn, "UserId": "AIDA"}
        arn = asked.parameters["RoleArn"]
        account = arn.split(":")[4]
        with self._lock:
            self.serial += 1
            serial = self.serial
        return {
            "Credentials": {
                "AccessKeyId": identity(account, serial),
                "SecretAccessKey": f"SECRET-OF-ASSUMED-ROLE-{account}",
                "SessionToken": f"TOKEN-OF-ASSUMED-ROLE-{account}",
                "Expiration": "2099-01-01T00:00:00Z",
            },
            "AssumedRoleUser": {"AssumedRoleId": "AROA:auditor", "Arn": arn},
        }

    def route(self, request: Request) -> tuple[Any, Asked, str]:
        """Return the operation's model, what is asked, and the protocol."""
        found = SCOPE.search(request.headers.get("Authorization", ""))
        if found is None:
            raise Refusal("MissingAuthenticationToken", 403)
        account, serial = found["key"][4:16], int(found["key"][16:] or 0)
        services = self._signing.get(found["service"], [])
        if "x-amz-account-id" in request.headers:  # S3 Control, whose paths S3 would take for buckets
            services = [one for one in services if one == "s3control"]
        for service in services:
            try:
                operation, parameters, protocol = _operation(service, request)
            except NotFound:
                continue
            return operation, Asked(service, operation.name, account, found["region"], parameters, serial), protocol
        raise Refusal("UnknownOperationException", 404)


def _operation(service: str, request: Request) -> tuple[Any, dict[str, Any], str]:
    model = get_service_model(service)
    if request.headers.get("smithy-protocol") == "rpc-v2-cbor":
        named = CBOR_PATH.fullmatch(request.path)
        if named is None or named["operation"] not in model.operation_names:
            raise NotFound
        operation = model.operation_model(named["operation"])
        parser = create_parser("smithy-rpc-v2-cbor")
        body = io.BufferedReader(io.BytesIO(request.data))
        return operation, parser.parse_data_item(body) if request.data else {}, "cbor"
    operation, path = get_service_router(service).match(request)
    protocol = determine_request_protocol(model, request.content_type)
    parsed = PROTOCOL_PARSERS[protocol](operation, map_type=dict).parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.data,
            "url_path": request.path,
            "url_params": path,
        }
    )
    return operation, {name: one for name, one in parsed.items() if one is not None}, protocol


def _encoded(operation: Any, protocol: str, document: dict[str, Any], name: str) -> tuple[int, dict[str, str], bytes]:
    if protocol == "cbor":
        content = bytearray()
        CBORSerializer()._serialize_data_item(content, document, operation.output_shape)
        return 200, {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}, bytes(content)
    serializer = get_serializer_class(operation.service_model.service_name, protocol)
    made = serializer(operation, SerializationContext(name)).serialize(document)
    body = made["body"]
    return made["status_code"], dict(made["headers"]), body.encode() if isinstance(body, str) else body


def _refused(protocol: str, refusal: Refusal) -> tuple[int, dict[str, str], bytes]:
    said = f"<Code>{refusal.code}</Code><Message>no</Message>"
    if protocol == "query":
        body = f"<ErrorResponse><Error><Type>Sender</Type>{said}</Error></ErrorResponse>"
    elif protocol == "ec2":
        body = f"<Response><Errors><Error>{said}</Error></Errors></Response>"
    elif protocol == "rest-xml":
        body = f"<Error>{said}</Error>"
    else:
        body = json.dumps({"__type": refusal.code, "message": "no"})
    headers = {"X-Amzn-Errortype": refusal.code, "Content-Type": "text/xml" if body[0] == "<" else "application/json"}
    return refusal.status, headers, body.encode()


class _Broken(Exception):  # noqa: N818 - a way to answer
    """Breaks off in the middle of a body: after it was said how long it is, or with a length that fits the half."""

    def __init__(self, *, honest: bool) -> None:
        super().__init__()
        self.honest = honest


@contextmanager
def serving(cloud: Cloud) -> Iterator[Cloud]:
    """Serve ``cloud`` at its ``url``."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            request = Request.from_primitives(self.command, f"{cloud.url}{self.path}", self.headers, body)
            protocol, broken, name = "json", None, "none"
            try:
                operation, asked, protocol = cloud.route(request)
                name = asked.request_id()
                try:
                    document = cloud.answer(asked)
                except _Broken as fault:
                    broken = fault
                    document = cloud.answers[asked.call()](asked)
                status, headers, content = _encoded(operation, protocol, document, name)
            except Refusal as refusal:
                status, headers, content = _refused(protocol, refusal)
            said = content[: len(content) // 2] if broken else content
            self.send_response(status)
            length = len(said) if broken is None or broken.honest else len(content)
            for key, value in (headers | {"Content-Length": str(length), "x-amzn-RequestId": name}).items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(said)
            self.close_connection = self.close_connection or broken is not None

        do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = handle_one  # noqa: N815 - the names are the library's

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            """Say nothing of clients that went away."""

    server = Server(("127.0.0.1", 0), Handler)
    cloud.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield cloud
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def sometimes(rate: float, code: str, status: int = 400) -> Callable[[Asked, int], None]:
    """Refuse that share of the requests with ``code``, always the same ones of a sequence."""

    def fault(_asked: Asked, number: int) -> None:
        digest = hashlib.sha256(f"{code} {number}".encode()).digest()
        if int.from_bytes(digest[:4], "big") < rate * 2**32:
            raise Refusal(code, status)

    return fault


def denied(service: str, operation: str, code: str = "AccessDeniedException") -> Callable[[Asked, int], None]:
    """Deny one call, wherever it is made."""

    def fault(asked: Asked, _number: int) -> None:
        if asked.call() == (service, operation):
            raise Refusal(code, 403)

    return fault


def once(fault: Callable[[Asked, int], None], service: str) -> Callable[[Asked, int], None]:
    """Let ``fault`` happen to the first request of ``service`` and to no other."""
    left = [1]

    def first(asked: Asked, number: int) -> None:
        if asked.service == service and left:
            left.clear()
            fault(asked, number)

    return first


def silent(seconds: float) -> Callable[[Asked, int], None]:
    """Say nothing for so long."""
    return lambda _asked, _number: threading.Event().wait(seconds)


def broken_off(*, honest: bool) -> Callable[[Asked, int], None]:
    """Break off in the middle of the body."""

    def fault(_asked: Asked, _number: int) -> None:
        raise _Broken(honest=honest)

    return fault
