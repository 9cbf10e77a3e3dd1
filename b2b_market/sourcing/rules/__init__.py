"""Pure decisions of sourcing: what compares with what, who ranks where, who gets how much."""
