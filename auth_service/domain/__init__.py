"""The rules of accounts, passwords and sessions: pure functions of values."""
