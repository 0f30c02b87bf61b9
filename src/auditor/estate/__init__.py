"""An example company as files, the same bytes every time, with named incidents to switch on.

It is what ``auditor demo`` audits and what the tests use instead of mocks. Rules kept here: no clock, no network; all
randomness comes from a seed through ``Random.random`` and ``Random.getrandbits``, which Python keeps stable.
"""

from __future__ import annotations

from auditor.estate.incidents import INCIDENTS, Flip, Incident
from auditor.estate.write import Estate, write_estate

__all__ = ["INCIDENTS", "Estate", "Flip", "Incident", "write_estate"]
