"""Operations of contracts: drafting, reading, editing, printing."""
