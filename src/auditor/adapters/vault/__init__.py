"""Pseudonyms of persons, kept outside every snapshot and bundle, and erased there."""
