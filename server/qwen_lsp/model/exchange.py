"""One request and the bytes of its answer, each step within its time.

Imports httpx, so it is imported when it is used.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

import httpx

from qwen_lsp.errors import ModelError, ReplyCut, Unreachable
from qwen_lsp.model.http import CONNECT_SECONDS, IDLE_SECONDS
from qwen_lsp.model.network import route_of
from qwen_lsp.model.trouble import unreachable

# How long to wait for what is read is decided block by block.
STREAM_TIMEOUT = httpx.Timeout(IDLE_SECONDS, connect=CONNECT_SECONDS, read=None, pool=None)

_BODY_LIMIT = 8 * 1024 * 1024
_BODY_SECONDS = 30


@dataclass(frozen=True)
class Patience:
    """Seconds to wait for the first token, and from one block to the next."""

    first: float = 120
    idle: float = IDLE_SECONDS


# An engine on this machine may load its model first.
LOCAL_PATIENCE = Patience(first=300)


async def opened(
    client: httpx.AsyncClient, request: httpx.Request, *, seconds: float, start_with: str | None
) -> httpx.Response:
    """The answer to `request`, its body still to be read; the caller closes it.

    Raises Unreachable when there is none within `seconds` after the connection.
    """
    host = request.url.netloc.decode("ascii")
    try:
        async with asyncio.timeout(CONNECT_SECONDS + seconds):
            return await client.send(request, stream=True)
    except TimeoutError:
        failure = Unreachable(
            f"{host} began no reply within {seconds:.0f} seconds; run the action again, or choose "
            "another model with qwen.model."
        )
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        failure = unreachable(error, host, route_of(request), start_with=start_with)
    raise failure from None


async def blocks(
    response: httpx.Response, seconds: Callable[[], float]
) -> AsyncGenerator[bytes, None]:
    """The bytes of the body as they come. `seconds` is asked how long to wait for the next.

    Raises ReplyCut when the connection breaks or nothing comes in time.
    """
    host = response.url.netloc.decode("ascii")
    waiting = response.aiter_bytes()
    while True:
        limit = seconds()
        try:
            async with asyncio.timeout(limit):
                block = await anext(waiting, None)
        except TimeoutError:
            failure = f"{host} sent nothing for {limit:.0f} seconds; run the action again."
            break
        except (httpx.HTTPError, httpx.StreamError, OSError):
            failure = (
                f"The connection to {host} broke before the reply was whole; run the action again."
            )
            break
        if block is None:
            return
        yield block
    raise ReplyCut(failure)


async def body_of_answer(response: httpx.Response) -> bytes:
    """The first bytes of a body that is no stream; what came, where it broke."""
    body = bytearray()
    try:
        async for block in blocks(response, lambda: _BODY_SECONDS):
            body += block
            if len(body) > _BODY_LIMIT:
                break
    except ModelError:
        pass
    return bytes(body[:_BODY_LIMIT])
