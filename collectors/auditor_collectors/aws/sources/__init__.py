"""The sources of AWS: what each asks, and what its pages say."""

"""Each source of AWS in a module of its own."""
