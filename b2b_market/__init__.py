"""The exchange that an industry runs on: requests, quotations, awards and contracts."""
