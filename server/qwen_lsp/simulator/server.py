"""Serves the simulated service on loopback, in this process or alone."""

import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import Route

from . import chat, sign_in
from .knobs import Knobs
from .service import Simulator

_HOST = "127.0.0.1"
_GRACE_SECONDS = 2


@asynccontextmanager
async def running(
    knobs: Knobs | None = None,
    *,
    port: int = 0,
    clock: Callable[[], float] = time.monotonic,
) -> AsyncIterator[Simulator]:
    """A simulator that serves while the context lasts; port 0 takes a free one.

    `clock` times the codes and tokens, in seconds. Raises OSError where the port is taken.
    """
    listener = socket.create_server((_HOST, port))
    simulator = Simulator(f"{_HOST}:{listener.getsockname()[1]}", knobs or Knobs(), clock)
    server = _server(application(simulator))
    await server.startup(sockets=[listener])
    try:
        yield simulator
    finally:
        simulator.closing.set()
        await server.shutdown(sockets=[listener])


def application(simulator: Simulator) -> Starlette:
    """Everything that the simulator answers."""
    routes = [
        Route(
            "/api/v1/oauth2/device/code", partial(sign_in.device_code, simulator), methods=["POST"]
        ),
        Route("/api/v1/oauth2/token", partial(sign_in.token, simulator), methods=["POST"]),
        Route("/authorize", partial(sign_in.ask, simulator), methods=["GET"]),
        Route("/authorize", partial(sign_in.decide, simulator), methods=["POST"]),
        Route("/v1/models", partial(chat.models, simulator), methods=["GET"]),
        Route("/v1/chat/completions", partial(chat.completions, simulator), methods=["POST"]),
    ]
    # A page of the web must not reach us under a name of its own that points to this machine.
    ours = Middleware(TrustedHostMiddleware, allowed_hosts=[_HOST, "localhost"])
    return Starlette(routes=routes, middleware=[ours])


def _server(app: Starlette) -> uvicorn.Server:
    """A server that is started and shut down by hand, so that it leaves the signals alone."""
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        log_level="critical",
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    return server
