"""Subscribers of tendering."""
