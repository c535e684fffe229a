"""A server of few words on stdin and stdout: `python -m tests.support.minimal_server`."""

import asyncio
import os
import subprocess
import sys

from qwen_lsp.lsp.documents.documents import Documents
from qwen_lsp.lsp.rpc.endpoint import Server
from qwen_lsp.lsp.rpc.protocol import CommandCall
from qwen_lsp.lsp.rpc.stdio import serve


def create_server() -> Server:
    commands = {"echo": echo, "print": stray, "long": long, "big": big}
    return Server("minimal", "0", Documents(), commands=commands)


def echo(call: CommandCall) -> object:
    return call.argument


def stray(_: CommandCall) -> object:
    print("a stray line")  # noqa: T201 The point of it.
    os.write(1, b"another\n")
    child = "import sys; print('a child', len(sys.stdin.read()))"
    subprocess.run([sys.executable, "-c", child], check=True)
    return "printed"


async def long(_: CommandCall) -> object:
    await asyncio.sleep(600)
    return None


def big(call: CommandCall) -> object:
    return "x" * (call.argument or {})["size"]


if __name__ == "__main__":
    sys.exit(serve(create_server()))
