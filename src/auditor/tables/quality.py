"""What was tested, scanned, written, rehearsed and announced, and what went wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.columns import Table

TABLES: tuple[Table, ...] = ()
