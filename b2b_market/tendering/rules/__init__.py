"""Pure decisions of tendering."""
