"""The use cases of accounts, sessions, people, sites and teams; `ports` says what they need."""
