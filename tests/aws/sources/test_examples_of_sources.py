"""The section of auditor.toml that each source shows is one that it accepts, and its calls are read-only."""

from __future__ import annotations

import tomllib

import botocore.session
import pytest

from auditor_collectors.aws.sources import (
    alarms,
    canaries,
    dashboards,
    deployments,
    flags_appconfig,
    flags_ssm,
    metrics,
)

COLLECTORS = [
    alarms.AlarmsCollector(),
    canaries.CanariesCollector(),
    dashboards.DashboardsCollector(),
    deployments.DeploymentsCollector(),
    flags_appconfig.AppConfigCollector(),
    flags_ssm.SsmCollector(),
    metrics.MetricsCollector(),
]


@pytest.mark.parametrize("collector", COLLECTORS, ids=lambda one: type(one).__name__)
def test_the_example_is_accepted(collector):
    (source,) = tomllib.loads(collector.example)["sources"].values()
    assert source.pop("kind").startswith("aws_")
    assert collector.check(source) == []


@pytest.mark.parametrize(
    "operation", [one for collector in COLLECTORS for one in collector.operations], ids=lambda one: one.name
)
def test_each_call_is_one_that_botocore_knows_and_hides_only_members_that_there_are(operation):
    model = botocore.session.get_session().get_service_model(operation.service).operation_model(operation.name)
    assert operation.name.startswith(("Describe", "Get", "List"))
    prefixes = {operation.service, model.service_model.signing_name}
    assert all(action.split(":")[0] in prefixes for action in operation.actions)
    members = set(_members(model.output_shape, set()))
    assert set(operation.hidden) <= members
    if operation.token:
        asked, given = operation.token
        assert asked in model.input_shape.members
        assert given in model.output_shape.members


def _members(shape, seen):
    if shape.name in seen:
        return
    seen.add(shape.name)
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            yield name
            yield from _members(member, seen)
    elif shape.type_name == "list":
        yield from _members(shape.member, seen)
    elif shape.type_name == "map":
        yield from _members(shape.value, seen)
