"""Each source of AWS in a module of its own."""
