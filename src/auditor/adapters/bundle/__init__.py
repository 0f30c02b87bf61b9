"""The evidence bundle on disk: written once, read by anyone."""
