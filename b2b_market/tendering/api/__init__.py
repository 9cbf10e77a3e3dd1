"""REST routes of tendering."""
