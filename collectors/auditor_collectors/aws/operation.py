"""What a source may ask of AWS: each call is declared once, and everything else follows from the declaration.

The permissions that the shipped IAM policy grants, the dry run and its price, the rate, the pages of an answer and the
members that a recording leaves out come from here; a call that is not declared cannot be made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

Reach = Literal["region", "account", "organization"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of an API of AWS.

    ``service`` is the name of its client in boto3, ``name`` that of the operation in the service model
    (``DescribeAlarms``), and the name under which coverage, answers and reasons know the call. ``actions`` are the IAM
    actions that it needs (they differ from the name: ``ListBuckets`` needs ``s3:ListAllMyBuckets``), ``resources`` the
    ARNs to which the shipped policy narrows them (``${NAME}`` is filled in by whoever installs it).

    ``reach``: asked in each region, once an account (in its home region), or once in the management account.
    ``token``: the members of request and response that carry the next page where botocore has no paginator for it.
    ``per_second``: the bucket of this call for one account and region, where AWS allows fewer than we might ask.
    ``price_nano_usd``: what one request costs, in 1e-9 USD. ``disabled_errors``: error codes by which the service says
    that it is not switched on here, which is a fact and no failure; where the code may also be a refusal, words of its
    message tell (``AccessDeniedException: Macie is not enabled``). ``absent_errors``: codes by which it says that what
    was asked about is not there (``NoSuchBucketPolicy``): an answer with nothing in it.
    ``body``: the member of the response whose bytes are kept as a file beside the pages (``bodies``), for it may be big
    and is no JSON; in its place the page has the file's name.
    ``hidden``: members, at any depth of a page, that no recording keeps and no reader sees, beside those never kept.
    ``kept``: what of a body (an object of S3) is recorded and read, where that is less than all; it must never raise.
    """

    service: str
    name: str
    actions: tuple[str, ...]
    resources: tuple[str, ...] = ("*",)
    reach: Reach = "region"
    token: tuple[str, str] | None = None
    per_second: float | None = None
    price_nano_usd: int = 0
    disabled_errors: tuple[str, ...] = ()
    absent_errors: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    kept: Callable[[bytes], bytes] | None = None
    body: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a call is made: an account (12 digits) and a region of it."""

    account: str
    region: str


Request = dict[str, Any]
