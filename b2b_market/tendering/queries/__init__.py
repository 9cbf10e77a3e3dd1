"""Every SELECT of tendering."""
