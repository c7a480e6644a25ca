"""The HTTP resources: parse, call, present."""
