"""What stands behind assessment results: what people signed, and the files of the bundle with their digests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.adapters.reports.oscal.source import at, one_line, prop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.adapters.reports.oscal.source import Json, Source


def attestations(source: Source) -> Iterator[Json]:
    """Yield what people signed before the run, each with what became of it."""
    for row in source.sign_offs:
        withdrawn = row["withdrawn_at"]
        props = [
            prop("decision", row["decision"]),
            prop("line", row["line"]),
            prop("statement-sha256", row["statement"]),
            prop("signed-at", at(row["signed_at"])),
            prop("valid-until", at(row["valid_until"])),
            *([prop("withdrawn-at", at(withdrawn))] if withdrawn is not None else []),
        ]
        ended = f"; withdrawn at {at(withdrawn)}" if withdrawn is not None else ""
        yield {
            "responsible-parties": [
                {"role-id": row["role"], "party-uuids": [source.of_run("person", str(row["person"]))]}
            ],
            "parts": [
                {
                    "uuid": source.of_run("sign-off", str(row["statement"])),
                    "name": "sign-off",
                    "title": one_line(f"{row['line']}: {row['decision']}"),
                    "props": props,
                    "prose": f"{row['person']} as {row['role']}, at {at(row['signed_at'])}: {row['decision']}{ended}.",
                }
            ],
        }


def resources(source: Source, files: set[str]) -> Iterator[Json]:
    """Yield the files that observations name; where they lie is relative to the folder that the bundle lies in."""
    for one in source.predicate.files:
        if one.name in files:
            yield {
                "uuid": source.file(one.name),
                "title": one.name,
                "rlinks": [
                    {
                        "href": f"{source.predicate.bundleId}/{one.name}",
                        "media-type": one.mediaType,
                        "hashes": [{"algorithm": "SHA-256", "value": one.sha256}],
                    }
                ],
            }
