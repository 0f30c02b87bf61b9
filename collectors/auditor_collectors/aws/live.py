"""The way to AWS: clients of boto3 for each account and region, the roles that they assume, and one request at a time.

Rules kept here: a request is retried by botocore's adaptive mode, and what is still throttled or was broken off is
tried again after a pause; credentials that end are renewed once; the SHA-256 of an answer is that of the bytes that
came over the wire; no credential, header or message of AWS leaves here, also not in an exception or a line of a log.
Source: https://boto3.amazonaws.com/v1/documentation/api/latest/guide/retries.html
"""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from auditor.errors import CollectionError
from auditor_collectors.aws import sanitised, status
from auditor_collectors.aws.buckets import Buckets
from auditor_collectors.aws.identity import ASSUME_ROLE
from auditor_collectors.aws.operation import Place

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor_collectors.aws.bodies import Bodies
    from auditor_collectors.aws.operation import Operation, Request
    from auditor_collectors.aws.options import AwsOptions

ATTEMPTS = 8
ROUNDS = 4
CONNECT_SECONDS, READ_SECONDS = 10, 60
PAUSE_SECONDS = 1.0
HTTP_REFUSED = 300
LOGGERS = ("boto3", "botocore", "s3transfer", "urllib3")  # at debug level they write what is signed, and credentials


@dataclass(frozen=True, slots=True)
class Got:
    """One page as it came, or why none came: then ``document`` is None and ``status`` and ``error`` say why."""

    document: dict[str, Any] | None
    status: str
    raw_sha256: str = ""
    request_id: str = ""
    retries: int = 0
    error: str = ""


