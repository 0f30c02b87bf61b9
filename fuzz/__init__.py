"""What strangers' bytes may do to our readers: nothing but be refused by name, or be what was signed."""
