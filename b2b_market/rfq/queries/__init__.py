"""Every SELECT of the module; each asks for a scope."""