class Live:
    """Asks AWS itself, as one configuration says."""

    def __init__(
        self,
        options: AwsOptions,
        *,
        buckets: Buckets | None = None,
        sleep: Callable[[float], None] = time.sleep,
        bodies: Bodies | None = None,
    ) -> None:
        self._options = options
        self._bodies = bodies
        self._buckets = buckets or Buckets(sleep=sleep)
        self._sleep = sleep
        self._lock = threading.RLock()
        self._clients: dict[tuple[str, str, str, str], Any] = {}
        self._entering: dict[str, threading.RLock] = defaultdict(threading.RLock)
        self._assumed_as: dict[str, dict[str, str]] = {}
        self._session: Any = None
        self._wire = threading.local()
        for name in LOGGERS:
            logging.getLogger(name).setLevel(logging.WARNING)

    def request(self, operation: Operation, place: Place, parameters: Request) -> Got:
        """Make one request, which is one page of an answer."""
        return self._patiently(operation, place, lambda: self._once(operation, place, parameters))

    def assume(self, account: str) -> Got:
        """Assume the role in ``account``; what it grants stays in here."""
        place = Place(account, self._options.home_region)
        return self._patiently(ASSUME_ROLE, place, lambda: self._assumed(place))

    def _patiently(self, operation: Operation, place: Place, attempt: Callable[[], tuple[Got, bool]]) -> Got:
        retries, renewed = 0, False
        for number in range(ROUNDS):
            self._buckets.take((operation.service, operation.name, place), operation.per_second)
            got, again = attempt()
            retries += got.retries
            if got.status == "expired" and not renewed and self._renew(place.account, self._wire.used):
                renewed = True
            elif (got.status != "throttled" and not again) or number + 1 == ROUNDS:
                break
            else:
                self._sleep(PAUSE_SECONDS * 2**number)
            retries += 1
        return replace(got, retries=retries)

    def _entered(self, account: str) -> dict[str, str] | Got:
        """Return the credentials of the role in ``account``, assumed once for all who wait, or why there are none."""
        with self._entering[account]:
            if account not in self._assumed_as:
                got = self.assume(account)
                if got.document is None:
                    return got
            return self._assumed_as[account]

    def _renew(self, account: str, used: dict[str, str]) -> bool:
        """Forget credentials of a role that have ended; False where those that ended are of no role."""
        with self._entering[account], self._lock:
            if self._assumed_as.get(account) is used:
                del self._assumed_as[account]
                self._clients = {key: one for key, one in self._clients.items() if key[1] != account}
            return bool(used)

    def _assumed(self, place: Place) -> tuple[Got, bool]:
        """Assume the role once, and keep the session that it gives."""
        self._wire.used = {}
        said = {"RoleArn": self._options.role_arn(place.account), "RoleSessionName": self._options.session_name}
        if self._options.external_id is not None:
            said["ExternalId"] = self._options.external_id
        kept: list[dict[str, Any]] = []
        client = partial(self._client, "sts", "", place.region, {})
        got, again = self._try(ASSUME_ROLE, place, lambda: client().assume_role(**said), kept)
        if kept:
            given = kept[0]["Credentials"]
            with self._lock:
                self._assumed_as[place.account] = {
                    "aws_access_key_id": given["AccessKeyId"],
                    "aws_secret_access_key": given["SecretAccessKey"],
                    "aws_session_token": given["SessionToken"],
                }
        return replace(got, raw_sha256=""), again  # no digest is kept of what holds credentials

    def _once(self, operation: Operation, place: Place, parameters: Request) -> tuple[Got, bool]:
        """Return what one try gave, and whether another may give more."""
        used = {} if self._options.role is None else self._entered(place.account)
        if isinstance(used, Got):
            return used, False
        self._wire.used = used
        client = partial(self._client, operation.service, place.account, place.region, used)
        return self._try(operation, place, lambda: getattr(client(), _method(operation.name))(**parameters))

    def _try(
        self,
        operation: Operation,
        place: Place,
        call: Callable[[], dict[str, Any]],
        kept: list[dict[str, Any]] | None = None,
    ) -> tuple[Got, bool]:
        from botocore import exceptions  # noqa: PLC0415 - heavy
        from botocore.parsers import ResponseParserError  # noqa: PLC0415 - heavy

        self._wire.sha256 = ""
        try:
            response = call()
            if kept is not None:
                kept.append(response)
            return self._page(operation, response), False
        except exceptions.ClientError as error:
            return self._refusal(operation, error.response), False
        except (exceptions.NoCredentialsError, exceptions.PartialCredentialsError, exceptions.ProfileNotFound):
            raise CollectionError(
                "AWS cannot be asked: there are no credentials", remedy="log in, or give this job a role"
            ) from None
        except exceptions.ParamValidationError as error:
            said = re.sub(r"\s+", " ", str(error.kwargs.get("report", "")))
            raise CollectionError(
                f"{operation.name} of {operation.service} was not asked: {said}", remedy="correct what the source asks"
            ) from None
        except exceptions.EndpointConnectionError:
            known = self._is_region(operation.service, place.region)
            return Got(None, "failed" if known else "unknown_region", error="EndpointConnectionError"), False
        except (exceptions.UnknownRegionError, exceptions.InvalidRegionError) as error:
            return Got(None, "unknown_region", error=type(error).__name__), False
        except (exceptions.HTTPClientError, exceptions.BotoCoreError, ResponseParserError, OSError) as error:
            return Got(None, "failed", error=type(error).__name__), True

    def _page(self, operation: Operation, response: dict[str, Any]) -> Got:
        def take(body: bytes) -> bytes:
            self._wire.sha256 = sanitised.digest(body)
            return body if operation.kept is None else operation.kept(body)

        if operation.body and self._bodies is not None:
            name, self._wire.sha256 = self._bodies.keep(response[operation.body])
            response = response | {operation.body: name}
        document = sanitised.page(response, operation.hidden, take)
        metadata = response.get("ResponseMetadata", {})
        retries = int(metadata.get("RetryAttempts", 0))
        return Got(document, "ok", self._wire.sha256, str(metadata.get("RequestId", "")), retries)

    def _refusal(self, operation: Operation, response: dict[str, Any]) -> Got:
        code = status.kept_code(response.get("Error", {}).get("Code"))
        metadata = response.get("ResponseMetadata", {})
        how = status.of_code(code, operation, str(response.get("Error", {}).get("Message", "")))
        return Got(
            {} if how == "ok" else None,
            how,
            self._wire.sha256,
            str(metadata.get("RequestId", "")),
            int(metadata.get("RetryAttempts", 0)),
            code,
        )

    def _client(self, service: str, account: str, region: str, used: dict[str, str]) -> Any:
        """Return the client of ``service`` with the credentials ``used``, or those that are there where it is empty."""
        key = service, account, region, used.get("aws_access_key_id", "")
        with self._lock:
            if key not in self._clients:
                self._clients[key] = self._made(service, region, used)
            return self._clients[key]

    def _made(self, service: str, region: str, credentials: dict[str, str]) -> Any:
        from botocore.config import Config  # noqa: PLC0415 - heavy

        config = Config(
            retries={"mode": "adaptive", "total_max_attempts": ATTEMPTS},
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            max_pool_connections=self._options.max_concurrency,
            s3={"addressing_style": "path"} if self._options.endpoint_url else {},
        )
        client = self._boto().client(
            service, region_name=region, endpoint_url=self._options.endpoint_url, config=config, **credentials
        )
        client.meta.events.register("before-parse", self._seen)
        if self._options.endpoint_url:
            client.meta.events.register("before-sign.s3-control", _without_account)
        return client

    def _seen(self, response_dict: dict[str, Any], operation_model: Any, **_: Any) -> None:
        """Note the digest of a body as it came; one that is still to be read is digested when it is."""
        body = response_dict.get("body")
        self._wire.sha256 = sanitised.digest(body) if isinstance(body, bytes) else ""
        if isinstance(body, bytes) and body and response_dict.get("status_code", 0) < HTTP_REFUSED:
            _refuse_half(operation_model, body)

    def _is_region(self, service: str, region: str) -> bool:
        known = self._boto().get_available_regions(service, partition_name=self._options.partition)
        return not known or region in known

    def _boto(self) -> Any:
        """Return the session of which all clients are made, so that no model is read twice."""
        import boto3  # noqa: PLC0415 - heavy

        with self._lock:
            self._session = self._session or boto3.Session()
            return self._session


def _without_account(request: Any, **_: Any) -> None:
    """Ask an endpoint of one's own by its name: S3 Control puts the account before it, which no such name has."""
    request.url = re.sub(r"^(https?://)[0-9]{12}\.", r"\1", request.url)


def _refuse_half(operation_model: Any, body: bytes) -> None:
    """Refuse JSON that breaks off: botocore would take it for an empty answer (measured on 1.44.8)."""
    from botocore.parsers import ResponseParserError  # noqa: PLC0415 - heavy

    output = operation_model.output_shape
    payload = output.serialization.get("payload") if output is not None else None
    plain = payload is not None and output.members[payload].type_name in {"blob", "string"}
    if operation_model.service_model.resolved_protocol in {"json", "rest-json"} and not plain:
        try:
            json.loads(body)
        except ValueError as error:
            raise ResponseParserError("not JSON") from error


def _method(name: str) -> str:
    from botocore import xform_name  # noqa: PLC0415 - heavy

    return str(xform_name(name))
