"""Operations of files: storing, reading, scanning, sweeping. Bytes move outside transactions, rows inside."""
