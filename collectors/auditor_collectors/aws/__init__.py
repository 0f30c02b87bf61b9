"""Facts of AWS, asked of its APIs: one module per source, and what they have in common."""
