"""The HTTP edge that every service shares: routes with typed input, problems, limits, health."""
