"""Asks an authorization server: whatever happens becomes a value."""

import asyncio
import logging
import ssl
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

from qwen_lsp.errors import AccountError, QwenError

from .exchange import Answer, Form, NoAnswer, Reply

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

    headers = {"Accept": "application/json", "x-request-id": str(uuid.uuid4())}
    method = "POST" if form else "GET"
    try:
        async with (
            asyncio.timeout(timeout),
            client().stream(
                method, url, data=form.revealed() if form else None, headers=headers
            ) as response,
        ):
            kind = response.headers.get("content-type", "")
            reply: Reply = Answer(response.status_code, kind, await _start_of(response), clock())
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as error:
        reply = NoAnswer(_why(error), clock())
    except QwenError as error:
        raise AccountError(str(error)) from None
    log.debug("%s %s: %r", method, url, reply)
    return reply


async def _start_of(response: "httpx.Response") -> bytes:
    body = b""
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) >= _LARGEST:
            break
    return body[:_LARGEST]


def _why(error: Exception) -> str:
    """The cause at the bottom, as it names a certificate or a refused connection."""
    import httpx

    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return "no answer came in time"
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f"its certificate can't be verified ({cause.verify_message})"
    if isinstance(cause, OSError) and cause.strerror:
        return cause.strerror
    return f"the connection failed ({type(error).__name__})"
