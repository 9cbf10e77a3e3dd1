"""HTML routes of tendering."""
