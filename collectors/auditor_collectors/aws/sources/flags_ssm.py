"""Feature flags that are parameters of AWS Systems Manager, and their history.

Rules kept here: a text is on or off only where auditor.toml names it, and an encrypted value is neither; a version that
sets what was set before changes nothing; a history that does not begin with version 1, or lacks one, is partial, for
Systems Manager keeps the last hundred. Who changed a parameter does not leave.
Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameterHistory.html
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from auditor.errors import CollectionError
from auditor_collectors.aws.collector import AwsCollector
from auditor_collectors.aws.operation import Operation
from auditor_collectors.aws.parsed import known_at, pages_of, told
from auditor_collectors.flag_changes import deployment_id
from auditor_collectors.flag_options import aliases_of
from auditor_collectors.jsonlines import AGAIN, member
from auditor_collectors.page_members import entries, name
from auditor_collectors.values import count, not_after, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from auditor.collector import CollectContext
    from auditor_collectors.answers import Page
    from auditor_collectors.aws.operation import Place
    from auditor_collectors.aws.seam import Ask, Fact

GET_PARAMETER_HISTORY = Operation(
    "ssm",
    "GetParameterHistory",
    ("ssm:GetParameterHistory",),
    resources=("arn:aws:ssm:*:*:parameter/${FLAG_PARAMETERS}",),
    per_second=3,
    absent_errors=("ParameterNotFound",),
    hidden=("LastModifiedUser", "Description", "Policies", "Labels"),
)
MOST = 50  # of a page

EXAMPLE = """\
# Feature flags that are parameters of Systems Manager. A text that is in neither list is neither on nor off.
[sources.aws_flags_ssm]
kind = "aws_flags_ssm"
accounts = ["111122223333"]
home_region = "eu-central-1"
regions = ["eu-central-1"]
parameters = { "/support/flags/direct" = "ENABLE_DIRECT_BEDROCK" }  # name of the parameter = name in the plan
true_values = ["true"]
false_values = ["false"]
"""


class SsmOptions(BaseModel):
    """``[sources.<name>]`` with ``kind = "aws_flags_ssm"``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    parameters: Annotated[dict[str, str], Field(min_length=1), AfterValidator(aliases_of)]
    true_values: list[str] = Field(min_length=1)
    false_values: list[str] = Field(min_length=1)

    @model_validator(mode="after")
    def _apart(self) -> Self:
        both = sorted(set(self.true_values) & set(self.false_values))
        if both:
            raise ValueError(f"{both[0]!r} is in true_values and in false_values, expected one of them")
        return self

    def read(self, document: dict[str, Any], value: str) -> bool | None:
        """Return whether ``value`` is on or off; null where it is neither, or encrypted."""
        if document.get("Type") != "String" or value not in {*self.true_values, *self.false_values}:
            return None
        return value in self.true_values


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a parameter."""

    number: int
    at: datetime
    value: str
    enabled: bool | None


class SsmSource:
    """Asks each region for the history of the declared parameters."""

    operations: tuple[Operation, ...] = (GET_PARAMETER_HISTORY,)
    options: type[BaseModel] = SsmOptions
    reach = "region"
    example = EXAMPLE

    def facts(self, options: SsmOptions, ask: Ask, place: Place, context: CollectContext) -> Iterator[Fact]:
        """Yield each parameter's state and the steps of its changes."""
        for parameter, flag in sorted(options.parameters.items()):
            request = {"Name": parameter, "WithDecryption": False, "MaxResults": MOST}
            reply = ask(GET_PARAMETER_HISTORY, place, request, subject=parameter)
            found = _versions(pages_of(reply), options, known_at(context, reply.answer))
            whole = [one.number for one in found] == list(range(1, len(found) + 1))
            status = "partial" if reply.answer.status == "ok" and not whole else None
            yield told(reply.answer, parameter, len(found), status=status)
            for before, one in zip([None, *found], found, strict=False):
                if before is None or (before.value, before.enabled) != (one.value, one.enabled):
                    yield "flag_changes", _change(flag, one)
            if found and reply.answer.status == "ok":
                newest = {"variant": None, "enabled": found[-1].enabled, "updated_at": found[-1].at}
                yield "flags", {"flag": flag, "provider": "ssm", **newest}


class SsmCollector(AwsCollector):
    """The source as a collector."""

    source = SsmSource()


def _versions(pages: Sequence[Page], options: SsmOptions, context: CollectContext) -> list[Version]:
    found: dict[int, Version] = {}
    for where, document in entries(pages, "Parameters"):
        member(where, document, "Name", name)
        number = member(where, document, "Version", count)
        if number in found:
            raise CollectionError(f"{where}: version {number} is there twice", remedy=AGAIN)
        value = member(where, document, "Value", text)
        at = member(where, document, "LastModifiedDate", partial(not_after, context=context))
        found[number] = Version(number, at, value, options.read(document, value))
    return [found[number] for number in sorted(found)]


def _change(flag: str, one: Version) -> dict[str, Any]:
    row = {"event_time": one.at, "flag": flag, "enabled": one.enabled, "kind": "changed", "rollout_percent": 100}
    return row | deployment_id(str(one.number))
