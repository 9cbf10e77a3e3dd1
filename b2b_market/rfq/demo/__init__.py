"""Demo data of requests."""
