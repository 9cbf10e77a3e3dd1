"""Demo companies and people, made through operations."""
