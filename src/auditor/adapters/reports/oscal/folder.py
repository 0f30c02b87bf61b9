"""An OSCAL folder of a run: catalog, profile, system security plan, assessment plan, assessment results.

Rules kept here: each document refers to the one before it by its name in the folder, so the folder can lie anywhere.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from auditor.adapters.reports.oscal import source as names
from auditor.adapters.reports.oscal.assessment import assessment_plan, assessment_results
from auditor.adapters.reports.oscal.requirements import catalog, profile, system_security_plan

if TYPE_CHECKING:
    from auditor.adapters.reports.oscal.source import Source

MADE = {
    names.CATALOG: catalog,
    names.PROFILE: profile,
    names.PLAN_OF_SYSTEM: system_security_plan,
    names.ASSESSMENT_PLAN: assessment_plan,
    names.ASSESSMENT_RESULTS: assessment_results,
}


def render_oscal(source: Source) -> dict[str, bytes]:
    """Return name -> UTF-8 of each document."""
    return {
        name: (json.dumps(make(source), indent=2, ensure_ascii=False) + "\n").encode() for name, make in MADE.items()
    }
