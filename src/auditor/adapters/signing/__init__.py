"""Keys, and the signed wrapper of a statement."""
