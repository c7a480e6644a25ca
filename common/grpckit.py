"""The gRPC edge: errors by the table, on single answers and in the middle of a stream alike."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, NoReturn

import grpc
from grpc import aio

from common import logs
from common.errors import WIRE, DomainError, Kind

KEEPALIVE = [
    ("grpc.keepalive_time_ms", 10_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
    ("grpc.http2.max_pings_without_data", 0),
]


class ErrorInterceptor(aio.ServerInterceptor):  # type: ignore[misc, unused-ignore]
    """Wraps the coroutine and the async generator of every method, not just their lookup."""

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        """The same method, with its errors translated."""
        handler = await continuation(handler_call_details)
        if handler is None or handler.request_streaming:
            return handler  # server reflection is the only one: not ours, and with no error of ours
        if handler.response_streaming:
            # One that writes its messages itself ends as a single answer does.
            yields = inspect.isasyncgenfunction(handler.unary_stream)
            return grpc.unary_stream_rpc_method_handler(
                (_stream if yields else _single)(handler.unary_stream),
                request_deserializer=handler.request_deserializer,
                response_serializer=handler.response_serializer,
            )
        if handler.unary_unary:
            return grpc.unary_unary_rpc_method_handler(
                _single(handler.unary_unary),
                request_deserializer=handler.request_deserializer,
                response_serializer=handler.response_serializer,
            )
        return handler


def _single(method: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def call(request: Any, context: Any) -> Any:
        logs.enter_request(_metadata(context, "x-request-id"))
        try:
            return await method(request, context)
        except DomainError as error:
            await _abort(context, error)
        except aio.AbortError:
            raise
        except Exception as fault:  # noqa: BLE001  the edge: no text of ours may leave
            logs.log().error("unexpected", exc_info=fault)
            await _abort(context, _internal())

    return call


def _stream(method: Callable[..., AsyncIterator[Any]]) -> Callable[..., AsyncIterator[Any]]:
    async def call(request: Any, context: Any) -> AsyncIterator[Any]:
        logs.enter_request(_metadata(context, "x-request-id"))
        try:
            async for message in method(request, context):
                yield message
        except DomainError as error:
            await _abort(context, error)
        except aio.AbortError:
            raise
        except Exception as fault:  # noqa: BLE001  the edge: no text of ours may leave
            logs.log().error("unexpected", exc_info=fault)
            await _abort(context, _internal())

    return call


async def _abort(context: Any, error: DomainError) -> NoReturn:
    """End the call with the status of ``error``; its code travels in the trailing metadata."""
    status = getattr(grpc.StatusCode, WIRE[error.kind].grpc)
    await context.abort(status, error.message, trailing_metadata=(("code", error.code),))
    raise AssertionError("abort always raises")


def _internal() -> DomainError:
    return DomainError(Kind.INTERNAL, "internal", "Something went wrong on our side.")


def _metadata(context: Any, name: str) -> str | None:
    for key, value in context.invocation_metadata() or ():
        if key == name and isinstance(value, str):
            return value
    return None


def bearer(context: Any, in_message: str) -> str:
    """The token: in the message, or in ``authorization`` metadata; empty when there is none."""
    if in_message:
        return in_message
    scheme, _, token = (_metadata(context, "authorization") or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
