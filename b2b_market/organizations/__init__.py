"""Companies: registration and approval, settings, people and their roles, the directory."""
