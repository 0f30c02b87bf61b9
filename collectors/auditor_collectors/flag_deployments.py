"""Changes of feature flags from AWS AppConfig: deployments (GetDeployment), joined with the versions they deployed.

Rules kept here: a deployment changes the flags whose content differs from what was deployed before it; a flag is
``completed`` when the rollout reached everybody (the bake time begins), not when the bake time ends; a deployment that
is not here leaves a gap, which is told. Who deployed does not leave.
Source: https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_GetDeployment.html
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from auditor.errors import CollectionError
from auditor_collectors import files
from auditor_collectors.flag_changes import deployment_id
from auditor_collectors.flag_documents import MAX_DOCUMENT, appconfig, mapping, whole_document
from auditor_collectors.jsonlines import AGAIN, member
from auditor_collectors.values import not_after, optional, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from auditor.collector import CollectContext
    from auditor_collectors.flag_options import DeploymentsOptions

STATES = ("BAKING", "VALIDATING", "DEPLOYING", "COMPLETE", "ROLLING_BACK", "ROLLED_BACK", "REVERTED")
UNDONE = ("ROLLED_BACK", "REVERTED")
STAMPS = ("_createdAt", "_updatedAt")
Content = dict[str, tuple[bool | None, Any]]
OWNERS = ("ApplicationId", "EnvironmentId", "ConfigurationProfileId")


@dataclass(frozen=True, slots=True)
class Deployment:
    """One deployment: ``reached`` is when everybody had it, ``undone`` when it was taken back, if ever."""

    where: str
    number: int
    version: str
    owner: tuple[str | None, ...]
    started: datetime
    reached: datetime | None
    undone: datetime | None


class Deployments:
    """The deployments that the files hold, in their order, with the documents of their versions."""

    def __init__(self, found: Sequence[files.SourceFile], wanted: DeploymentsOptions, context: CollectContext) -> None:
        self._context = context
        self._wanted = wanted
        self._ordered = ordered(deployment_of(file.name, whole_document(file), context) for file in found)
        self._files = {one.version: self._version_file(one) for one in self._ordered}
        self.versions = list(self._files.values())

    def gaps(self) -> list[str]:
        """Return what is missing before or between the deployments, in words."""
        return gaps([one.number for one in self._ordered])

    def changes(self) -> Iterator[dict[str, Any]]:
        """Yield the steps of each flag's changes, under AppConfig's keys, without scope."""
        return steps(self._ordered, lambda version: self._content(self._files[version]))

    def _version_file(self, one: Deployment) -> files.SourceFile:
        name = self._wanted.versions.replace("{version}", one.version)
        path = self._context.root / name
        if not path.is_file():
            raise CollectionError(
                f"{one.where}: deploys version {one.version}, whose document {name} is not there",
                remedy="export it with GetHostedConfigurationVersion, or correct `versions` in auditor.toml",
            )
        return files.inspect(path, name, max_line=MAX_DOCUMENT)

    def _content(self, file: files.SourceFile) -> Content:
        return content_of(file.name, whole_document(file), self._context)


def ordered(deployments: Iterable[Deployment]) -> list[Deployment]:
    """Return the deployments by number. Raises ``CollectionError`` where one is there twice or is of another owner."""
    result = sorted(deployments, key=lambda one: one.number)
    for first, second in pairwise(result):
        if first.number == second.number:
            raise CollectionError(
                f"{second.where}: deployment {second.number} is already at {first.where}",
                remedy="export each deployment once",
            )
        if first.owner != second.owner:
            raise CollectionError(
                f"{second.where}: is of another application, environment or profile than {first.where}",
                remedy="name each environment's deployments in a source of its own",
            )
    return result


def gaps(numbers: Sequence[int]) -> list[str]:
    """Return which deployments are missing before or between those of these ``numbers``, which ascend, in words."""
    pairs = zip([0, *numbers], numbers, strict=False)
    missing = [(before + 1, after - 1) for before, after in pairs if after - before > 1]
    return [f"deployment {a} is not here" if a == b else f"deployments {a} to {b} are not here" for a, b in missing]


def content_of(name: str, document: dict[str, Any], context: CollectContext) -> Content:
    """Return, by key, whether the flag is on for everybody, and all that the document says of it but its stamps."""
    rows = list(appconfig(name, document, context))
    return {
        row.key: (row.enabled, {k: v for k, v in document["values"].get(row.key, {}).items() if k not in STAMPS})
        for row in rows
        if row.variant is None
    }


def steps(deployments: Sequence[Deployment], content: Callable[[str], Content]) -> Iterator[dict[str, Any]]:
    """Yield the steps of each flag's changes, under AppConfig's keys; ``content`` is that of a deployed version."""
    before: Content = {}
    for one in deployments:
        after = content(one.version)
        for key in sorted(before.keys() | after.keys()):
            if before.get(key) != after.get(key):
                given, restored = after.get(key, (None, None))[0], before.get(key, (None, None))[0]
                yield _step(one, key, "deployed", one.started, given, None)
                if one.reached:
                    yield _step(one, key, "completed", one.reached, given, 100)
                if one.undone:
                    yield _step(one, key, "rolled_back", one.undone, restored, None)
        before = before if one.undone else after


def _step(
    one: Deployment,
    key: str,
    kind: str,
    at: datetime,
    enabled: bool | None,  # noqa: FBT001 - a value
    percent: int | None,
) -> dict[str, Any]:
    row = {"event_time": at, "flag": key, "enabled": enabled, "kind": kind, "rollout_percent": percent}
    return row | deployment_id(str(one.number))


def deployment_of(where: str, document: dict[str, Any], context: CollectContext) -> Deployment:
    """Return the deployment that an answer of GetDeployment states. Raises ``CollectionError`` naming its place."""
    when = partial(not_after, context=context)
    state = member(where, document, "State", _state)
    completed_at = member(where, document, "CompletedAt", optional(when))
    events: dict[str, datetime] = {}
    for event in member(where, document, "EventLog", _events):
        events[member(where, event, "EventType", text)] = member(where, event, "OccurredAt", when)
    reached = events.get("BAKE_TIME_STARTED") or events.get("DEPLOYMENT_COMPLETED")
    undone = events.get("ROLLBACK_COMPLETED") or events.get("REVERT_COMPLETED")
    if (state == "COMPLETE" and not (reached or completed_at)) or (state in UNDONE and not (undone or completed_at)):
        raise CollectionError(
            f"{where}: State is {state}, but neither CompletedAt nor EventLog says when", remedy=AGAIN
        )
    return Deployment(
        where,
        number_of(where, document),
        member(where, document, "ConfigurationVersion", _version),
        tuple(member(where, document, owner, optional(text)) for owner in OWNERS),
        member(where, document, "StartedAt", when),
        (reached or completed_at) if state == "COMPLETE" else reached,
        (undone or completed_at) if state in UNDONE else None,
    )


def number_of(where: str, document: dict[str, Any]) -> int:
    """Return the number of a deployment in its environment."""
    return member(where, document, "DeploymentNumber", _number)


def _state(value: Any) -> str:
    if value in STATES:
        return text(value)
    raise ValueError(f"one of {', '.join(STATES)}")


def _number(value: Any) -> int:
    if type(value) is int and value > 0:
        return value
    raise ValueError("a number from 1 on")


def _version(value: Any) -> str:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return value
    raise ValueError("the number of a hosted version, as text")


def _events(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [mapping(one) for one in value]
    raise ValueError("a list of events")
