"""PostgreSQL behind the use cases' Protocols."""
