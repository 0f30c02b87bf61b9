"""The trust policy on disk: signed versions, read with a key from outside."""
