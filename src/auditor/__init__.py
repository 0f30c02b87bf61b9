"""auditor: measured, signed, re-executable verdicts for a production deployment checklist."""

__version__ = "0.1.0"
