"""Handlers to give to a server in memory, and how to start one with them."""

import asyncio
from collections.abc import Callable
from typing import Any

from qwen_lsp.lsp.documents.documents import Documents
from qwen_lsp.lsp.rpc.endpoint import Server
from qwen_lsp.lsp.rpc.protocol import CommandCall

from .link import Link

SECRET = "sk-0123456789abcdef"


class Work:
    """A command that runs until it is let go, and says how it ended."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.calls: list[CommandCall] = []
        self.ends: list[str] = []

    async def __call__(self, call: CommandCall) -> object:
        self.calls.append(call)
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.ends.append("cancelled")
            raise
        self.ends.append("done")
        return {"argument": call.argument}


def raising(error: BaseException) -> Callable[[Any], object]:
    def handler(_: Any) -> object:
        raise error

    return handler


def raising_later(error: BaseException) -> Callable[[Any], object]:
    async def handler(_: Any) -> object:
        await asyncio.sleep(0)
        raise error

    return handler


def in_memory(**tables: Any) -> Server:
    """A server of these tables, which keeps documents."""
    return Server("test", "0", Documents(), **tables)


def documents_of(server: Server) -> Documents:
    """The documents of one that was made by `in_memory`."""
    assert isinstance(server.documents, Documents)
    return server.documents


async def started(**tables: Any) -> tuple[Server, Link]:
    server = in_memory(**tables)
    link = Link(server)
    await link.initialize()
    return server, link


def run(link: Link, command: str, *arguments: object, **params: object) -> int:
    params |= {"command": command}
    return link.ask("workspace/executeCommand", {**params, "arguments": list(arguments)})


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def soon(_: object) -> None:
    await asyncio.sleep(0)
