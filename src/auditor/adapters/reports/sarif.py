"""SARIF 2.1.0 of a run, for code scanning: a rule for each control, a result for each finding.

Rules kept here: a fail is ``kind: fail, level: error``; what is inconclusive is ``kind: fail, level: warning`` and says
so, because consumers drop ``kind: open``; a pass is ``kind: pass, level: none``; a location is the policy that decided,
in the folder of policies, and its package line; the fingerprint does not change with what was measured.
Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from auditor import __version__
from auditor.adapters.reports.machine import Found, Run, findings, shown

if TYPE_CHECKING:
    from auditor.adapters.policies.pack import Control, Pack

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVEL = {"fail": ("fail", "error"), "inconclusive": ("fail", "warning"), "pass": ("pass", "none")}
NOT_APPLICABLE = ("notApplicable", "none")
# The score that GitHub sorts security findings by, for each severity.
SCORE = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}
BASE = "POLICIES"


def render_sarif(run: Run) -> bytes:
    """Return the run as one SARIF log in UTF-8."""
    found = list(findings(run))
    names = sorted({one.control for one in found})
    rules = [_rule(run.pack.controls[name]) for name in names]
    starts = {name: _package_line(run.pack, name) for name in names}
    scope = run.document["scope"]
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "auditor",
                        "semanticVersion": __version__,
                        "rules": rules,
                    }
                },
                "automationDetails": {
                    "id": "/".join((run.document["profile"]["id"], scope["system"], scope["environment"], "")),
                    "description": {"text": f"Decided as of {run.document['asOf']}; sealed in {run.bundle}."},
                },
                "originalUriBaseIds": {BASE: {"description": {"text": "The policy pack, as in data/policies."}}},
                "columnKind": "unicodeCodePoints",
                "results": [_result(one, names.index(one.control), starts[one.control]) for one in found],
                "properties": {
                    "asOf": run.document["asOf"],
                    "bundle": run.bundle,
                    "result": run.document["result"],
                    "scope": scope,
                },
            }
        ],
    }
    return json.dumps(log, indent=2, ensure_ascii=False).encode() + b"\n"


def _rule(control: Control) -> dict[str, Any]:
    metadata = control.metadata
    evidence = ", ".join(metadata.evidence_for)
    return {
        "id": control.id,
        "name": "".join(part.title() for part in control.id.replace(".", "_").split("_")),
        "shortDescription": {"text": f"{metadata.title}."},
        "fullDescription": {"text": metadata.description},
        "help": {
            "text": f"{metadata.description}\nEvidence for: {evidence}.\nSee `auditor controls show {control.id}`."
        },
        "defaultConfiguration": {"level": "error"},
        "properties": {
            "tags": ["compliance", *metadata.evidence_for],
            "severity": metadata.severity,
            "security-severity": SCORE[metadata.severity],
        },
    }


def _result(one: Found, rule: int, line: int) -> dict[str, Any]:
    kind, level = LEVEL.get(one.verdict, NOT_APPLICABLE)
    return {
        "ruleId": one.control,
        "ruleIndex": rule,
        "kind": kind,
        "level": level,
        "message": {"text": f"{shown(one)}."},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": one.file, "uriBaseId": BASE},
                    "region": {"startLine": line},
                },
                "logicalLocations": [{"name": one.resource, "fullyQualifiedName": f"{one.line}/{one.resource}"}],
            }
        ],
        "partialFingerprints": {"auditorFinding/v1": one.fingerprint},
        "properties": {
            "line": one.line,
            "checklist": list(one.checklist),
            "verdict": one.verdict,
            "reason": one.reason,
            "members": one.members,
            "window": list(one.window) if one.window else None,
        },
    }


def _package_line(pack: Pack, control: str) -> int:
    """Return the number of the line at which the policy's package begins, below its METADATA."""
    path = pack.root / pack.controls[control].sql_path
    text = path.with_suffix(".rego").read_text(encoding="utf-8")
    return next(number for number, line in enumerate(text.splitlines(), start=1) if line.startswith("package "))
