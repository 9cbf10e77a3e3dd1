"""Operations of tendering."""
