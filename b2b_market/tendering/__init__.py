"""Procedures, lots, sealed bids, opening, evaluation and award."""
