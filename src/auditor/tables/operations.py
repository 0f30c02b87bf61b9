"""How the system is watched and kept: alarms, dashboards, backups, probes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.columns import Table

TABLES: tuple[Table, ...] = ()
