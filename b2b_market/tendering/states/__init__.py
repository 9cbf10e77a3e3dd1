"""Statuses and named steps of everything that tendering keeps."""
