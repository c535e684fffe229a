"""A client in memory: it writes framed messages to a server and keeps what comes back."""

import asyncio
import json
from collections.abc import Mapping
from itertools import count
from typing import Any

from qwen_lsp.lsp.rpc.endpoint import Server, connect
from qwen_lsp.lsp.rpc.framing import Splitter, frame

SECONDS_TO_WAIT = 5.0

Json = dict[str, Any]


class Link:
    """The client's end. `received` has every message of the server, oldest first."""

    def __init__(self, server: Server) -> None:
        self.received: list[Json] = []
        self._splitter = Splitter()
        self._ids = count(1000)
        self._arrived = asyncio.Event()
        self._feed = connect(server, self._receive)

    def _receive(self, data: bytes) -> None:
        self.received += [json.loads(body) for body in self._splitter.feed(data)]
        self._arrived.set()

    def write(self, data: bytes) -> None:
        """Sends bytes as they are."""
        self._feed(data)

    def send(self, **message: Any) -> None:
        self.write(frame(json.dumps({"jsonrpc": "2.0", **message}).encode()))

    def notify(self, method: str, **params: Any) -> None:
        self.send(method=method, params=params)

    def ask(self, method: str, params: Any = None) -> int:
        """Sends a request; gives its id."""
        id_ = next(self._ids)
        self.send(id=id_, method=method, params=params)
        return id_

    async def request(self, method: str, **params: Any) -> Json:
        """The whole answer to a request."""
        return await self.answer(self.ask(method, params))

    async def answer(self, id_: Any) -> Json:
        return await self.wait_for({"id": id_}, without="method")

    async def wait_for(self, wanted: Mapping[str, Any], *, without: str = "") -> Json:
        """The first message, also of those that are here already, with the wanted fields."""
        async with asyncio.timeout(SECONDS_TO_WAIT):
            while True:
                for message in self.received:
                    if wanted.items() <= message.items() and without not in message:
                        return message
                self._arrived.clear()
                await self._arrived.wait()

    async def initialize(self, capabilities: Json | None = None, **params: Any) -> Json:
        """The result of `initialize`; the server is told that it may go on."""
        answer = await self.request("initialize", capabilities=capabilities or {}, **params)
        self.notify("initialized")
        result: Json = answer["result"]
        return result

    def open(self, text: str, *, uri: str = "file:///a.py", version: int = 1) -> str:
        item = {"uri": uri, "languageId": "python", "version": version, "text": text}
        self.notify("textDocument/didOpen", textDocument=item)
        return uri
