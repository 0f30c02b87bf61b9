"""The sources of AWS: what each asks, and what its pages say."""
