"""Feature flags of AWS AppConfig, as their deployments made them: what is in effect, and how it came to be.

Rules kept here: only what was deployed counts, not the newest hosted version; a flag that a deployment is still rolling
out, or taking back, is on for some, so it is null; a timeline with a hole (a deployment or a version that cannot be
read) is none, for what changed in the hole would be dated wrongly, and is told as partial. Text in a document is never
read as a boolean. Who deployed does not leave.
Source: https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_GetDeployment.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from auditor.errors import CollectionError
from auditor_collectors.aws.collector import AwsCollector
from auditor_collectors.aws.names import Name  # noqa: TC001 - pydantic reads it
from auditor_collectors.aws.operation import Operation
from auditor_collectors.aws.parsed import known_at, pages_of, told
from auditor_collectors.flag_deployments import (
    Content,
    Deployment,
    content_of,
    deployment_of,
    gaps,
    number_of,
    ordered,
    steps,
)
from auditor_collectors.flag_documents import Flag, appconfig
from auditor_collectors.flag_names import names_of
from auditor_collectors.flag_options import Aliases  # noqa: TC001 - pydantic reads it
from auditor_collectors.jsonlines import json_object, member
from auditor_collectors.page_members import entries, name
from auditor_collectors.values import optional, text

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence

    from auditor.collector import CollectContext
    from auditor_collectors.answers import Page
    from auditor_collectors.aws.operation import Place, Request
    from auditor_collectors.aws.seam import Ask, Fact, Reply

PER_SECOND = 2
FEATURE_FLAGS = "AWS.AppConfig.FeatureFlags"


def _operation(call: str, *hidden: str) -> Operation:
    """Return a call; ``hidden`` is free text, where people name each other."""
    return Operation("appconfig", call, (f"appconfig:{call}",), per_second=PER_SECOND, hidden=hidden)


LIST_APPLICATIONS = _operation("ListApplications", "Description")
LIST_ENVIRONMENTS = _operation("ListEnvironments", "Description")
LIST_PROFILES = _operation("ListConfigurationProfiles")
LIST_VERSIONS = _operation("ListHostedConfigurationVersions", "Description", "VersionLabel")
LIST_DEPLOYMENTS = _operation("ListDeployments", "VersionLabel")
GET_DEPLOYMENT = _operation("GetDeployment", "Description", "VersionLabel")
GET_VERSION = _operation("GetHostedConfigurationVersion", "Description", "VersionLabel")

EXAMPLE = """\
# Feature flags of AWS AppConfig as they were deployed, by the plan's names: one environment in a source of its own.
[sources.aws_flags_appconfig]
kind = "aws_flags_appconfig"
accounts = ["111122223333"]
home_region = "eu-central-1"
regions = ["eu-central-1"]
application = "support"                  # names, or ids
appconfig_environment = "production"   # of AppConfig; `environment` names that of the rows, as in every source
profile = "flags"
aliases = { enableDirectBedrock = "ENABLE_DIRECT_BEDROCK" }  # key of the document = name in the plan
"""


class AppConfigOptions(BaseModel):
    """``[sources.<name>]`` with ``kind = "aws_flags_appconfig"``; each of the three is a name or an id."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    application: Name
    appconfig_environment: Name
    profile: Name
    aliases: Aliases = {}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the flags lie, and how it is asked."""

    ask: Ask
    place: Place
    context: CollectContext
    application: str
    environment: str
    profile: str


class _Hosted(NamedTuple):
    """What a hosted version holds: its flags and their variants, and by key what there is to compare."""

    flags: Sequence[Flag]
    content: Content


class AppConfigSource:
    """Asks each region for the flags of one environment."""

    operations: tuple[Operation, ...] = (
        LIST_APPLICATIONS,
        LIST_ENVIRONMENTS,
        LIST_PROFILES,
        LIST_DEPLOYMENTS,
        GET_DEPLOYMENT,
        LIST_VERSIONS,
        GET_VERSION,
    )
    options: type[BaseModel] = AppConfigOptions
    reach = "region"
    example = EXAMPLE

    def facts(self, options: AppConfigOptions, ask: Ask, place: Place, context: CollectContext) -> Iterator[Fact]:
        """Yield the flags in effect and the steps of their changes."""
        application = yield from _found(ask(LIST_APPLICATIONS, place), options.application)
        if application is None:
            return
        owner = {"ApplicationId": application}
        environment = yield from _found(ask(LIST_ENVIRONMENTS, place, owner), options.appconfig_environment)
        profile = yield from _found(ask(LIST_PROFILES, place, owner), options.profile, kind=FEATURE_FLAGS)
        if environment is None or profile is None:
            return
        where = _Place(ask, place, context, application, environment, profile)
        deployments = yield from _deployments(where)
        documents = yield from _documents(where, [one.version for one in deployments or ()])
        if deployments and documents is not None:
            yield from _timeline(deployments, documents, options.aliases, context.source)


class AppConfigCollector(AwsCollector):
    """The source as a collector."""

    source = AppConfigSource()


def _found(reply: Reply, wanted: str, *, kind: str | None = None) -> Generator[Fact, None, str | None]:
    """Yield how a listing was answered, and return the id of what is called ``wanted``, if it is there."""
    pages = pages_of(reply)
    found, count = set(), 0
    for where, document in entries(pages, "Items"):
        count += 1
        identifier = member(where, document, "Id", name)
        if wanted in {identifier, member(where, document, "Name", text)}:
            found.add(identifier)
            stated = member(where, document, "Type", optional(text)) if kind else None
            if stated != kind:
                raise CollectionError(
                    f"{where}: {wanted!r} is of type {stated!r}, expected {kind!r}",
                    remedy="name the profile of the feature flags in auditor.toml",
                )
    if len(found) > 1:
        raise CollectionError(
            f"{reply.answer.where}: {reply.answer.call} lists {len(found)} called {wanted!r}",
            remedy="give its id in auditor.toml instead of its name",
        )
    yield told(reply.answer, wanted, count)
    return found.pop() if found else None


def _deployments(at: _Place) -> Generator[Fact, None, list[Deployment] | None]:
    """Yield how the deployments were told, and return those of the profile in their order; None: not all of them."""
    owner = {"ApplicationId": at.application, "EnvironmentId": at.environment}
    listing = at.ask(LIST_DEPLOYMENTS, at.place, owner)
    pages = pages_of(listing)
    items = [(number_of(where, one), one.get("ConfigurationProfileId")) for where, one in entries(pages, "Items")]
    # Deployments are numbered in their environment, whatever profile they are of.
    holes = gaps(sorted(number for number, _ in items))
    whole = listing.answer.status == "ok" and not holes
    status = "partial" if holes and listing.answer.status == "ok" else None
    yield told(listing.answer, at.environment, len(items), status=status)
    found = []
    for number in sorted({number for number, profile in items if profile in {None, at.profile}}):
        reply = at.ask(GET_DEPLOYMENT, at.place, owner | {"DeploymentNumber": number}, subject=str(number))
        page = _one_page(reply)
        yield told(reply.answer, str(number), int(page is not None))
        if page is None:
            whole = False
        elif page.document.get("ConfigurationProfileId") == at.profile:
            found.append(deployment_of(page.where, page.document, known_at(at.context, reply.answer)))
    return ordered(found) if whole else None


def _documents(at: _Place, versions: Sequence[str]) -> Generator[Fact, None, dict[str, _Hosted] | None]:
    """Yield how the deployed versions were told, and return what they hold; None: not all of them."""
    owner = {"ApplicationId": at.application, "ConfigurationProfileId": at.profile}
    listing = at.ask(LIST_VERSIONS, at.place, owner)
    listed = {member(where, one, "VersionNumber", _number) for where, one in entries(pages_of(listing), "Items")}
    deleted = {version for version in versions if int(version) not in listed}  # what they held is not known any more
    status = "partial" if deleted and listing.answer.status == "ok" else None
    yield told(listing.answer, at.profile, len(listed), status=status)
    documents: dict[str, _Hosted] = {}
    for version in sorted(set(versions) - deleted, key=int):
        request: Request = owner | {"VersionNumber": int(version)}
        reply = at.ask(GET_VERSION, at.place, request, subject=version)
        page = _one_page(reply)
        yield told(reply.answer, version, int(page is not None))
        if page is not None:
            documents[version] = _hosted(page, known_at(at.context, reply.answer))
    return documents if documents.keys() == set(versions) else None


def _hosted(page: Page, context: CollectContext) -> _Hosted:
    where = f"{page.where}, Content"
    document = json_object(where, member(page.where, page.document, "Content", text).encode())
    return _Hosted(list(appconfig(where, document, context)), content_of(where, document, context))


def _one_page(reply: Reply) -> Page | None:
    """Return the page of an answer about one thing; None where it was refused."""
    return next(iter(reply.pages), None)


def _number(value: Any) -> int:
    if type(value) is int and value > 0:
        return value
    raise ValueError("a number from 1 on")


def _timeline(
    deployments: Sequence[Deployment], hosted: Mapping[str, _Hosted], aliases: Mapping[str, str], source: str
) -> Iterator[Fact]:
    """Yield each step of the flags' changes, and the flags that are in effect."""
    keys = {key for one in hosted.values() for key in one.content}
    names = names_of(keys, aliases, f"source {source!r}")
    for step in steps(deployments, lambda version: hosted[version].content):
        yield "flag_changes", step | {"flag": names[step["flag"]]}
    nothing = _Hosted((), {})
    effective, partly = _in_effect(deployments)
    now = hosted.get(effective, nothing)
    moving = hosted.get(partly, now)
    unsettled = {key for key in names if now.content.get(key) != moving.content.get(key)}
    shown = [row for row in now.flags if row.key not in unsettled] + [Flag("", key, None) for key in sorted(unsettled)]
    for row in shown:
        state = {"variant": row.variant, "enabled": row.enabled, "updated_at": row.updated_at}
        yield "flags", {"flag": names[row.key], "provider": "appconfig", **state}


def _in_effect(deployments: Sequence[Deployment]) -> tuple[str, str]:
    """Return the version that everybody has, and that which some have besides; empty where there is none."""
    effective = partly = ""
    for one in deployments:
        if one.reached and not one.undone:
            effective, partly = one.version, ""
        elif not one.undone:
            partly = one.version
    return effective, partly
