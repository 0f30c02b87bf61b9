"""Benchmarks: ratios to a one-column scan and to the same checks in pandas. ``make bench`` writes docs/benchmarks.md."""
