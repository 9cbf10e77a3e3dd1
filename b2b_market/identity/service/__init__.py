"""Operations of identity."""
