"""The records that a controller keeps: register, processors, assessments, transfers, purposes.

Rules kept here: a document states dates; a row has the instant of the beginning of that date in UTC, an end the
beginning of the day after it (exclusive). Free text of a document never leaves: a row says whether anything stands in
a field. Names are ids of the document (lower case, digits, ``.``, ``_``, ``-``, ``/``, ``:``), so no person's.
"""

from __future__ import annotations

from auditor.columns import Column, Table, scope

# GDPR art. 45 (adequacy), 46(2)(c) (sccs), 47 (bcr), 46(2)(f) (certification), 46(2)(e) (code of conduct),
# 46(3)(a) (ad hoc clauses, authorised), 49 (derogation).
MECHANISMS = ("adequacy", "sccs", "bcr", "certification", "code_of_conduct", "ad_hoc_clauses", "derogation")
RESIDUAL_RISKS = ("low", "medium", "high")
RELATIONS = ("processor", "own")

_REVIEWED = Column("reviewed_at", "instant", "when the document says that it was last reviewed", "us")


def _stated(name: str, letter: str, meaning: str) -> Column:
    return Column(name, "bool", f"whether art. 30(1)({letter}) is stated: {meaning}")


TABLES = (
    Table(
        "register_activities",
        "one row per processing activity of the Article 30 register",
        (
            *scope(),
            Column("activity", "text", "id of the activity"),
            _stated("controller_stated", "a", "controller and contact, data protection officer"),
            _stated("purposes_stated", "b", "purposes"),
            _stated("categories_stated", "c", "categories of data subjects and of personal data"),
            _stated("recipients_stated", "d", "categories of recipients"),
            _stated("transfers_stated", "e", "transfers to third countries, or that there are none"),
            _stated("retention_stated", "f", "time limits for erasure"),
            _stated("security_stated", "g", "technical and organisational measures"),
            _REVIEWED,
        ),
        ("source", "activity"),
    ),
    Table(
        "register_systems",
        "one row per processing activity and system in which it keeps data",
        (
            *scope(),
            Column("activity", "text", "id of the activity"),
            Column("arn", "text", "ARN of the system, as an inventory lists it"),
        ),
        ("source", "arn", "activity"),
    ),
    Table(
        "processors",
        "one row per processor (GDPR art. 28) and name by which it is seen",
        (
            *scope(),
            Column("vendor", "text", "id of the processor"),
            Column("name", "text", "name by which traffic or logs name it: the vendor's own, or a provider of models"),
            Column("relation", "text", "own: it is the controller's own system, no processor", values=RELATIONS),
            Column("contract_signed_at", "instant", "when the contract of art. 28(3) was signed", "us", nullable=True),
            Column("contract_until", "instant", "end of the contract (exclusive); null: none", "us", nullable=True),
            Column("subprocessors_listed", "bool", "whether its list of subprocessors is there, an empty one too"),
            _REVIEWED,
        ),
        ("source", "vendor", "name"),
    ),
    Table(
        "subprocessors",
        "one row per processor and subprocessor",
        (
            *scope(),
            Column("vendor", "text", "id of the processor"),
            Column("subprocessor", "text", "id of the subprocessor"),
            Column("country", "text", "where it processes, ISO 3166-1 alpha-2"),
        ),
        ("source", "vendor", "subprocessor"),
    ),
    Table(
        "assessments",
        "one row per data protection impact assessment (GDPR art. 35) and what it covers",
        (
            *scope(),
            Column("assessment", "text", "id of the assessment"),
            Column("covers", "text", "id of an activity, a model, a flag or a component that it covers"),
            Column("required", "bool", "false: a screening that found that no assessment is required, with reasons"),
            Column("made_at", "instant", "when it was made", "us"),
            Column("approved_at", "instant", "when it was approved; null until then", "us", nullable=True),
            Column("residual_risk", "text", "risk that remains after its measures", values=RESIDUAL_RISKS),
            Column("consulted_at", "instant", "when the authority was consulted (art. 36)", "us", nullable=True),
            _REVIEWED,
        ),
        ("source", "assessment", "covers"),
    ),
    Table(
        "transfer_records",
        "one row per recorded transfer to a third country (GDPR art. 44-49) and destination",
        (
            *scope(),
            Column("record", "text", "id of the record"),
            Column("destination_country", "text", "country of the destination, ISO 3166-1 alpha-2"),
            Column("destination_region", "text", "AWS region of it; null: the whole country", nullable=True),
            Column("vendor", "text", "id of the processor to which the data goes"),
            Column("mechanism", "text", "what makes it lawful", values=MECHANISMS),
            Column("decided_at", "instant", "when it was decided", "us"),
            Column("valid_until", "instant", "end of it (exclusive); null: none", "us", nullable=True),
            Column("assessed_at", "instant", "when the transfer itself was assessed", "us", nullable=True),
            _REVIEWED,
        ),
        ("source", "record", "destination_country", "destination_region"),
    ),
    Table(
        "purposes",
        "one row per purpose of processing and the lawful basis that the controller declares for it",
        (
            *scope(),
            Column("purpose", "text", "id of the purpose"),
            Column("lawful_basis", "text", "basis as it is stated; GDPR art. 6(1) knows six"),
            _REVIEWED,
        ),
        ("source", "purpose", "lawful_basis"),
    ),
)
