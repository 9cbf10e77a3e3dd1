"""Pure decisions of the board: how text is read, what belongs together, what is recommended."""
