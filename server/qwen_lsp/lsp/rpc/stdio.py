"""Serves one client on the standard input and output of the process, for as long as that is there.

LSP 3.17, "Initialize Request", `processId`: the server ends when the client's process does.
"""

import asyncio
import contextlib
import ctypes
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from typing import Any

from .clock import keep_steady
from .endpoint import Server, connect
from .pipes import PipeReader, PipeWriter, can_be_polled, open_reading, open_writing

log = logging.getLogger(__name__)

MANY_BYTES_UNREAD = 16 * 1024**2
"""With so much waiting for the client to read, the server reads nothing more from it."""

FEW_BYTES_UNREAD = 1024**2
TOO_MANY_BYTES_UNREAD = 4 * MANY_BYTES_UNREAD
"""With so much waiting, the client is taken for dead."""

SECONDS_BETWEEN_LOOKS = 3.0
SECONDS_TO_FLUSH = 2.0

_SYNCHRONIZE = 0x00100000
_WAIT_TIMEOUT = 0x00000102
_ERROR_ACCESS_DENIED = 5


def serve(server: Server) -> int:
    """Serves until the client leaves. Gives the exit status: 0 if it said `shutdown` before."""
    with wire() as (incoming, outgoing):
        return asyncio.run(serve_on(server, incoming, outgoing))


@contextlib.contextmanager
def wire() -> Iterator[tuple[int, int]]:
    """Keeps the process's input and output for the wire alone; gives them as descriptors.

    Meanwhile a stray print() goes to stderr, and so does that of a child process, which finds its
    input empty.
    """
    sys.stdout.flush()
    incoming, outgoing = os.dup(0), os.dup(1)
    put_back = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    try:
        os.dup2(2, 1)
    except OSError:  # There is no stderr.
        os.dup2(nothing, 1)
    os.close(nothing)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield incoming, outgoing
    finally:
        for fd, kept in enumerate(put_back):
            os.dup2(kept, fd)
            os.close(kept)


async def serve_on(server: Server, incoming: int, outgoing: int) -> int:
    """The same on two descriptors, which are its own from then on."""
    keep_steady(asyncio.get_running_loop())
    reads, writes = can_be_polled(incoming, outgoing)
    outlet = _Outlet(server)
    limits = {"low": FEW_BYTES_UNREAD, "high": MANY_BYTES_UNREAD}
    outlet.writing = await open_writing(outgoing, outlet, polled=writes, **limits)
    inlet = _Inlet(server, connect(server, outlet.send))
    outlet.reading = await open_reading(incoming, inlet, polled=reads)
    parent = asyncio.create_task(_watch_parent(server))
    with _signals(server):
        await server.protocol.ended.wait()
        parent.cancel()
        await server.close()
    outlet.reading.close()
    await outlet.flush()
    return server.protocol.exit_status


class _Inlet(asyncio.Protocol):
    """What the client sends."""

    def __init__(self, server: Server, feed: Callable[[bytes], None]) -> None:
        self._server = server
        self._feed = feed

    def data_received(self, data: bytes) -> None:
        self._feed(data)

    def eof_received(self) -> None:
        self._server.protocol.feed_eof()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._server.protocol.feed_eof()


class _Outlet(asyncio.BaseProtocol):
    """What is sent to the client. One that doesn't read is not read from either."""

    reading: PipeReader
    writing: PipeWriter

    def __init__(self, server: Server) -> None:
        self._server = server
        self._closed = asyncio.Event()

    def send(self, message: bytes) -> None:
        if self._closed.is_set():
            return
        self.writing.write(message)
        if self.writing.get_write_buffer_size() > TOO_MANY_BYTES_UNREAD:
            log.error("The client has stopped reading; the server ends")
            self._server.protocol.end(1)

    def pause_writing(self) -> None:
        log.warning("The client is not reading: nothing is read from it until it does")
        self.reading.pause_reading()

    def resume_writing(self) -> None:
        self.reading.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._closed.set()
        self._server.protocol.end()

    async def flush(self) -> None:
        """Lets the client have what was sent to it, if it reads."""
        self.writing.close()
        try:
            async with asyncio.timeout(SECONDS_TO_FLUSH):
                await self._closed.wait()
        except TimeoutError:
            self.writing.abort()


@contextlib.contextmanager
def _signals(server: Server) -> Iterator[None]:
    """Ends the connection in good order when the process is told to stop."""
    loop = asyncio.get_running_loop()
    watched = []
    for number in (signal.SIGTERM, signal.SIGINT):
        # Windows has no such handlers, nor has a thread that is not the main one.
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, server.protocol.end, 128 + number)
            watched.append(number)
    try:
        yield
    finally:
        for number in watched:
            loop.remove_signal_handler(number)


async def _watch_parent(server: Server) -> None:
    """Ends the connection when the client's process is gone, if it could be seen at the start."""
    await server.protocol.initialized.wait()
    process_id = server.process_id
    if process_id is None or not is_running(process_id):
        return
    while is_running(process_id):  # noqa: ASYNC110 No event tells of another process.
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
    log.warning("The client's process is gone; the server ends")
    server.protocol.end()


def is_running(process_id: int) -> bool:
    """Whether a process with this id can be seen from here; in a container, others can't."""
    if process_id <= 0:
        return False
    if sys.platform == "win32":
        return is_running_on_windows(process_id, ctypes.WinDLL("kernel32", use_last_error=True))
    try:
        os.kill(process_id, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


def is_running_on_windows(process_id: int, kernel32: Any) -> bool:
    """The same with Windows' functions. os.kill would end the process there."""
    kernel32.OpenProcess.restype = ctypes.c_void_p
    handle = kernel32.OpenProcess(_SYNCHRONIZE, 0, process_id)
    if not handle:
        return _last_error() == _ERROR_ACCESS_DENIED
    try:
        waited: int = kernel32.WaitForSingleObject(ctypes.c_void_p(handle), 0)
        return waited == _WAIT_TIMEOUT
    finally:
        kernel32.CloseHandle(ctypes.c_void_p(handle))


def _last_error() -> int:
    last_error: Any = getattr(ctypes, "get_last_error", lambda: 0)
    return int(last_error())
