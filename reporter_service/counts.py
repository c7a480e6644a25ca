"""What this process counts, for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest


class Counts:
    """The service's metrics, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.sockets = self._gauge("sockets", "Sockets whose client is known.")
        self.unproven = self._gauge("unproven_sockets", "Connections without a known client.")
        self.head = self._gauge("feed_head", "Sequence of the newest event handed out.")
        self.stale = self._gauge("stale", "1 while nothing may be or can be delivered.")
        self.events = self._counter("events", "Events taken from the feed.")
        self.deliveries = self._counter("deliveries", "Live frames written to sockets.")
        self.replayed = self._counter("replayed", "Frames written while catching up.")
        self.gaps = self._counter("feed_gaps", "Gaps or regressions seen in the feed.")
        self.streams = self._counter("feed_streams", "Streams opened to the feed.")
        self.closes = self._counter("closes", "Sockets closed by this side.", "code")

    def text(self) -> bytes:
        """Everything in Prometheus's text format."""
        return generate_latest(self._registry)

    def _gauge(self, name: str, meaning: str) -> Gauge:
        return Gauge(f"hazir_reporter_{name}", meaning, registry=self._registry)

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"hazir_reporter_{name}", meaning, labels, registry=self._registry)
