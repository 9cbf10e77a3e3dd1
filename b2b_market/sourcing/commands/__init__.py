"""What a caller hands in, by what it asks for: comparing, landing, planning."""
