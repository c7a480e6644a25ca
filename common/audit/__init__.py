"""The audit of every service: its hash chain, how it is checked, and how it is listed."""
