"""A trace of every request, sent to an OpenTelemetry collector over HTTP. The only file that imports OpenTelemetry.

A request is a span, the searches and answers made for it are its children, their phases theirs. Spans are made once a
response has left and sent by a thread of their own; a collector that is slow or gone costs requests nothing, and spans
that it did not take are dropped. What was asked is in none of them.

Nothing here is imported unless an endpoint is set. Headers, certificates and timeouts of the export, sampling and the
service's name are read by OpenTelemetry from its own variables (OTEL_EXPORTER_OTLP_HEADERS, OTEL_TRACES_SAMPLER, ...).

Source: OpenTelemetry semantic conventions for HTTP server spans; W3C Trace Context.
"""

from __future__ import annotations

import threading
import time
from importlib.metadata import version
from urllib.parse import urlsplit

from indexer.errors import InputError
from service.api.observing import Served, Work

try:
    from opentelemetry import trace
    from opentelemetry.context import Context
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
except ModuleNotFoundError as missing:
    if not (missing.name or "").startswith("opentelemetry"):
        raise
    raise InputError("traces need OpenTelemetry: pip install 'pressmark[traces]', or set no otlp_endpoint") from missing

_EVERY_MS = 1_000
_LAST = 3.0
"""Seconds that a collector has at the end to take what is left."""
_PATH = "/v1/traces"


class Traces:
    """Told of each request that was answered, it sends a trace of it to the collector at ``endpoint``."""

    def __init__(self, endpoint: str) -> None:
        ours = Resource({"service.name": "pressmark", "service.version": version("pressmark")})
        self._provider = TracerProvider(resource=ours.merge(OTELResourceDetector().detect()), shutdown_on_exit=False)
        exporter = OTLPSpanExporter(endpoint=traces_url(endpoint))
        self._provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=_EVERY_MS))
        self._tracer = self._provider.get_tracer("pressmark", version("pressmark"))

    def __call__(self, served: Served) -> None:
        end = time.time_ns()
        span = self._tracer.start_span(
            f"{served.method} {served.route}" if served.route else served.method,
            context=TraceContextTextMapPropagator().extract(served.trace, Context()),
            kind=trace.SpanKind.SERVER,
            start_time=end - _ns(served.ms),
        )
        if span.is_recording():
            told: dict[str, str | int | None] = {
                "http.request.method": served.method,
                "http.route": served.route,
                "http.response.status_code": served.status,
                "http.response.body.size": served.sent,
                "pressmark.request_id": served.request_id,
                "pressmark.generation": served.generation,
            }
            span.set_attributes({name: value for name, value in told.items() if value is not None})
            if served.status is None or served.status >= 500:
                span.set_status(trace.StatusCode.ERROR)
            for work in served.work:
                self._work(work, trace.set_span_in_context(span, Context()))
        span.end(end)

    def _work(self, work: Work, parent: Context) -> None:
        """Phases stand in the order in which they are reported, end to end: one that others interrupted is one span,
        as long as its parts.
        """
        begun = work.done_ns - sum(map(_ns, work.phases_ms.values()))
        span = self._tracer.start_span(work.kind, context=parent, start_time=begun)
        inside = trace.set_span_in_context(span, Context())
        for phase, ms in work.phases_ms.items():
            self._tracer.start_span(phase, context=inside, start_time=begun).end(begun := begun + _ns(ms))
        span.end(work.done_ns)

    def close(self) -> None:
        """Send what is left, if the collector takes it within seconds."""
        ending = threading.Thread(target=self._provider.shutdown, daemon=True)
        ending.start()
        ending.join(_LAST)


def traces_url(endpoint: str) -> str:
    """Where traces go, given a collector's address or this itself.

    >>> traces_url("http://collector:4318"), traces_url("https://a.example/v1/traces")
    ('http://collector:4318/v1/traces', 'https://a.example/v1/traces')

    Raises:
        InputError: it is no http(s) URL.
    """
    mend = f"otlp_endpoint is {endpoint!r}; write the collector's URL, such as http://127.0.0.1:4318"
    try:
        parts = urlsplit(endpoint)
        named = parts.hostname and parts.port != 0
    except ValueError as error:  # a bracket that none closes, or a port that is none
        raise InputError(mend) from error
    if parts.scheme not in {"http", "https"} or not named:
        raise InputError(mend)
    path = parts.path.rstrip("/")
    return parts._replace(path=path if path.endswith(_PATH) else path + _PATH).geturl()


def _ns(ms: float) -> int:
    return int(ms * 1_000_000)
