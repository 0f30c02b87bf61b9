"""The mapping of health-check results, as ``auditor.toml`` declares it, and the SQL that parses them by it."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from auditor.tables.state import HEALTH_STATUSES
from auditor_collectors.batches import literal
from auditor_collectors.mapping import Instant, Latency, Mapped, Plain, Strict, instant, latency, mapped, quoted, text
from auditor_collectors.table_checks import future

NAME = r"^[A-Za-z0-9][A-Za-z0-9 ._:/-]{0,127}$"


class Columns(Strict):
    """Where each declared column is in the source."""

    component: Plain
    event_time: Instant
    status: Mapped
    latency: Latency | None = None

    @model_validator(mode="after")
    def _known_statuses(self) -> Self:
        foreign = sorted(set(self.status.values.values()) - set(HEALTH_STATUSES))
        if foreign:
            raise ValueError(f"status.values gives {foreign[0]!r}, expected one of {', '.join(HEALTH_STATUSES)}")
        return self

    def texts(self) -> dict[str, str]:
        """Return the column of the source by the name under which its text is kept."""
        names = {
            "component": self.component.column,
            "event_time_text": self.event_time.column,
            "status_text": self.status.column,
        }
        if self.latency:
            names["latency_text"] = self.latency.column
            if self.latency.unit_column:
                names["unit_text"] = self.latency.unit_column
        return names

    def parsed(self) -> str:
        """Return the SQL columns of every parsed value and the text that it was parsed from."""
        unit = quoted(self.latency.unit_column) if self.latency and self.latency.unit_column else "null"
        return f"""
            {text(self.component)} as component,
            {text(self.event_time)} as event_time_text, {instant(self.event_time)} as event_time,
            {text(self.status)} as status_text, {mapped(self.status)} as status,
            {text(self.latency)} as latency_text,
            {latency(self.latency) if self.latency else "null::bigint"} as latency_us,
            {unit}::varchar as unit_text
        """

    def problems(self, at_most: str) -> list[tuple[str, str, str]]:
        """Return, for everything that may be wrong: its condition, the text to show, and what was expected."""
        named = f"coalesce(regexp_matches(component, {literal(NAME)}), false)"
        problems = [
            (f"not {named}", "component", "a name of letters, digits, spaces and ._:/-, at most 128"),
            ("event_time is null", "event_time_text", self.event_time.expected()),
            (future("event_time"), "event_time_text", at_most),
        ]
        if self.latency:
            unread = "latency_text is not null and (latency_us is null or latency_us < 0)"
            problems.append((unread, "latency_text", f"a number of {self.latency.unit}, zero or more"))
            if self.latency.unit_column:
                other = f"latency_text is not null and unit_text is distinct from {literal(self.latency.unit)}"
                problems.append((other, "unit_text", f"the declared unit {self.latency.unit!r} in every row"))
        return problems
