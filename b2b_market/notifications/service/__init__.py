"""Operations of messages: writing them, reading one's own, choosing channels, looking after the mail."""
