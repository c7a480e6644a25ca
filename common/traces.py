"""OpenTelemetry traces, when an endpoint for them is configured; otherwise nothing is loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
_LONGEST_PARENT = 64


def traced(app: Wsgi, service: str, endpoint: str) -> Wsgi:
    """``app`` with a span for each request, exported to ``endpoint``; ``app`` itself without one.

    The caller's ``traceparent`` (W3C Trace Context) is taken over. A span tells method, path and
    status, never a query, a header or a body.
    """
    if not endpoint:
        return app
    # Loaded only here: the exporter is large, and most installations have no collector.
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    provider = TracerProvider(resource=Resource.create({"service.name": f"hazir-{service}"}))
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    tracer = provider.get_tracer("hazir")
    propagator = TraceContextTextMapPropagator()

    def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        parent = propagator.extract(_parent(environ))
        name = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        with tracer.start_as_current_span(name, context=parent, kind=trace.SpanKind.SERVER) as span:

            def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
                span.set_attribute("http.response.status_code", int(status[:3]))
                return start_response(status, headers, *more)

            span.set_attribute("http.request.method", environ["REQUEST_METHOD"])
            span.set_attribute("url.path", environ["PATH_INFO"])
            return app(environ, start)

    return call


def _parent(environ: Mapping[str, Any]) -> dict[str, str]:
    text = environ.get("HTTP_TRACEPARENT", "")
    return {"traceparent": text} if isinstance(text, str) and len(text) <= _LONGEST_PARENT else {}


def onward() -> dict[str, str]:
    """The headers that carry the current span to the next service; none without a span."""
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    headers: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(headers)
    return headers
