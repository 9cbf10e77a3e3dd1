"""Pure decisions of the audit log: the tree, checkpoints, and offline verification."""
