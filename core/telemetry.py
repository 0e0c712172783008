"""Telemetry: numbers for Prometheus, and traces through API, workflow and activity when an endpoint is set."""

import collections
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from functools import cache

from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from temporalio.client import Interceptor
from temporalio.contrib.opentelemetry import TracingInterceptor

from core.settings import Settings

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_CARRY = TraceContextTextMapPropagator()
registry = CollectorRegistry()
_REQUESTS = Counter(
    "mainspring_http_requests_total",
    "Requests that were answered.",
    ["method", "route", "status"],
    registry=registry,
)
_SECONDS = Histogram(
    "mainspring_http_request_seconds",
    "How long an answer took.",
    ["route"],
    registry=registry,
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
IN_FLIGHT = Gauge("mainspring_http_requests_in_flight", "Requests being worked on.", registry=registry)
DEPTH = Gauge(
    "mainspring_queue_depth", "What waits to be done, in the whole instance.", ["queue"], registry=registry
)
BATCH = Histogram(
    "mainspring_batch_size",
    "How much was taken out of a queue at once.",
    ["queue"],
    registry=registry,
    buckets=(1, 2, 5, 10, 25, 50, 100, 250, 500, 1000),
)
MESSAGES = Counter(
    "mainspring_messages_total", "Messages, by the state that they came into.", ["state"], registry=registry
)
TURN = Histogram(
    "mainspring_loop_turn_seconds",
    "How long a loop took for one batch.",
    ["loop"],
    registry=registry,
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30),
)
SILENT = Gauge(
    "mainspring_loop_silent_seconds", "Since a loop last began a turn.", ["loop"], registry=registry
)


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """A request that was answered, and how long that took."""
    requests, times = _of_route(method, route, status)
    requests.inc()
    times.observe(seconds)


@cache
def _of_route(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    """Looking them up by their labels takes longer than counting."""
    return _REQUESTS.labels(method, route, status), _SECONDS.labels(route)


def count_messages(states: Iterable[str]) -> None:
    """Messages that have come into these states."""
    for state, number in collections.Counter(states).items():
        MESSAGES.labels(state).inc(number)


def metrics() -> bytes:
    """All numbers of this process, as Prometheus reads them."""
    return generate_latest(registry)


def trace_to(settings: Settings, service: str) -> TracerProvider | None:
    """Send traces of this process to the OTLP endpoint of the settings; without one there are none.

    FastAPI traces its requests by itself as soon as there is a provider.
    """
    endpoint = settings.otel_exporter_otlp_endpoint
    if not endpoint:
        return None
    provider = TracerProvider(resource=Resource.create({"service.name": f"mainspring-{service}"}))
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return provider


def trace_of_now() -> str | None:
    """What a row carries so that the trace which caused it goes on when somebody takes it up."""
    carrier: dict[str, str] = {}
    _CARRY.inject(carrier)
    return carrier.get("traceparent")


@contextmanager
def going_on(traced: str | None) -> Generator[None]:
    """Within this block the trace that a row carries goes on."""
    if traced is None:
        yield
        return
    token = context.attach(_CARRY.extract({"traceparent": traced}))
    try:
        yield
    finally:
        context.detach(token)


def interceptors(settings: Settings) -> Sequence[Interceptor]:
    """For the client and so for the worker: a trace goes on through workflows and activities."""
    return [TracingInterceptor()] if settings.otel_exporter_otlp_endpoint else []
