"""The main job over HTTP against a running server, from a list of needs to contracts."""
