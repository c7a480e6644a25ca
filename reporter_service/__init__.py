"""The live feed over WebSocket: every event to everybody who may see it, once and in order."""
