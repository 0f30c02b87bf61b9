"""What a scan for personal data found in logs: counts and places, and never the text."""

from __future__ import annotations

from auditor.columns import Column, Table, scope

_FILE = Column("file", "int", "number of the file among those of the source, by name, from 1", "1")
_TYPE = Column("type", "text", "type of personal data, as auditor.pii names it")

TABLES = (
    Table(
        "pii_scans",
        "one row per scanned file and type of personal data, with the limit of detection of its scanner",
        (
            *scope(),
            Column("scanned_at", "instant", "when it was scanned, by the auditor's clock", "us"),
            _FILE,
            Column("sha256", "text", "SHA-256 of the file, 64 hexadecimal digits"),
            _TYPE,
            Column("records", "int", "lines that are not blank, all of them scanned", "1"),
            Column("bytes", "int", "bytes of its content", "bytes"),
            Column("hits", "int", "pieces of the type that the scanner found", "1"),
            Column("scanner_planted", "int", "pieces of the type in the corpus that the scanner was measured on", "1"),
            Column("scanner_found", "int", "of these, pieces that it found", "1"),
            Column("scanner_near_misses", "int", "pieces in that corpus that look like the type and are none", "1"),
            Column("scanner_false", "int", "pieces that it took for the type there and that are none", "1"),
        ),
        ("source", "file", "type"),
    ),
    Table(
        "pii_hits",
        "one row per piece of personal data that a scan found, as far as they are kept",
        (
            *scope(),
            _FILE,
            Column("record", "int", "number of its line, from 1", "1"),
            Column("position", "int", "character of the line, escapes undone, from 1", "1"),
            Column("length", "int", "characters of it", "1"),
            _TYPE,
            Column(
                "match_hi", "int", "digest of what matched under a key of the run that nobody keeps: high half", "1"
            ),
            Column("match_lo", "int", "the same: low half. Equal halves are the same text, within one source", "1"),
        ),
        ("source", "file", "record", "position", "type"),
    ),
)
