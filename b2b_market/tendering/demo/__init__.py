"""Demo tenders."""
