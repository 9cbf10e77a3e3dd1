"""What may be stored: names, types by content, sizes. Pure; containers are opened in the sandbox (see intake)."""
