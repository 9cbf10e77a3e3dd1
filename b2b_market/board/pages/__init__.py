"""The pages of the module."""
