"""The real process: its input and output, and how it ends."""

import array
import asyncio
import contextlib
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from qwen_lsp.lsp import parent, pipes, stdio
from qwen_lsp.lsp.framing import Splitter, frame
from qwen_lsp.lsp.parent import is_running, is_running_on_windows

from .support.minimal_server import create_server

ROOT = Path(__file__).parents[1]
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


def test_a_session_from_initialize_to_exit() -> None:
    done = run(initialize() + command(1, "echo", text="é") + GOODBYE)
    assert done.returncode == 0, done.stderr
    assert list(answers(done.stdout)) == [0, 1, 99]
    assert answers(done.stdout)[1] == {"text": "é"}


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


async def test_files_in_place_of_pipes(tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(initialize() + command(1, "big", size=200_000) + GOODBYE)
    with (tmp_path / "in").open("rb") as read, (tmp_path / "out").open("wb") as written:
        assert await serving(read.fileno(), written.fileno()) == 0
    assert len(answers((tmp_path / "out").read_bytes())[1]) == 200_000


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


async def test_nothing_else_reads_or_writes_the_wire() -> None:
    async with process() as server:
        assert server.stdin
        assert server.stdout
        assert server.stderr
        server.stdin.write(initialize() + command(1, "print"))
        found = await read_answers(server.stdout, until=1)
        assert found[1] == "printed"
        server.stdin.write(GOODBYE)
        printed = await asyncio.wait_for(server.stderr.read(), SECONDS)
        for line in (b"a stray line", b"another", b"a child 0"):
            assert line in printed


async def read_answers(stream: asyncio.StreamReader, *, until: int) -> dict[Any, Any]:
    splitter, found = Splitter(), {}
    async with asyncio.timeout(SECONDS):
        while until not in found and (received := await stream.read(65536)):
            for body in splitter.feed(received):
                answer = json.loads(body)
                found[answer["id"]] = answer.get("result")
    return found


@posix
async def test_an_unread_output_freezes_nothing_and_a_signal_ends_all() -> None:
    async with process() as server:
        assert server.stdin
        assert server.stdout
        # Far more than a pipe holds, and nobody reads it; what follows must still be taken.
        server.stdin.write(initialize() + command(1, "big", size=5_000_000))
        await asyncio.wait_for(server.stdin.drain(), SECONDS)
        server.stdin.write(command(2, "echo", text="x" * 3_000_000))
        await asyncio.wait_for(server.stdin.drain(), SECONDS)
        found = await read_answers(server.stdout, until=2)
        assert (len(found[1]), len(found[2]["text"])) == (5_000_000, 3_000_000)

        server.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(server.wait(), SECONDS) == 128 + signal.SIGTERM


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
    monkeypatch.setattr(stdio, "is_running", looked.append)
    monkeypatch.setattr(stdio, "SECONDS_BETWEEN_LOOKS", 0.001)
    (reads, sends), (receives, writes) = os.pipe(), os.pipe()
    task = asyncio.create_task(serving(reads, writes))
    os.write(sends, initialize(4711))
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


def test_processes_that_can_be_seen() -> None:
    assert is_running(os.getpid())
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert not is_running(child.pid)
    for nonsense in (0, -1, 2**40):
        assert not is_running(nonsense)


class Kernel32:
    """Windows' functions for processes, of which there is one."""

    def __init__(self, *, ended: bool) -> None:
        self.ended = ended
        self.closed = 0

        def open_process(_access: int, _inherit: int, process_id: int) -> int | None:
            return 2**33 if process_id == 42 else None

        self.OpenProcess = open_process

    def WaitForSingleObject(self, _handle: ctypes.c_void_p, _milliseconds: int) -> int:  # noqa: N802
        return 0 if self.ended else 0x102

    def CloseHandle(self, _handle: ctypes.c_void_p) -> int:  # noqa: N802
        self.closed += 1
        return 1


def test_processes_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel32 = Kernel32(ended=False)
    assert is_running_on_windows(42, kernel32)
    assert not is_running_on_windows(43, kernel32)
    monkeypatch.setattr(parent, "_last_error", lambda: 5)
    assert is_running_on_windows(43, kernel32)
    assert not is_running_on_windows(42, Kernel32(ended=True))
    assert kernel32.closed == 1


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
