"""What the tests of sources of AWS look up among rows."""

from __future__ import annotations

from typing import Any

Rows = dict[str, list[dict[str, Any]]]


def answers(found: Rows) -> dict[tuple[str, str], str]:
    """Return the status of each answer by its call and subject."""
    rows = found["source_answers"]
    return {(row["call"], row["subject"]): row["status"] for row in rows}


def links(found: Rows) -> set[tuple[Any, ...]]:
    """Return each link: its resource, kind, destination, the account and region of that, and whether it is in force."""
    return {
        (
            row["arn"],
            row["kind"],
            row["destination"],
            row["destination_account"],
            row["destination_region"],
            row["enabled"],
        )
        for row in found.get("resource_links", [])
    }


def rules(found: Rows) -> set[tuple[Any, ...]]:
    """Return each rule of deletion: its resource, basis, name, and days."""
    return {(row["arn"], row["basis"], row["rule"], row["days"]) for row in found.get("retention_rules", [])}


def resources(found: Rows) -> dict[str, tuple[Any, ...]]:
    """Return kind, type, region and class of each resource by its ARN; none is listed twice or signed."""
    rows = found.get("resources", [])
    assert len({row["arn"] for row in rows}) == len(rows)
    assert not any(row["classification_signed"] for row in rows)
    return {row["arn"]: (row["kind"], row["resource_type"], row["region"], row["data_class"]) for row in rows}


def states(found: Rows, arn: str) -> dict[str, Any]:
    """Return what is known of how ``arn`` is protected."""
    [row] = [row for row in found["resource_protection"] if row["arn"] == arn]
    place = {"account", "region", "answered_at", "arn", "service"}
    return {name: value for name, value in row.items() if value is not None and name not in place}


def calls(found: Rows) -> dict[tuple[str, str], str]:
    """Return the status of each call of a region by its name, from coverage."""
    return {(row["region"], row["call"]): row["status"] for row in found["coverage"] if row["call"] != "read_files"}
