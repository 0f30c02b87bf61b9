"""The calls by which the asker itself learns who it is, which accounts there are, and which regions are enabled."""

from __future__ import annotations

from auditor_collectors.aws.operation import Operation

ASSUME_ROLE = Operation(
    "sts", "AssumeRole", ("sts:AssumeRole",), resources=("arn:aws:iam::*:role/${AUDITOR_ROLE}",), reach="account"
)
CALLER = Operation("sts", "GetCallerIdentity", (), reach="account", hidden=("UserId",))
LIST_ACCOUNTS = Operation(
    "organizations", "ListAccounts", ("organizations:ListAccounts",), reach="organization", hidden=("Email", "Name")
)
LIST_REGIONS = Operation("account", "ListRegions", ("account:ListRegions",), reach="account")

OPERATIONS = (ASSUME_ROLE, CALLER, LIST_ACCOUNTS, LIST_REGIONS)
