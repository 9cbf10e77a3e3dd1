"""People and machines: passwords, sessions, API keys, and the answer to "who is this?"."""
