"""HTML pages of the module, one file per family."""
