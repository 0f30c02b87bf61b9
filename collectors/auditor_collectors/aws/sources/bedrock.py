"""Bedrock of each region: where its inference profiles may go, its guardrails, its log of calls, what it keeps.

Rules kept here: profiles are asked for in each source region, because the same name goes elsewhere from another one;
those of the account, which have no telling name, are asked for one by one, by ARN, and reach what either answer says;
of a guardrail each version is read, for what is in force is the version that a caller names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor_collectors import bedrock_pages, bedrock_stores
from auditor_collectors.aws.collector import AwsCollector
from auditor_collectors.aws.logging_facts import logging_facts
from auditor_collectors.aws.operation import Operation
from auditor_collectors.aws.parsed import facts_of
from auditor_collectors.aws.sources.stores import NoOptions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

    from auditor.collector import CollectContext
    from auditor_collectors.aws.operation import Place
    from auditor_collectors.aws.seam import Ask, Fact

# Text that people wrote: what a guardrail forbids may itself be what nobody may read.
WRITTEN = ("description", "definition", "examples", "text", "pattern", "statusReasons", "failureRecommendations")
SAID = ("blockedInputMessaging", "blockedOutputsMessaging")


def _operation(name: str, *, service: str = "bedrock", hidden: tuple[str, ...] = (), absent: str = "") -> Operation:
    absent_errors = (absent,) if absent else ()
    return Operation(service, name, (f"bedrock:{name}",), hidden=hidden, absent_errors=absent_errors)


DESTINATIONS = "inference_profiles"
GONE = "ResourceNotFoundException"  # deleted since it was listed
MODELS = _operation("ListFoundationModels")
PROFILES = _operation("ListInferenceProfiles", hidden=("description",))
PROFILE = _operation("GetInferenceProfile", hidden=("description",), absent=GONE)
GUARDRAILS = _operation("ListGuardrails", hidden=("description",), absent=GONE)
GUARDRAIL = _operation("GetGuardrail", hidden=(*WRITTEN, *SAID), absent=GONE)
LOGGING = _operation("GetModelInvocationLoggingConfiguration")
PROVISIONED = _operation("ListProvisionedModelThroughputs")
CUSTOM = _operation("ListCustomModels")
JOBS = _operation("ListModelInvocationJobs", hidden=("message", "clientRequestToken"))
BASES = _operation("ListKnowledgeBases", service="bedrock-agent", hidden=("description",))
BASE = _operation("GetKnowledgeBase", service="bedrock-agent", hidden=("description", "failureReasons"), absent=GONE)

EXAMPLE = """\
# Bedrock: inference profiles and where they go, guardrails, the log of calls, and what it keeps.
[sources.aws_bedrock]
kind = "aws_bedrock"
accounts = ["111122223333"]
role = "auditor"
regions = "enabled"                      # each region that is enabled: a profile goes elsewhere from another region
home_region = "eu-central-1"
"""


class BedrockSource:
    """Asks Bedrock."""

    operations: tuple[Operation, ...] = (
        MODELS, PROFILES, PROFILE, GUARDRAILS, GUARDRAIL, LOGGING, PROVISIONED, CUSTOM, JOBS, BASES, BASE,
    )  # fmt: skip
    options: type[BaseModel] = NoOptions
    reach = "region"
    example = EXAMPLE

    def facts(self, _options: NoOptions, ask: Ask, place: Place, _context: CollectContext) -> Iterator[Fact]:
        """Yield what Bedrock of ``place`` answers."""
        yield from facts_of(ask(MODELS, place))
        yield from logging_facts(ask(LOGGING, place))[1]
        for operation in (PROVISIONED, CUSTOM, JOBS):
            yield from facts_of(ask(operation, place))
        yield from _profiles(ask, place)
        yield from _guardrails(ask, place)
        listing = yield from facts_of(ask(BASES, place))
        for base in bedrock_stores.knowledge_base_ids(listing.pages):
            yield from facts_of(ask(BASE, place, {"knowledgeBaseId": base}, subject=base))


def _profiles(ask: Ask, place: Place) -> Iterator[Fact]:
    """Yield the profiles that AWS offers here, and those of the account, with what each of these says of itself.

    A listing does not show every region that a profile of the account reaches: where the profile itself did not answer,
    there is no row of it, for the regions that are known would look like all.
    """
    yield from facts_of(ask(PROFILES, place, {"typeEquals": "SYSTEM_DEFINED"}))
    listing = list(facts_of(ask(PROFILES, place, {"typeEquals": "APPLICATION"}, subject="APPLICATION")))
    yield from (fact for fact in listing if fact[0] != DESTINATIONS)
    rows = [row for table, row in listing if table == DESTINATIONS]
    listed = {_reached(row) for row in rows}
    for profile in sorted({one[0] for one in listed}):
        reply = ask(PROFILE, place, {"inferenceProfileIdentifier": profile}, subject=profile)
        if reply.answer.status == "ok":
            yield from ((DESTINATIONS, row) for row in rows if row["arn"] == profile)
        for table, row in facts_of(reply):
            if table != DESTINATIONS or _reached(row) not in listed:
                yield table, row


def _reached(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["arn"], row["model"], row["destination_region"]


def _guardrails(ask: Ask, place: Place) -> Iterator[Fact]:
    """Yield each version of each guardrail."""
    listing = yield from facts_of(ask(GUARDRAILS, place))
    for guardrail in sorted({one for one, _ in bedrock_pages.guardrail_versions(listing.pages)}):
        versions = yield from facts_of(ask(GUARDRAILS, place, {"guardrailIdentifier": guardrail}, subject=guardrail))
        for one, version in bedrock_pages.guardrail_versions(versions.pages):
            wanted = {"guardrailIdentifier": one, "guardrailVersion": version}
            yield from facts_of(ask(GUARDRAIL, place, wanted, subject=f"{one}/{version}"))


class BedrockCollector(AwsCollector):
    """Collects what Bedrock answers."""

    source = BedrockSource()
