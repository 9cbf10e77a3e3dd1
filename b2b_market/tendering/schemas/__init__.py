"""Wire shapes of tendering."""
