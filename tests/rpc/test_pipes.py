"""Files, sockets and pipes of every kind, whether the client reads or not."""

import array
import asyncio
import os
import socket
import sys
from pathlib import Path

import pytest

from qwen_lsp.lsp.rpc import pipes, stdio

from ..support.stdio_client import GOODBYE, SECONDS, answers, command, initialize, posix, serving


async def test_files_in_place_of_pipes(tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(initialize() + command(1, "big", size=200_000) + GOODBYE)
    with (tmp_path / "in").open("rb") as read, (tmp_path / "out").open("wb") as written:
        assert await serving(read.fileno(), written.fileno()) == 0
    assert len(answers((tmp_path / "out").read_bytes())[1]) == 200_000


@posix
async def test_one_socket_for_both_directions() -> None:
    ours, theirs = socket.socketpair()
    theirs.sendall(initialize() + command(1, "echo", a=1) + GOODBYE)
    fd = ours.detach()
    assert await serving(fd, os.dup(fd)) == 0
    assert answers(theirs.recv(1 << 20))[1] == {"a": 1}
    theirs.close()


async def test_threads_do_what_polling_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stdio, "can_be_polled", lambda *_: (False, False))
    (reads, sends), (receives, writes) = os.pipe(), os.pipe()
    os.write(sends, initialize() + command(1, "big", size=40_000) + GOODBYE)
    assert await serving(reads, writes) == 0
    assert len(answers(os.read(receives, 1 << 20))[1]) == 40_000
    for fd in (reads, sends, receives, writes):
        os.close(fd)


@posix
@pytest.mark.parametrize("polled", [True, False])
async def test_too_much_unread_stops_the_reading_then_the_server(
    polled: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(stdio, "can_be_polled", lambda *_: (polled, polled))
    monkeypatch.setattr(stdio, "MANY_BYTES_UNREAD", 200_000)
    monkeypatch.setattr(stdio, "FEW_BYTES_UNREAD", 100_000)
    monkeypatch.setattr(stdio, "TOO_MANY_BYTES_UNREAD", 1_000_000)
    monkeypatch.setattr(stdio, "SECONDS_TO_FLUSH", 0.01)
    (reads, sends), (receives, writes) = os.pipe(), os.pipe()
    task = asyncio.create_task(serving(reads, writes))
    os.write(sends, initialize() + command(1, "big", size=500_000))
    async with asyncio.timeout(SECONDS):
        while "The client is not reading" not in caplog.text:  # noqa: ASYNC110 It is a log.
            await asyncio.sleep(0.001)
    for _ in range(3):  # A thread may have been waiting for the first of them.
        os.write(sends, command(2, "echo", late=True))
        await asyncio.sleep(0.02)
    assert _unread(reads) > 0
    received = b""
    async with asyncio.timeout(SECONDS):
        while b"late" not in received:
            received += await asyncio.to_thread(os.read, receives, 65536)
    os.write(sends, command(3, "big", size=2_000_000))
    assert await task == 1
    assert "The client has stopped reading" in caplog.text
    os.close(sends)
    os.close(receives)


def _unread(fd: int) -> int:
    """How many bytes wait in a pipe."""
    import fcntl  # Not on Windows, nor are the tests that ask.
    import termios

    size = array.array("i", [0])
    fcntl.ioctl(fd, termios.FIONREAD, size)
    return size[0]


def test_nothing_is_polled_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert pipes.can_be_polled(0, 1) == (False, False)


def test_a_file_is_not_polled(tmp_path: Path) -> None:
    reads, writes = os.pipe()
    with (tmp_path / "file").open("wb") as file:
        assert pipes.can_be_polled(reads, file.fileno()) == (True, False)
        assert pipes.can_be_polled(file.fileno(), writes) == (False, True)
    os.close(reads)
    os.close(writes)
