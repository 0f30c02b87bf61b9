"""What stands in a record: the five kinds of documents, as pydantic models, of which the JSON Schemas are made.

Rules kept here: a name that is not known is refused; what may be left out is what the law asks for and a control then
finds missing, so an unfinished record is read and fails, and never passes for being unreadable. Ids hold no blank and
no ``@``, so no person's name or address is one; free text (what a register says of security, say) is never taken out.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def _day(value: Any) -> date:
    try:
        if isinstance(value, str) and len(value) == len("2025-01-14"):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise ValueError(f"a date such as 2025-01-14, not {value!r}")


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date", "pattern": DAY})]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,255}$")]
Arn = Annotated[str, Field(pattern=r"^arn:[a-z0-9-]+:[a-z0-9-]+:[a-z0-9-]*:[0-9]*:[!-~]+$")]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2")]
Region = Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)+-[0-9]+$", description="AWS region")]
Mechanism = Literal["adequacy", "sccs", "bcr", "certification", "code_of_conduct", "ad_hoc_clauses", "derogation"]
Text = Annotated[str, Field(max_length=20_000)]


class Strict(BaseModel):
    """No name too many, and no value taken for another."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Activity(Strict):
    """One processing activity of GDPR art. 30(1)."""

    activity: Id
    controller: Text | None = Field(None, description="(a) name and contact of controller, representative and DPO")
    purposes: list[Id] = Field(default=[], description="(b) purposes, by their ids")
    data_subjects: list[Text] = Field(default=[], description="(c) categories of data subjects")
    personal_data: list[Text] = Field(default=[], description="(c) categories of personal data")
    recipients: list[Text] | None = Field(None, description="(d) categories of recipients; [] where there are none")
    transfers: list[Id] | None = Field(None, description="(e) records of transfers; [] where there are none")
    retention: Text | None = Field(None, description="(f) time limits for erasure")
    security: Text | None = Field(None, description="(g) technical and organisational measures")
    systems: list[Arn] = Field(default=[], description="stores in which the data lies, by ARN")

    def stated(self) -> dict[str, bool]:
        """Return for each letter of art. 30(1), by its column, whether anything stands there."""
        return {
            "controller_stated": said(self.controller),
            "purposes_stated": bool(self.purposes),
            "categories_stated": all_said(self.data_subjects) and all_said(self.personal_data),
            "recipients_stated": self.recipients is not None and all(map(said, self.recipients)),
            "transfers_stated": self.transfers is not None,
            "retention_stated": said(self.retention),
            "security_stated": said(self.security),
        }


def said(text: str | None) -> bool:
    """Return whether anything stands in ``text``."""
    return bool(text and text.strip())


def all_said(texts: list[str]) -> bool:
    """Return whether ``texts`` holds any, and something stands in each."""
    return bool(texts) and all(map(said, texts))


class Subprocessor(Strict):
    """One subprocessor of a processor."""

    subprocessor: Id
    country: Country


class Processor(Strict):
    """One processor of GDPR art. 28, or a system of the controller's own that is seen like one."""

    vendor: Id
    names: list[Id] = Field(min_length=1, description="names by which logs and traffic name it")
    relation: Literal["processor", "own"] = "processor"
    contract_signed: Day | None = None
    contract_until: Day | None = Field(None, description="last day of the contract")
    subprocessors: list[Subprocessor] | None = Field(None, description="[] where it has none")


class Assessment(Strict):
    """One data protection impact assessment of GDPR art. 35, or a screening that found that none is required."""

    assessment: Id
    covers: list[Id] = Field(min_length=1, description="activities, models, routes, flags or components")
    required: bool = True
    made: Day
    approved: Day | None = None
    residual_risk: Literal["low", "medium", "high"]
    consulted: Day | None = Field(None, description="when the authority was consulted (art. 36)")


class Destination(Strict):
    """Where a transfer goes."""

    country: Country
    region: Region | None = None


class Transfer(Strict):
    """One transfer of GDPR art. 44-49."""

    record: Id
    vendor: Id
    destinations: list[Destination] = Field(min_length=1)
    mechanism: Mechanism
    decided: Day
    valid_until: Day | None = Field(None, description="last day on which it holds")
    assessed: Day | None = Field(None, description="when the transfer was assessed")


class Purpose(Strict):
    """One purpose, and the lawful basis of GDPR art. 6(1) that is claimed for it."""

    purpose: Id
    lawful_basis: Id = Field(
        description="consent, contract, legal_obligation, vital_interests, public_task or legitimate_interests; "
        "another one is read, and is a violation"
    )


class Document(Strict):
    """What every record begins with."""

    reviewed: Day = Field(description="when the document was last reviewed")


class Register(Document):
    """The register of processing activities."""

    kind: Literal["register"]
    activities: list[Activity]


class Processors(Document):
    """The processors and their contracts."""

    kind: Literal["processors"]
    processors: list[Processor]


class Assessments(Document):
    """The impact assessments."""

    kind: Literal["assessments"]
    assessments: list[Assessment]


class Transfers(Document):
    """The records of transfers."""

    kind: Literal["transfers"]
    transfers: list[Transfer]


class Purposes(Document):
    """The purposes and their lawful bases."""

    kind: Literal["purposes"]
    purposes: list[Purpose]


Record = Register | Processors | Assessments | Transfers | Purposes
KINDS: dict[str, type[Record]] = {
    "register": Register,
    "processors": Processors,
    "assessments": Assessments,
    "transfers": Transfers,
    "purposes": Purposes,
}
