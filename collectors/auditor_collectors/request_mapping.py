"""The mapping of a request log's columns, as ``auditor.toml`` declares it, and the SQL that parses them by it."""

from __future__ import annotations

from pydantic import model_validator

from auditor.tables.traffic import REQUEST_CACHES, REQUEST_KINDS, REQUEST_OUTCOMES
from auditor_collectors.mapping import (
    Cost,
    Instant,
    Latency,
    Mapped,
    Plain,
    Strict,
    count,
    currency,
    instant,
    latency,
    mapped,
    nano,
    quoted,
    text,
)

ALLOWED = {"kind": REQUEST_KINDS, "outcome": REQUEST_OUTCOMES, "cache": REQUEST_CACHES}


class Columns(Strict):
    """Where each declared column is in the source."""

    event_time: Instant
    request_id: Plain
    route: Mapped
    kind: Mapped
    outcome: Mapped
    latency: Latency
    available_at: Instant | None = None
    cache: Mapped | None = None
    input_tokens: Plain | None = None
    output_tokens: Plain | None = None
    cost: Cost | None = None

    @model_validator(mode="after")
    def _known_values(self) -> Columns:
        for name, allowed in ALLOWED.items():
            mapped = getattr(self, name)
            foreign = sorted(set(mapped.values.values()) - set(allowed)) if mapped else []
            if foreign:
                raise ValueError(f"{name}.values gives {foreign[0]!r}, expected one of {', '.join(allowed)}")
        return self

    def texts(self) -> dict[str, str]:
        """Return the column of the source by the name under which its text is kept."""
        names = {
            "event_time_text": self.event_time.column,
            "request_id": self.request_id.column,
            "route_text": self.route.column,
            "kind_text": self.kind.column,
            "outcome_text": self.outcome.column,
            "latency_text": self.latency.column,
        }
        if self.available_at:
            names["available_at_text"] = self.available_at.column
        if self.latency.unit_column:
            names["unit_text"] = self.latency.unit_column
        for name in ("cache", "input_tokens", "output_tokens", "cost"):
            mapped = getattr(self, name)
            if mapped:
                names[f"{name}_text"] = mapped.column
        return names


def parsed(columns: Columns) -> str:
    """Return the SQL columns of every parsed value and the text that it was parsed from."""
    unit = quoted(columns.latency.unit_column) if columns.latency.unit_column else "null"
    return f"""
        {text(columns.event_time)} as event_time_text, {instant(columns.event_time)} as event_time,
        {text(columns.available_at)} as available_at_text, {instant(columns.available_at)} as available_at,
        {text(columns.request_id)} as request_id,
        {text(columns.route)} as route_text, {mapped(columns.route)} as route,
        {text(columns.kind)} as kind_text, {mapped(columns.kind)} as kind,
        {text(columns.outcome)} as outcome_text, {mapped(columns.outcome)} as outcome,
        {text(columns.latency)} as latency_text, {latency(columns.latency)} as latency_us,
        {unit}::varchar as unit_text,
        {text(columns.cache)} as cache_text, {mapped(columns.cache)} as cache,
        {text(columns.input_tokens)} as input_tokens_text, {count(columns.input_tokens)} as input_tokens,
        {text(columns.output_tokens)} as output_tokens_text, {count(columns.output_tokens)} as output_tokens,
        {text(columns.cost)} as cost_text, {nano(columns.cost)} as cost_nano, {currency(columns.cost)} as currency
    """
