"""One request and the bytes of its answer, each step within its time.

Imports httpx, so it is imported when it is used.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

import httpx

from qwen_lsp.errors import ModelError, ReplyCut, Unreachable
from qwen_lsp.model.transport.connection_errors import unreachable
from qwen_lsp.model.transport.network import route_of
from qwen_lsp.model.transport.suspend import Slept, Within
from qwen_lsp.model.transport.timeouts import Patience

SLEPT = "This machine has slept while the reply was on its way; run the action again."
_BODY_LIMIT = 8 * 1024 * 1024
_BODY_SECONDS = 30


def stream_timeout(patience: Patience) -> httpx.Timeout:
    """The time-outs of a request whose answer streams: its reads are timed block by block."""
    return httpx.Timeout(patience.idle, connect=patience.connect, read=None, pool=None)


@dataclass
class Silence:
    """How long a service says nothing that counts: `heard` ends it. All in seconds.

    `limit` is asked how long that may be. Only the time that was waited for it is `waited`.
    """

    limit: Callable[[], float]
    waited: float = 0.0

    @property
    def left(self) -> float:
        """How long to wait on."""
        return max(self.limit() - self.waited, 0.0)

    def heard(self) -> None:
        """Something has come that counts."""
        self.waited = 0.0


async def opened(
    client: httpx.AsyncClient,
    request: httpx.Request,
    *,
    patience: Patience,
    start_with: str | None,
) -> httpx.Response:
    """The answer to `request`, its body still to be read; the caller closes it.

    Raises Unreachable when there is none in time.
    """
    host = request.url.netloc.decode("ascii")
    seconds = patience.connect + patience.first
    try:
        async with Within(seconds, outlasts_sleep=patience.outlasts_sleep):
            return await client.send(request, stream=True)
    except Slept:
        failure = Unreachable(SLEPT, meaning="cut")
    except TimeoutError:
        failure = Unreachable(
            f"{host} began no reply within {patience.first:.0f} seconds; run the action again, set "
            "qwen.timeouts.firstToken higher, or choose another model with qwen.model."
        )
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        failure = unreachable(error, host, route_of(request), start_with=start_with)
    raise failure from None


async def blocks(
    response: httpx.Response, silence: Silence, *, outlasts_sleep: bool = False
) -> AsyncGenerator[bytes, None]:
    """The bytes of the body as they come, until there was `silence` for too long.

    Raises ReplyCut when the connection breaks, nothing comes in time, or the machine has slept.
    """
    host = response.url.netloc.decode("ascii")
    waiting = response.aiter_bytes()
    clock = asyncio.get_running_loop().time
    while True:
        since = clock()
        try:
            async with Within(silence.left, outlasts_sleep=outlasts_sleep):
                block = await anext(waiting, None)
        except Slept:
            failure = ReplyCut(SLEPT, meaning="cut")
            break
        except TimeoutError:
            said = f"{host} sent nothing for {silence.limit():.0f} seconds; run the action again."
            failure = ReplyCut(said, meaning="silent")
            break
        except (httpx.HTTPError, httpx.StreamError, OSError):
            failure = ReplyCut(
                f"The connection to {host} broke before the reply was whole; run the action again.",
                meaning="cut",
            )
            break
        if block is None:
            return
        silence.waited += clock() - since
        yield block
    raise failure


async def body_of_answer(response: httpx.Response) -> bytes:
    """The first bytes of a body that is no stream; what came, where it broke."""
    body = bytearray()
    try:
        async for block in blocks(response, Silence(lambda: _BODY_SECONDS)):
            body += block
            if len(body) > _BODY_LIMIT:
                break
    except ModelError:
        pass
    return bytes(body[:_BODY_LIMIT])
