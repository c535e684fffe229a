"""What goes to the client: answers, notifications, and requests that don't wait for ever.

What of pygls 2.1 is replaced: it logs every message in full, writes out any object whatever, keeps
what it knows of a request whose answer never came, and raises when one comes late.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from enum import Enum
from functools import partial
from itertools import count
from typing import Any

import attrs
from cattrs import Converter
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol

from .framing import frame
from .messages import MessageId, read_result

log = logging.getLogger(__name__)

Awaited = asyncio.Future[Any] | Future[Any]


class Outgoing(LanguageServerProtocol):
    """The half of a connection that speaks."""

    def __init__(self, server: LanguageServer, converter: Converter) -> None:
        super().__init__(server, converter)
        self._write: Callable[[bytes], None] | None = None
        self._ids = count(1)
        self._awaited: dict[MessageId, tuple[str, Awaited]] = {}

    def connect(self, write: Callable[[bytes], None]) -> None:
        """From now on what is sent goes to `write`, a whole message at a time."""
        self._write = write

    def request(
        self, method: str, params: object, *, timeout: float | None
    ) -> Coroutine[Any, Any, Any]:
        """Asks the client at once; to be awaited: its answer, an error as a `ResponseError`.

        Raises TimeoutError after `timeout` seconds, unless that is None; an answer that comes
        later is dropped.
        """
        return _answer(self.send_request_async(method, params), timeout)

    def notify(self, method: str, params: Any = None) -> None:
        """Sends a notification."""
        self._send_data(_call(method, params))

    def send_request(
        self,
        method: str,
        params: Any = None,
        callback: Callable[[Any], None] | None = None,
        msg_id: MessageId | None = None,
    ) -> Future[Any]:
        """Asks the client, as pygls' own methods do. Has no time limit: prefer `request`."""
        future: Future[Any] = Future()
        if callback:
            future.add_done_callback(lambda done: callback(done.result()))
        self._ask(method, params, msg_id, future)
        return future

    def send_request_async(
        self, method: str, params: Any = None, msg_id: MessageId | None = None
    ) -> asyncio.Future[Any]:
        """The same, to be awaited."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._ask(method, params, msg_id, future)
        return future

    def drop_requests(self) -> None:
        """Stops waiting for the client's answers."""
        for _, awaited in list(self._awaited.values()):
            awaited.cancel()

    def _ask(self, method: str, params: Any, msg_id: MessageId | None, future: Awaited) -> None:
        id_ = next(self._ids) if msg_id is None else msg_id
        self._awaited[id_] = (method, future)
        future.add_done_callback(lambda _: self._awaited.pop(id_, None))
        self._send_data({**_call(method, params), "id": id_})

    def _handle_response(
        self, msg_id: Any, result: Any = None, error: types.ResponseError | None = None
    ) -> None:
        method, awaited = self._awaited.pop(msg_id, ("", None))
        if awaited is None or awaited.done():
            log.debug("An answer to %s came late, or nobody had asked", msg_id)
        elif error is not None:
            awaited.set_exception(JsonRpcException.from_error(error))
        else:
            self._resolve(method, awaited, result)

    def _resolve(self, method: str, awaited: Awaited, result: Any) -> None:
        try:
            value = read_result(method, result, self._converter)
        except Exception as error:  # noqa: BLE001 The structure hooks raise whatever they stumble over.
            log.warning("The answer to %s can't be read (%s)", method, type(error).__name__)
            awaited.set_exception(JsonRpcException("The answer can't be read."))
        else:
            awaited.set_result(value)

    def _send_result(self, msg_id: MessageId, result: Any) -> None:
        self._send_data({"jsonrpc": "2.0", "id": msg_id, "result": result})

    def _send_error(self, msg_id: MessageId | None, error: types.ResponseError) -> None:
        self._send_data({"jsonrpc": "2.0", "id": msg_id, "error": error})

    def _send_data(self, data: dict[str, Any]) -> None:
        body = self._encoded(data)
        what, id_ = data.get("method", "answer to"), data.get("id", "")
        log.debug("-> %s %s, %d bytes", what, id_, len(body))
        if self._write is not None:
            self._write(frame(body))

    def _encoded(self, data: dict[str, Any]) -> bytes:
        encode = partial(json.dumps, default=self._serialize_message, separators=(",", ":"))
        try:
            return encode(data, ensure_ascii=False).encode()
        except UnicodeEncodeError:  # A lone surrogate has no UTF-8, but it has an escape in JSON.
            return encode(data).encode()

    def _serialize_message(self, data: Any) -> Any:
        # pygls would write out the attributes of any object, a SecretStr among them.
        if attrs.has(type(data)):
            return self._converter.unstructure(data)
        if isinstance(data, Enum):
            return data.value
        raise TypeError(f"{type(data).__name__} is no part of a message")


async def _answer(asked: asyncio.Future[Any], seconds: float | None) -> Any:
    try:
        async with asyncio.timeout(seconds):
            return await asked
    except JsonRpcException as refused:
        return refused.to_response_error()


def _call(method: str, params: Any) -> dict[str, Any]:
    call = {"jsonrpc": "2.0", "method": method}
    return call if params is None else {**call, "params": params}
