"""HTTP: one module for each resource; parse, call the use case, present."""
