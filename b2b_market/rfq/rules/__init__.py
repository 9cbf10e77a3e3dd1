"""Pure decisions of the module and the refusals they raise."""
