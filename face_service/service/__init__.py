"""The use cases: each asks for permission first; `ports` says what they need."""
