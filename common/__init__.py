"""The shared kernel: what at least two services need, and nothing that knows a service."""
