"""What comes from the client: each request is answered, can be cancelled, leaves nothing behind.

What of pygls 2.1 is replaced: a handler that fails sends its traceback to the client, a message
that can't be read gets no answer, a command can't be cancelled, and a future is kept for ever for
each notification and command.
"""

import asyncio
import inspect
import logging
from collections import deque
from collections.abc import Coroutine, Generator
from functools import partial
from typing import Any

from cattrs import Converter
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from ...errors import UNEXPECTED, QwenError, RequestError
from .framing import Splitter
from .messages import (
    InvalidMessage,
    Message,
    MessageId,
    NotificationMessage,
    RequestMessage,
    ResponseMessage,
    decode,
)
from .outgoing import Outgoing

log = logging.getLogger(__name__)


def response_error(error: BaseException) -> types.ResponseError:
    """What a client may know of `error`: a sentence that was written for it, or `UNEXPECTED`."""
    code: int
    match error:
        case asyncio.CancelledError():
            code, text = types.LSPErrorCodes.RequestCancelled, "The request was cancelled."
        case RequestError():
            code, text = types.ErrorCodes.InvalidParams, str(error)
        case QwenError():
            code, text = types.LSPErrorCodes.RequestFailed, str(error)
        case JsonRpcException():
            code, text = error.code, error.message
        case _:
            code, text = types.ErrorCodes.InternalError, UNEXPECTED
    return types.ResponseError(code, text)


