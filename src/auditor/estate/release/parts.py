"""The parts of the example release, in the order of their sections in ``auditor.toml``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.estate.release import audit, deployment, operations, quality, rollback, traffic

if TYPE_CHECKING:
    from auditor.estate.release.writer import Part

PARTS: tuple[Part, ...] = (traffic, audit, deployment, quality, operations, rollback)
