"""The operations of the module, one file per family."""
