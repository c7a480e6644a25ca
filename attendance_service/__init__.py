"""Punches, records, evidence and the feed: what happened, durable and in order."""
