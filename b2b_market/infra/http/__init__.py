"""HTTP shapes shared by every route: strict input, problems, entity tags, cursors, idempotency."""
