"""What every source of AWS has in its section of ``auditor.toml``: whom it asks, where, and as whom."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Account = Annotated[str, Field(pattern=r"^[0-9]{12}$")]
Region = Annotated[str, Field(pattern=r"^[a-z]{2,5}(-[a-z]+)+-[0-9]{1,2}$")]


class AwsOptions(BaseModel):
    """Accounts, regions and roles.

    ``regions`` are names, or ``enabled``: those that each account itself says are enabled. ``role`` is the name (or
    path and name) of the role that is assumed in each account; without it, the credentials that are there are used,
    and must be those of the one account.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    accounts: list[Account] = Field(default_factory=list)
    organization: bool = False
    management_account: Account | None = None
    regions: Literal["enabled"] | Annotated[list[Region], Field(min_length=1)]
    home_region: Region
    role: Annotated[str, Field(pattern=r"^[A-Za-z0-9_+=,.@/-]+$", max_length=512)] | None = None
    external_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_+=,.@:/-]+$", min_length=2, max_length=1224)] | None = None
    session_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_+=,.@-]+$", min_length=2, max_length=64)] = "auditor"
    partition: Literal["aws", "aws-cn", "aws-eusc", "aws-us-gov"] = "aws"
    endpoint_url: Annotated[str, Field(pattern=r"^https?://[^\s@?#]+$")] | None = None
    max_concurrency: Annotated[int, Field(ge=1, le=64)] = 8

    @model_validator(mode="after")
    def _whom(self) -> Self:
        if self.organization == bool(self.accounts):
            raise ValueError("expected either `accounts`, or `organization = true`")
        if self.organization and self.management_account is None:
            raise ValueError("`organization` needs `management_account`: where the accounts are listed")
        if self.role is None and (self.organization or len(set(self.accounts)) > 1):
            raise ValueError("several accounts need `role`: the role that is assumed in each")
        if self.role is None and self.external_id is not None:
            raise ValueError("`external_id` is said when a role is assumed, and there is no `role`")
        return self

    def role_arn(self, account: str) -> str:
        """Return the ARN of the role in ``account``."""
        return f"arn:{self.partition}:iam::{account}:role/{(self.role or '').lstrip('/')}"
