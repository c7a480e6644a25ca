"""Accounts, sessions, roles, sites and teams: who somebody is and who answers for whom."""
