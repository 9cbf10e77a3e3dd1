"""Mapped tables of tendering."""
