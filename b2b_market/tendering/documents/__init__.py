"""What goes into the documents of a tender."""
