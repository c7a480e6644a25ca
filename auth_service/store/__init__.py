"""PostgreSQL behind the use cases: one transaction each, statements from the ``.sql`` files."""
