"""Asks an authorization server: whatever happens becomes a value."""

import asyncio
import logging
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from qwen_lsp.errors import AccountError, QwenError
from qwen_lsp.model.transport.connection_errors import unreachable
from qwen_lsp.model.transport.network import Route, route_of

from .exchange import Form, IssuerResponse, NoAnswer, Reply

if TYPE_CHECKING:
    import httpx

log = logging.getLogger(__name__)

# Shorter than the time after which Qwen Code takes a lock for stale, in its old releases too.
TIMEOUT = 10.0
_LARGEST = 1 << 16

Client = Callable[[], "httpx.AsyncClient"]


async def post(
    client: Client,
    url: str,
    form: Form,
    *,
    clock: Callable[[], float],
    timeout: float = TIMEOUT,  # noqa: ASYNC109  (a lapse is a value here, not an exception)
) -> Reply:
    """The answer to `form`, within `timeout` seconds.

    Raises AccountError where the client can't be opened, for want of certificates or a proxy.
    """
    return await _answer(client, url, form, clock, timeout)


async def get(
    client: Client,
    url: str,
    *,
    clock: Callable[[], float],
    timeout: float = TIMEOUT,  # noqa: ASYNC109
) -> Reply:
    """The document at `url`, as `post` does it."""
    return await _answer(client, url, None, clock, timeout)


async def _answer(
    client: Client,
    url: str,
    form: Form | None,
    clock: Callable[[], float],
    timeout: float,  # noqa: ASYNC109
) -> Reply:
    import httpx

    method, fields = ("POST", form.revealed()) if form else ("GET", None)
    headers = {"Accept": "application/json", "x-request-id": str(uuid.uuid4())}
    request: httpx.Request | None = None
    try:
        request = client().build_request(method, url, data=fields, headers=headers)
        async with asyncio.timeout(timeout):
            reply: Reply = await _read(client(), request, clock)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as error:
        route = route_of(request) if request else None
        reply = NoAnswer(_why(error, urlsplit(url).netloc, route), clock())
    except QwenError as error:
        raise AccountError(str(error)) from None
    log.debug("%s %s: %r", method, url, reply)
    return reply


async def _read(
    client: "httpx.AsyncClient", request: "httpx.Request", clock: Callable[[], float]
) -> IssuerResponse:
    response = await client.send(request, stream=True)
    try:
        kind = response.headers.get("content-type", "")
        return IssuerResponse(response.status_code, kind, await _start_of(response), clock())
    finally:
        await response.aclose()


async def _start_of(response: "httpx.Response") -> bytes:
    body = b""
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) >= _LARGEST:
            break
    return body[:_LARGEST]


def _why(error: Exception, host: str, route: Route | None) -> str:
    import httpx

    if isinstance(error, TimeoutError | httpx.ReadTimeout | httpx.WriteTimeout):
        return f"{host} did not answer in time; check the network and the proxy, then try again."
    return str(unreachable(error, host, route, again="try again"))
