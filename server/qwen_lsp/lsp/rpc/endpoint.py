"""A server made of tables, and the link between it and a client, whatever carries the bytes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from .messages import tolerant_converter
from .protocol import Command, Handler, Protocol
from .text_sync import TextSync

log = logging.getLogger(__name__)

SECONDS_TO_CLOSE = 3.0

_WITH_OURS = {
    types.INITIALIZE,
    types.INITIALIZED,
    types.SHUTDOWN,
    types.SET_TRACE,
    types.WINDOW_WORK_DONE_PROGRESS_CANCEL,
    types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS,
}
"""The built-in methods that call a handler of ours as well."""


class Server(LanguageServer):
    """A language server made of three tables, without an effect until it is fed.

    `features` maps a method to what answers it, `options` a method to what is advertised for it,
    `commands` a command's id to what runs it. What happens to documents goes to `documents`.
    """

    protocol: Protocol

    def __init__(
        self,
        name: str,
        version: str,
        documents: TextSync,
        *,
        features: Mapping[str, Handler] | None = None,
        options: Mapping[str, Any] | None = None,
        commands: Mapping[str, Command] | None = None,
    ) -> None:
        super().__init__(name, version, protocol_cls=Protocol, converter_factory=tolerant_converter)
        self.documents = self.protocol.documents = documents
        self._closers: list[Callable[[], Awaitable[object]]] = []
        self.answer(features or {}, options=options or {}, commands=commands or {})

    def answer(
        self,
        features: Mapping[str, Handler],
        *,
        options: Mapping[str, Any] | None = None,
        commands: Mapping[str, Command] | None = None,
    ) -> None:
        """Adds to the tables, for handlers that need the server to exist first."""
        protocol = self.protocol
        ignored = {*features} & {*protocol.fm.builtin_features} - _WITH_OURS
        if ignored:
            raise ValueError(f"These have no handlers, see TextSync: {sorted(ignored)}")
        protocol.fm.features.update(features)
        protocol.fm.feature_options.update(options or {})
        protocol.commands.update(commands or {})

    def on_close(self, close: Callable[[], Awaitable[object]]) -> None:
        """Has `close` awaited when the connection has ended, in whatever way."""
        self._closers.append(close)

    async def close(self) -> None:
        """Cancels what is running and has everything closed."""
        self.protocol.drop_requests()
        self.protocol.cancel_all()
        for close in self._closers:
            try:
                async with asyncio.timeout(SECONDS_TO_CLOSE):
                    await close()
            except Exception:
                log.exception("Something could not be closed")

    def report_server_error(self, error: Exception, source: Any) -> None:  # noqa: ARG002
        """Logs what pygls would show to the user, with all that it knows of it."""
        log.error("A message could not be handled", exc_info=error)


def connect(server: Server, write: Callable[[bytes], None]) -> Callable[[bytes], None]:
    """Joins `server` to a client; gives what to call with the bytes that the client sends.

    `write` is called with one whole framed message at a time. Both sides belong to the running
    event loop. When `server.protocol.ended` is set, `await server.close()`.
    """
    server.protocol.connect(write)
    return server.protocol.feed
