"""Pure decisions of contracts."""
