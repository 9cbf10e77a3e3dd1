"""One command for the whole product: embedded PostgreSQL and Valkey, web server, worker and schedule."""
