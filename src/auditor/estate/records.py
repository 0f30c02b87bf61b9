"""The example company's records as a controller: register, processors, assessments, transfers, purposes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from auditor.estate import inventory
from auditor.estate.trail import BARE, PROFILE
from auditor.model import isoformat

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

INCIDENTS = {
    "register_outdated": "The register of processing activities was last reviewed two years ago.",
    "vendor_unrecorded": "The records do not know Amazon Bedrock, which answers the tickets.",
    "assessment_unapproved": "The impact assessment of the new routing was never approved.",
    "basis_unlawful": "The purpose of the answers claims data protection as its lawful basis.",
}
NO_STORES = ("AWS::KMS::Key", "AWS::Lambda::Function")

CONFIG = """
# What the company records as a controller: a document each.
[sources.records]
kind = "records"
files = ["records/*.yaml"]
exports = ["records/exports.jsonl"]
"""


def files(last: datetime, incidents: Collection[str]) -> dict[str, bytes]:
    """Return the files; they were exported at ``last``."""
    documents = {
        "register": _register(incidents),
        "processors": _processors(incidents),
        "assessments": _assessments(incidents),
        "transfers": _TRANSFERS,
        "purposes": _purposes(incidents),
    }
    told = json.dumps({"exported_at": isoformat(last), "records": len(documents)}, separators=(",", ":"))
    written = {f"records/{name}.yaml": text.encode() for name, text in documents.items()}
    return written | {"records/exports.jsonl": f"{told}\n".encode()}


def _register(incidents: Collection[str]) -> str:
    stores = sorted(inventory.arns(NO_STORES))
    listed = "".join(f"      - {arn}\n" for arn in stores)
    return f"""\
# Register of processing activities (GDPR art. 30).
kind: register
reviewed: {"2023-01-10" if "register_outdated" in incidents else "2024-11-04"}
activities:
  - activity: customer_support
    controller: Example Support GmbH, Berlin; data protection officer at the same address
    purposes: [answers, answer_training]
    data_subjects: [customers, employees of customers]
    personal_data: [contact data, content of tickets, identifiers of devices]
    recipients: [processors that the document processors names]
    transfers: [aws-support-access]
    retention: tickets 90 days after they are closed, logs 365 days
    security: encrypted at rest and on the way, access by role, redaction before anything is logged
    systems:
{listed}"""


def _processors(incidents: Collection[str]) -> str:
    named = "aws" if "vendor_unrecorded" in incidents else "aws, bedrock, bedrock.amazonaws.com"
    return f"""\
# Processors (GDPR art. 28), by the names under which logs and traffic show them.
kind: processors
reviewed: 2024-10-01
processors:
  - vendor: aws
    names: [{named}]
    contract_signed: 2023-03-01
    subprocessors:
      - {{subprocessor: aws-europe-services, country: IE}}
      - {{subprocessor: aws-support-us, country: US}}
"""


def _assessments(incidents: Collection[str]) -> str:
    approved = "" if "assessment_unapproved" in incidents else "\n    approved: 2025-01-08"
    return f"""\
# Impact assessments (GDPR art. 35).
kind: assessments
reviewed: 2025-01-08
assessments:
  - assessment: hybrid-routing
    covers: [customer_support, direct, mcp, "{PROFILE}", "{BARE}"]
    made: 2025-01-06{approved}
    residual_risk: medium
"""


def _purposes(incidents: Collection[str]) -> str:
    return f"""\
# Purposes and their lawful bases (GDPR art. 6(1)).
kind: purposes
reviewed: 2024-11-04
purposes:
  - purpose: answers
    lawful_basis: {"data_protection" if "basis_unlawful" in incidents else "contract"}
  - purpose: ticket_archive
    lawful_basis: contract
  - purpose: answer_training
    lawful_basis: consent
"""


_TRANSFERS = """\
# Transfers to third countries (GDPR art. 44-49).
kind: transfers
reviewed: 2024-10-01
transfers:
  - record: aws-support-access
    vendor: aws
    destinations:
      - country: US
    mechanism: adequacy
    decided: 2023-09-01
    assessed: 2023-08-15
"""
