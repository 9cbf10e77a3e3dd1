"""Support for tests: servers, databases, people, delivery."""
