"""Messages to people: in the product and by mail, in the reader's language, told once and never lost."""
