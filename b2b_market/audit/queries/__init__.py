"""Every SELECT of this module."""
