"""The gRPC side: check-ins, stored records, and the feed as it grows."""
