"""Stored files: checked by content before they are kept, shown to their readers only, unable to act when served."""
