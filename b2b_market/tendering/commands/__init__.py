"""Input of tendering operations."""
