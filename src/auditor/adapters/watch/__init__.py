"""What a watch is told, remembers, reads and sets off."""
