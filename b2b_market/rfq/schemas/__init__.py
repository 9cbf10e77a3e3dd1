"""The wire shapes of the module: what the API takes and gives."""
