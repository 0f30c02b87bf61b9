"""A deterministic example company, with incidents to switch on: for ``auditor demo`` and for the tests.

An LLM support system on AWS Bedrock with hybrid routing (direct Bedrock and MCP). Rules kept here: the same seed and
incidents give the same bytes on every machine; an incident changes only what it says; every number is made up.
"""

from auditor.estate.incidents import INCIDENTS, Incident
from auditor.estate.writer import Estate, write_estate

__all__ = ["INCIDENTS", "Estate", "Incident", "write_estate"]
