"""Each source of residency has a section for auditor.toml that it accepts, and is found by its kind."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from auditor_collectors.aws.sources.backups import BackupsCollector
from auditor_collectors.aws.sources.buckets import BucketsCollector
from auditor_collectors.aws.sources.config_inventory import ConfigCollector
from auditor_collectors.aws.sources.databases import DatabasesCollector
from auditor_collectors.aws.sources.keys import KeysCollector
from auditor_collectors.aws.sources.logs import LogsCollector
from auditor_collectors.aws.sources.organizations import OrganizationCollector
from auditor_collectors.aws.sources.regions import RegionsCollector
from auditor_collectors.aws.sources.tables import TablesCollector

SOURCES = {
    "aws_backups": BackupsCollector,
    "aws_buckets": BucketsCollector,
    "aws_config": ConfigCollector,
    "aws_databases": DatabasesCollector,
    "aws_keys": KeysCollector,
    "aws_logs": LogsCollector,
    "aws_organization": OrganizationCollector,
    "aws_regions": RegionsCollector,
    "aws_tables": TablesCollector,
}
PROJECT = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())
READS = ("Describe", "Get", "List", "Select")


@pytest.mark.parametrize("kind", SOURCES)
def test_a_kind_leads_to_its_source_whose_example_is_accepted(kind):
    source = SOURCES[kind]
    entry = PROJECT["project"]["entry-points"]["auditor.collectors"][kind]
    assert entry == f"{source.__module__}:{source.__name__}"
    section = tomllib.loads(source.example)["sources"][kind]
    assert section.pop("kind") == kind
    assert source().check(section) == []
    assert source().check(section | {"unknown": 1}) != []


@pytest.mark.parametrize("kind", SOURCES)
def test_every_operation_is_one_of_its_service_and_only_reads(kind):
    import botocore.session

    session = botocore.session.get_session()
    for one in SOURCES[kind].operations:
        assert one.name in session.get_service_model(one.service).operation_names
        assert one.name.startswith(READS)
        assert all(action.partition(":")[2].startswith(READS) for action in one.actions)
