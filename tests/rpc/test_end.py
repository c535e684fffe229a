"""The server ends with its client, however that one goes."""

import asyncio
import os

import pytest

from qwen_lsp.lsp.rpc import stdio

from ..support.stdio_client import GOODBYE, command, initialize, message, serving


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"", 1),
        (initialize(), 1),
        (initialize() + message(method="exit"), 1),
        (initialize() + message(id=1, method="shutdown"), 0),
        (initialize() + command(1, "long"), 1),
        (initialize() + command(1, "long") + GOODBYE, 0),
        (message(method="exit"), 1),
    ],
)
async def test_it_ends_with_its_client(sent: bytes, status: int) -> None:
    (reads, sends), (receives, writes) = os.pipe(), os.pipe()
    os.write(sends, sent)
    os.close(sends)
    assert await serving(reads, writes) == status
    os.close(receives)


async def test_it_ends_when_the_process_of_its_client_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = iter([True, True, True, False])
    monkeypatch.setattr(stdio, "is_running", lambda _: next(seen))
    monkeypatch.setattr(stdio, "SECONDS_BETWEEN_LOOKS", 0.001)
    (reads, sends), (_, writes) = os.pipe(), (out := os.pipe())
    os.write(sends, initialize(4711))
    assert await serving(reads, writes) == 1
    os.close(sends)
    os.close(out[0])


async def test_a_process_that_was_never_visible_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[int] = []
    has_looked = asyncio.Event()

    def look(process: int) -> bool:
        looked.append(process)
        has_looked.set()
        return False

    monkeypatch.setattr(stdio, "is_running", look)
    monkeypatch.setattr(stdio, "SECONDS_BETWEEN_LOOKS", 0.001)
    (reads, sends), (receives, writes) = os.pipe(), os.pipe()
    task = asyncio.create_task(serving(reads, writes))
    os.write(sends, initialize(4711))
    await has_looked.wait()
    await asyncio.sleep(0.05)
    assert not task.done()
    assert looked == [4711]
    os.write(sends, GOODBYE)
    assert await task == 0
    os.close(sends)
    os.close(receives)


async def test_a_client_that_closes_its_end_ends_it() -> None:
    (reads, sends), (receives, writes) = os.pipe(), os.pipe()
    os.close(receives)
    os.write(sends, initialize())
    assert await serving(reads, writes) == 1
    os.close(sends)
