"""Operations of organizations."""