class Incoming(Outgoing):
    """The half of a connection that listens.

    Messages are handled one after the other. What a plain function does is done before the next
    one is looked at, and so is what a coroutine does up to its first wait; the same holds for a
    coroutine that goes on because its request was answered.
    """

    def __init__(self, server: LanguageServer, converter: Converter) -> None:
        super().__init__(server, converter)
        self.ended = asyncio.Event()
        self.exit_status = 1
        self._splitter = Splitter()
        self._inbox: deque[bytes] = deque()
        self._turns_given = 0
        self._at_end = False
        self._answering: dict[MessageId, asyncio.Task[Any]] = {}
        self._background: set[asyncio.Task[Any]] = set()

    def feed(self, received: bytes) -> None:
        """Takes bytes from the client, in pieces of any size. Called on the event loop."""
        self._inbox.extend(self._splitter.feed(received))
        self._handle_inbox()

    def feed_eof(self) -> None:
        """Ends the connection when what was fed is handled."""
        self._at_end = True
        self._handle_inbox()

    def end(self, status: int | None = None) -> None:
        """Ends the connection, once: without a status with 0 after `shutdown`, else with 1."""
        if not self.ended.is_set():
            self.exit_status = int(not self._shutdown) if status is None else status
            self.ended.set()

    def refusal(self, method: str) -> types.ResponseError | None:
        """Why a message can't be taken in the present state of the connection, if so."""
        raise NotImplementedError

    def cancel_all(self) -> None:
        """Cancels whatever is running for the client, except the calling task."""
        mine = asyncio.current_task()
        for task in (*self._answering.values(), *self._background):
            if task is not mine:
                task.cancel()

    def _handle_inbox(self) -> None:
        while self._inbox and not self._turns_given:
            body = self._inbox.popleft()
            self._handle(decode(body, self._converter), len(body))
        if self._at_end and not self._inbox:
            self.end()

    def _handle(self, message: Message, size: int) -> None:
        match message:
            case RequestMessage(id_, method, params):
                log.debug("<- %s %s, %d bytes", method, id_, size)
                self._handle_request(id_, method, params)
            case NotificationMessage(method, params):
                log.debug("<- %s, %d bytes", method, size)
                self._handle_notification(method, params)
            case ResponseMessage(id_, result, error):
                log.debug("<- answer to %s, %d bytes", id_, size)
                self._handle_response(id_, result, error)
                self._give_turns()
            case InvalidMessage(id_, error, answered):
                log.warning("A message of %d bytes was refused: %s", size, error.message)
                if answered:
                    self._send_error(id_, error)

    def _handle_request(self, msg_id: MessageId, method_name: str, params: Any) -> None:
        if refused := self.refusal(method_name) or self._twice(msg_id):
            self._send_error(msg_id, refused)
            return
        try:
            result = self._begin(method_name, params)
        except Exception as error:  # noqa: BLE001 Whatever a handler raises is answered.
            self._fail(msg_id, method_name, error)
            return
        if not inspect.iscoroutine(result):
            self._succeed(msg_id, method_name, result)
            return
        task = self._answering[msg_id] = self._start(result)
        task.add_done_callback(partial(self._finish_request, msg_id, method_name))

    def _twice(self, msg_id: MessageId) -> types.ResponseError | None:
        if msg_id not in self._answering:
            return None
        reason = "A request with this id is still being answered."
        return types.ResponseError(types.ErrorCodes.InvalidRequest, reason)

    def _handle_notification(self, method_name: str, params: Any) -> None:
        if self.refusal(method_name):
            log.debug("%s is dropped: it came too early or too late", method_name)
            return
        if method_name == types.CANCEL_REQUEST:
            self._handle_cancel_notification(params.id)
            return
        try:
            result = self._begin(method_name, params)
        except Exception as error:  # noqa: BLE001 Whatever a handler raises is logged.
            _report(method_name, error)
            return
        if inspect.iscoroutine(result):
            task = self._start(result)
            self._background.add(task)
            task.add_done_callback(partial(self._finish_notification, method_name))

    def _handle_cancel_notification(self, msg_id: MessageId) -> None:
        if task := self._answering.get(msg_id):
            task.cancel()

    def _begin(self, method: str, params: Any) -> Any:
        """Runs the handler up to what must be awaited: its result, or a coroutine for it."""
        result = self._get_handler(method)(params)
        return self._drive(result) if inspect.isgenerator(result) else result

    def _drive(self, steps: Generator[Any, Any, Any], value: object = None) -> Any:
        # pygls' own handlers are generators that yield the calls of ours.
        try:
            handler, arguments, keywords = steps.send(value)
        except StopIteration as end:
            return end.value
        try:
            result = handler(*arguments, **(keywords or {}))
        except BaseException:
            steps.close()
            raise
        if inspect.iscoroutine(result):
            return self._drive_on(steps, result)
        return self._drive(steps, result)

    async def _drive_on(
        self, steps: Generator[Any, Any, Any], first: Coroutine[Any, Any, Any]
    ) -> Any:
        try:
            value = await first
        except BaseException:
            steps.close()
            raise
        rest = self._drive(steps, value)
        return await rest if inspect.iscoroutine(rest) else rest

    def _start(self, coroutine: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._give_turns()
        return task

    def _give_turns(self) -> None:
        # The loop calls in the order of asking, so what was woken just now goes on first. The
        # second turn is for what pygls wraps in one more future.
        self._turns_given += 1
        loop = asyncio.get_running_loop()
        loop.call_soon(loop.call_soon, self._go_on)

    def _go_on(self) -> None:
        self._turns_given -= 1
        self._handle_inbox()

    def _finish_request(self, msg_id: MessageId, method: str, task: asyncio.Task[Any]) -> None:
        del self._answering[msg_id]
        if task.cancelled():
            self._fail(msg_id, method, asyncio.CancelledError())
        elif error := task.exception():
            self._fail(msg_id, method, error)
        else:
            self._succeed(msg_id, method, task.result())

    def _finish_notification(self, method: str, task: asyncio.Task[Any]) -> None:
        self._background.discard(task)
        if not task.cancelled() and (error := task.exception()):
            _report(method, error)

    def _succeed(self, msg_id: MessageId, method: str, result: Any) -> None:
        try:
            self._send_result(msg_id, result)
        except (TypeError, ValueError, RecursionError) as error:
            self._fail(msg_id, method, error)

    def _fail(self, msg_id: MessageId, method: str, error: BaseException) -> None:
        _report(method, error)
        self._send_error(msg_id, response_error(error))


def _report(method: str, error: BaseException) -> None:
    message = response_error(error).message
    if message == UNEXPECTED:
        log.error("%s failed", method, exc_info=error)
    else:
        log.info("%s: %s", method, message)
