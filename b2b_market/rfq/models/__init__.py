"""Mapped tables of the module."""
