"""Comparison, scoring and allocation of quotes, over plain frozen values: no tables, no award of its own."""
