"""What a rollback sets off: a command, or a call of a webhook.

Rules kept here: a command is run as it is listed, without a shell, in a session of its own, so that an interrupt of
the watch does not stop a rollback half-way; what it writes goes to standard error. It failed when it could not be
started, ended otherwise than with 0, or did not end in time, and then it and what it started are killed. A webhook
failed when it could not be reached or answered otherwise than with 2xx; when it was asked and did not answer, nobody
knows.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from auditor.core.watching import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_READ = 1 << 16
OK = range(200, 300)


@dataclass(frozen=True, slots=True)
class Ended:
    """How it ended: ``acted``, ``failed`` or ``unknown``, and in words."""

    status: Status
    outcome: str


def run_command(command: list[str], bundle: str, timeout_s: float) -> Ended:
    """Run ``command`` with the path of the bundle as its last argument, and wait for its end."""
    try:
        child = subprocess.Popen(  # noqa: S603 - the configured command, without a shell
            [*command, bundle], stdin=subprocess.DEVNULL, stdout=sys.stderr.fileno(), start_new_session=True
        )
    except OSError as error:
        return Ended(Status.FAILED, f"{command[0]}: cannot be started ({error.strerror})")
    except ValueError as error:
        return Ended(Status.FAILED, f"{command[0]}: cannot be started ({error})")
    try:
        code = child.wait(timeout_s)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        return Ended(Status.FAILED, f"{command[0]}: did not end within {timeout_s:g} s and was killed")
    if code:
        how = f"exit code {code}" if code > 0 else f"signal {-code}"
        return Ended(Status.FAILED, f"{command[0]}: ended with {how}")
    return Ended(Status.ACTED, f"{command[0]}: ended with exit code 0")


def call_webhook(url: str, body: Mapping[str, str], key: str, timeout_s: float) -> Ended:
    """POST ``body`` as JSON to ``url``; ``key`` lets the receiver tell a repetition. Redirects are not followed."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=timeout_s)
    place = f"{parts.scheme}://{parts.netloc}"
    try:
        try:
            connection.connect()
        except OSError as error:
            return Ended(Status.FAILED, f"{place}: cannot be reached ({error})")
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            headers = {"Content-Type": "application/json", "Idempotency-Key": key}
            connection.request("POST", path, json.dumps(body).encode(), headers)
            answer = connection.getresponse()
            answer.read(MOST_READ)
        except (OSError, http.client.HTTPException) as error:
            return Ended(Status.UNKNOWN, f"{place}: was asked, but did not answer ({error or type(error).__name__})")
    finally:
        connection.close()
    status = Status.ACTED if answer.status in OK else Status.FAILED
    return Ended(status, f"{place}: answered {answer.status}")
