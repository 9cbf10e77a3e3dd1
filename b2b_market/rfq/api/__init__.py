"""REST routes of the module, one file per family."""
