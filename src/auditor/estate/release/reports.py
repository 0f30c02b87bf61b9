"""Reports of the example release's tests and security scans: JUnit XML and SARIF, as its pipelines write them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

from auditor.estate.release.timeline import PHASES, STAGING
from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Collection

COMMIT = "3f9c2d1e4b5a69788796a5b4c3d2e1f001234567"
PATHS = ("mcp-routing", "direct-bedrock", "hybrid-routing", "compliance", "penetration-testing", "audit-trail")
NIGHTLY = datetime(2025, 1, 13, 22, 0, tzinfo=UTC)
SCANNED_STAGING, SCANNED = (datetime(2025, 1, 13, hour, 0, tzinfo=UTC) for hour in (11, 20))
SUITES = {
    "End-to-End Operation Flows": 12,
    "Routing Decision Matrix": 24,
    "Fallback Mechanisms": 10,
    "Error Handling": 14,
}

INCIDENTS = {
    "failing_tests": "Ten of 200 staging tests fail: exactly 95 % pass, and it must be more.",
    "skipped_suite": "One case of the fallback suite is skipped in phase 6.",
    "critical_vulnerability": "The scan of hybrid routing finds a critical vulnerability; somebody suppressed it.",
    "scan_broken_off": "The scan of the audit trail broke off.",
    "other_commit_scanned": "The packages were scanned in another commit than the one that is deployed.",
}

CONFIG = """
# Reports of test runs, in staging and in production, in JUnit XML.
[sources.staging_tests]
kind = "test_results"
environment = "staging"
files = ["staging/tests/*.xml"]
suites = { "Smoke" = "smoke", "Integration" = "integration" }
revision_property = "git.commit"

[sources.tests]
kind = "test_results"
files = ["tests/*.xml"]
revision_property = "git.commit"

[sources.tests.suites]
"Component Integration" = "component_integration"
"End-to-End Operation Flows" = "end_to_end"
"Routing Decision Matrix" = "routing_matrix"
"Fallback Mechanisms" = "fallback"
"Error Handling" = "error_handling"
"Smoke after Rollback" = "smoke_after_rollback"

# Security scans in SARIF 2.1.0.
[sources.staging_scans]
kind = "security_scans"
environment = "staging"
files = ["staging/scans/*.sarif"]
[sources.staging_scans.paths]
mcp-routing = "mcpRouting"
direct-bedrock = "directBedrock"
hybrid-routing = "hybridRouting"
compliance = "compliance"
penetration-testing = "penetrationTesting"
audit-trail = "auditTrail"

[sources.scans]
kind = "security_scans"
files = ["scans/*.sarif"]
[sources.scans.paths]
mcp-routing = "mcpRouting"
direct-bedrock = "directBedrock"
hybrid-routing = "hybridRouting"
compliance = "compliance"
penetration-testing = "penetrationTesting"
audit-trail = "auditTrail"
dependencies = "dependencies"
"""


def reports(known: datetime, incidents: Collection[str]) -> dict[str, bytes]:
    """Return the reports that were written before ``known``."""
    failed = 10 if "failing_tests" in incidents else 2
    staged = STAGING.end + timedelta(minutes=5)
    written = {
        "staging/tests/staging.xml": (
            staged + timedelta(minutes=20),
            _junit(
                staged, {"Smoke": ["passed"] * 40, "Integration": ["failed"] * failed + ["passed"] * (160 - failed)}
            ),
        ),
        "tests/nightly.xml": (NIGHTLY + timedelta(minutes=10), _junit(NIGHTLY, _integration())),
        "tests/phase-2.xml": _phase("phase_2", _integration()),
        "tests/phase-6.xml": _phase("phase_6", _validation(incidents)),
        "staging/scans/staging.sarif": (SCANNED_STAGING, _sarif(SCANNED_STAGING, PATHS, ())),
        "scans/release.sarif": (SCANNED, _sarif(SCANNED, PATHS, incidents)),
        "scans/packages.sarif": (SCANNED, _sarif(SCANNED, ("dependencies",), incidents)),
    }
    return {name: content for name, (at, content) in written.items() if at < known}


def _integration() -> dict[str, list[str]]:
    return {"Component Integration": ["passed"] * 5}


def _validation(incidents: Collection[str]) -> dict[str, list[str]]:
    suites = {name: ["passed"] * count for name, count in SUITES.items()}
    if "skipped_suite" in incidents:
        suites["Fallback Mechanisms"][-1] = "skipped"
    return suites


def _phase(name: str, suites: dict[str, list[str]]) -> tuple[datetime, bytes]:
    """Return a report that begins five minutes before the phase ends, and is written two minutes later."""
    began = PHASES[name].end - timedelta(minutes=5)
    return began + timedelta(minutes=2), _junit(began, suites)


def _junit(began: datetime, suites: dict[str, list[str]]) -> bytes:
    child = {"passed": "", "failed": '<failure message="expected another answer"/>', "skipped": "<skipped/>"}
    parts = ['<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n']
    for name, cases in suites.items():
        counts = f'tests="{len(cases)}" failures="{cases.count("failed")}" skipped="{cases.count("skipped")}"'
        parts.append(f'  <testsuite name={quoteattr(name)} timestamp="{isoformat(began)}" {counts}>\n')
        parts.append(f'    <properties><property name="git.commit" value="{COMMIT}"/></properties>\n')
        for number, status in enumerate(cases, start=1):
            parts.append(f'    <testcase classname={quoteattr(name)} name="case {number}" time="0.2">')
            parts.append(f"{child[status]}</testcase>\n")
        parts.append("  </testsuite>\n")
    return "".join([*parts, "</testsuites>\n"]).encode()


def _sarif(ended: datetime, paths: Collection[str], incidents: Collection[str]) -> bytes:
    runs = [_run(ended, path, incidents) for path in paths]
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": runs}
    return json.dumps(log, indent=1).encode() + b"\n"


def _run(ended: datetime, path: str, incidents: Collection[str]) -> dict[str, Any]:
    results: list[dict[str, Any]] = [{"ruleId": "weak-random", "level": "warning", "message": {"text": "weak random"}}]
    if path == "hybrid-routing" and "critical_vulnerability" in incidents:
        suppressed = [{"kind": "external", "status": "accepted"}]
        results.append({"ruleId": "injection", "message": {"text": "injection"}, "suppressions": suppressed})
    foreign = path == "dependencies" and "other_commit_scanned" in incidents
    rules = [
        {"id": "weak-random", "properties": {"security-severity": "5.3"}},
        {"id": "injection", "properties": {"security-severity": "9.8"}},
    ]
    return {
        "tool": {"driver": {"name": "pip-audit" if path == "dependencies" else "route-scanner", "rules": rules}},
        "automationDetails": {"id": f"{path}/{ended:%Y-%m-%d}"},
        "invocations": [
            {
                "executionSuccessful": not (path == "audit-trail" and "scan_broken_off" in incidents),
                "endTimeUtc": isoformat(ended - timedelta(minutes=1)),
            }
        ],
        "versionControlProvenance": [
            {"repositoryUri": "https://git.example/support", "revisionId": "0" * 40 if foreign else COMMIT}
        ],
        "results": results,
    }
