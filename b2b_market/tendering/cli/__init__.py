"""The module at the command line."""
