"""How a call ended, by what AWS or the way to it said.

Rules kept here: what is not known to be anything else is ``failed``; only the code of an error is kept, for its message
may repeat what was signed, and with it credentials.
Source: https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.tables.state import COVERAGE_STATUSES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor_collectors.aws.operation import Operation

CODE = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
WORST = tuple(reversed(COVERAGE_STATUSES))

_DENIED = re.compile(
    r"AccessDenied.*|.*Unauthorized.*|.*NotAuthorized.*|AuthorizationError.*|Forbidden.*|AuthFailure|403|"
    r"InvalidAccessException|SignatureDoesNotMatch|InvalidSignatureException|IncompleteSignature|"
    r"MissingAuthenticationToken.*|InvalidAccessKeyId"
)
_THROTTLED = re.compile(
    r".*Throttl.*|TooManyRequests.*|RequestLimitExceeded|LimitExceededException|SlowDown|RequestThrottled.*|"
    r"BandwidthLimitExceeded|ProvisionedThroughputExceededException|PriorRequestNotComplete|EC2ThrottledException|429"
)
_EXPIRED = re.compile(r"ExpiredToken.*|RequestExpired|TokenRefreshRequired|InvalidToken")
_UNKNOWN_REGION = re.compile(
    r"UnrecognizedClient.*|InvalidClientTokenId|OptInRequired|SubscriptionRequired.*|RegionDisabled.*|"
    r"InvalidRegion.*|UnsupportedRegion.*|EndpointUnknown"
)


def of_code(code: str, operation: Operation, message: str = "") -> str:
    """Return the status that the error ``code`` stands for, when ``operation`` was asked; ``message`` is not kept."""
    if code in operation.absent_errors:
        return "ok"
    for declared in operation.disabled_errors:
        name, _, words = declared.partition(": ")
        if code == name and words in message:
            return "disabled"
    kinds = (
        (_EXPIRED, "expired"),
        (_THROTTLED, "throttled"),
        (_UNKNOWN_REGION, "unknown_region"),
        (_DENIED, "denied"),
    )
    return next((status for pattern, status in kinds if pattern.fullmatch(code)), "failed")


def kept_code(code: object) -> str:
    """Return an error code as it is kept: a name, never a sentence."""
    return code if isinstance(code, str) and CODE.fullmatch(code) else "Unnamed"


def worst(statuses: Iterable[str]) -> str:
    """Return the status that says least; ``ok`` of none."""
    return min(statuses, key=WORST.index, default="ok")
