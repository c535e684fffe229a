"""A client of a server on pipes: what it writes, how it reads, and the process it starts."""

import asyncio
import contextlib
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from qwen_lsp.lsp.rpc import stdio
from qwen_lsp.lsp.rpc.framing import Splitter, frame

from .minimal_server import create_server

ROOT = Path(__file__).parents[2]
MINIMAL = (sys.executable, "-m", "tests.support.minimal_server")
SECONDS = 20.0

posix = pytest.mark.skipif(sys.platform == "win32", reason="os.socketpair and signals")


def message(**fields: Any) -> bytes:
    return frame(json.dumps({"jsonrpc": "2.0", **fields}).encode())


def command(id_: int, name: str, **argument: Any) -> bytes:
    params: dict[str, Any] = {"command": name, "arguments": [argument]}
    return message(id=id_, method="workspace/executeCommand", params=params)


def initialize(process_id: int | None = None) -> bytes:
    params: dict[str, Any] = {"capabilities": {}, "processId": process_id}
    return message(id=0, method="initialize", params=params)


GOODBYE = message(id=99, method="shutdown") + message(method="exit")


def answers(output: bytes) -> dict[Any, Any]:
    bodies = [json.loads(body) for body in Splitter().feed(output)]
    return {body["id"]: body.get("result") for body in bodies}


def run(sent: bytes) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        MINIMAL, input=sent, capture_output=True, timeout=SECONDS, cwd=ROOT, check=False
    )


async def serving(incoming: int, outgoing: int) -> int:
    return await asyncio.wait_for(stdio.serve_on(create_server(), incoming, outgoing), SECONDS)


@contextlib.asynccontextmanager
async def process() -> AsyncIterator[asyncio.subprocess.Process]:
    started = await asyncio.create_subprocess_exec(
        *MINIMAL,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        yield started
    finally:
        if started.returncode is None:
            started.kill()
        await started.wait()
        # The pipes of a process that was killed close at the loop's next turns.
        await asyncio.sleep(0.01)


async def read_answers(stream: asyncio.StreamReader, *, until: int) -> dict[Any, Any]:
    splitter, found = Splitter(), {}
    async with asyncio.timeout(SECONDS):
        while until not in found and (received := await stream.read(65536)):
            for body in splitter.feed(received):
                answer = json.loads(body)
                found[answer["id"]] = answer.get("result")
    return found
