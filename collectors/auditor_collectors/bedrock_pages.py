"""Pages of Bedrock: inference profiles, guardrails, and where calls of models are logged.

Rules kept here: where a profile may go is what the ARNs of its models say, each a row; an ARN without a region is no
bound and its row has an empty region, never that of the profile beside it, and nothing is read from a profile's name.
A filter's action is that of its direction, else the one for both; what is not stated stays null. No topic, word,
pattern or message of a guardrail leaves its page.
Sources: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetInferenceProfile.html,
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetGuardrail.html and
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetModelInvocationLoggingConfiguration.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.errors import CollectionError
from auditor.tables.bedrock import PROFILE_TYPES
from auditor_collectors.arns import arn
from auditor_collectors.jsonlines import AGAIN, member
from auditor_collectors.page_members import Parsed, Subject, asked, entries, listed, name, one_of
from auditor_collectors.page_parts import part
from auditor_collectors.values import boolean, optional

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from auditor_collectors.answers import Answer, Page

SYSTEM_DEFINED = "SYSTEM_DEFINED"
FILTERS = {"pii_entity": ("piiEntities", "type"), "regex": ("regexes", "name")}
DIRECTIONS = ("input", "output")


def profiles(answer: Answer, pages: Sequence[Page], status: str, _purposes: Mapping[str, str]) -> Parsed:
    """Return the inference profiles of a source region: what each is, and where a call of it may go.

    AWS lists its own ones unless it is asked for those of the account, which are a listing of their own.
    """
    parsed, count = Parsed([]), 0
    for where, document in entries(pages, "inferenceProfileSummaries"):
        _profile(parsed, where, document)
        stated = member(where, document, "status", name)
        profile = member(where, document, "inferenceProfileId", name)
        parsed.add("models", model=profile, kind="inference_profile", status=stated)
        count += 1
    kind = answer.request.get("typeEquals", SYSTEM_DEFINED)
    parsed.subjects.append(Subject("" if kind == SYSTEM_DEFINED else str(kind), status, count))
    return parsed


def profile(answer: Answer, pages: Sequence[Page], status: str, _purposes: Mapping[str, str]) -> Parsed:
    """Return one inference profile, asked for by its ARN."""
    wanted = asked(answer, "inferenceProfileIdentifier")
    parsed = Parsed([Subject(wanted, status, len(pages))])
    for page in pages:
        known = {member(page.where, page.document, key, name) for key in ("inferenceProfileArn", "inferenceProfileId")}
        if wanted not in known:
            raise _another(page.where, " or ".join(sorted(known)), wanted)
        _profile(parsed, page.where, page.document)
    return parsed


def _profile(parsed: Parsed, where: str, document: dict[str, Any]) -> None:
    """Add a row for each distinct model and region that a profile may reach."""
    facts = {
        "profile": member(where, document, "inferenceProfileId", name),
        "arn": member(where, document, "inferenceProfileArn", arn).whole,
        "type": member(where, document, "type", one_of(*PROFILE_TYPES)),
        "status": member(where, document, "status", name),
    }
    models = [_model(where, one) for one in member(where, document, "models", listed)]
    if not models:
        raise CollectionError(f"{where}: the profile has no model, so where it goes is not known", remedy=AGAIN)
    for model, region in sorted(set(models)):
        parsed.add("inference_profiles", **facts, model=model, destination_region=region)


def _model(where: str, value: Any) -> tuple[str, str]:
    if not isinstance(value, dict):
        raise CollectionError(f"{where}: has a model that is no object", remedy=AGAIN)
    found = member(where, value, "modelArn", arn)
    return found.last(), found.region


def guardrail_list(answer: Answer, pages: Sequence[Page], status: str, _purposes: Mapping[str, str]) -> Parsed:
    """Return how many guardrails were listed, or versions of one; ``guardrail_versions`` names them."""
    subject = str(answer.request.get("guardrailIdentifier", ""))
    return Parsed([Subject(subject, status, len(guardrail_versions(pages)))])


def guardrail_versions(pages: Sequence[Page]) -> list[tuple[str, str]]:
    """Return id and version of each guardrail that is listed, sorted."""
    listing = entries(pages, "guardrails")
    return sorted({(member(*one, "id", name), member(*one, "version", name)) for one in listing})


def guardrail(answer: Answer, pages: Sequence[Page], status: str, _purposes: Mapping[str, str]) -> Parsed:
    """Return one version of a guardrail and what it does to personal data, in each direction."""
    wanted, version = asked(answer, "guardrailIdentifier"), asked(answer, "guardrailVersion")
    parsed = Parsed([Subject(f"{wanted}/{version}", status, len(pages))])
    for page in pages:
        where, document = page.where, page.document
        identity = {"guardrail": member(where, document, "guardrailId", name)}
        identity["version"] = member(where, document, "version", name)
        stated = member(where, document, "guardrailArn", arn).whole
        if wanted not in {identity["guardrail"], stated} or version != identity["version"]:
            raise _another(where, f"{identity['guardrail']}/{identity['version']}", f"{wanted}/{version}")
        across = part(where, document, "crossRegionDetails")
        parsed.add(
            "guardrails",
            **identity,
            arn=stated,
            status=member(where, document, "status", name),
            profile_arn=member(where, across, "guardrailProfileArn", optional(name)),
        )
        policy = part(where, document, "sensitiveInformationPolicy")
        for kind, (key, called) in FILTERS.items():
            found = member(where, policy, key, optional(listed)) or []
            for number, one in enumerate(found, start=1):
                place = f"{where}, {key} {number}"
                if not isinstance(one, dict):
                    raise CollectionError(f"{place}: is no object", remedy=AGAIN)
                parsed.add("guardrail_filters", **identity, kind=kind, **_filter(place, one, called))
    return parsed


def _filter(where: str, document: dict[str, Any], called: str) -> dict[str, Any]:
    """Return what a filter looks for, whether it is on, and what it then does: NONE is to detect only."""
    both = member(where, document, "action", optional(name))
    row: dict[str, Any] = {"type": member(where, document, called, name)}
    for way in DIRECTIONS:
        row[f"{way}_enabled"] = member(where, document, f"{way}Enabled", optional(boolean))
        row[f"{way}_action"] = member(where, document, f"{way}Action", optional(name)) or both
    return row


def logging(_answer: Answer, pages: Sequence[Page], status: str, _purposes: Mapping[str, str]) -> Parsed:
    """Return where a region logs calls of models; without a configuration it logs none."""
    parsed = Parsed([Subject("", status, len(pages))])
    for page in pages:
        where = page.where
        stated = part(where, page.document, "loggingConfig")
        group = member(where, part(where, stated, "cloudWatchConfig"), "logGroupName", optional(name))
        bucket = member(where, part(where, stated, "s3Config"), "bucketName", optional(name))
        parsed.add(
            "invocation_logging",
            enabled=bool(group or bucket),
            log_group=group,
            bucket=bucket,
            text_delivered=member(where, stated, "textDataDeliveryEnabled", optional(boolean)),
        )
    return parsed


def _another(where: str, found: str, wanted: str) -> CollectionError:
    return CollectionError(f"{where}: is of {found}, but {wanted!r} was asked", remedy=AGAIN)
