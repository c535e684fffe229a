"""The two ends of a wire, read and written without ever blocking the event loop.

Pipes and sockets are polled on POSIX. Everything else (Windows, files, terminals, which would be
made non-blocking for the shell as well) gets a thread; both kinds look like asyncio's transports.
"""

import asyncio
import os
import queue
import select
import stat
import sys
import threading
from collections.abc import Callable
from typing import Any, Protocol

CHUNK = 64 * 1024


class PipeReader(Protocol):
    """What is used of `asyncio.ReadTransport`."""

    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...
    def close(self) -> None: ...


class PipeWriter(Protocol):
    """What is used of `asyncio.WriteTransport`."""

    def write(self, data: bytes) -> None: ...
    def get_write_buffer_size(self) -> int: ...
    def close(self) -> None: ...
    def abort(self) -> None: ...


async def open_reading(fd: int, protocol: asyncio.Protocol, *, polled: bool) -> PipeReader:
    """Gives what comes from `fd` to `protocol.data_received`, its end to `eof_received`."""
    if not polled:
        return _ReadingThread(fd, protocol)
    file = os.fdopen(fd, "rb", buffering=0)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, file)
    return transport


async def open_writing(
    fd: int, protocol: asyncio.BaseProtocol, *, polled: bool, low: int, high: int
) -> PipeWriter:
    """Writes to `fd`. `protocol` hears of more than `high` and of less than `low` bytes waiting."""
    if not polled:
        return _WritingThread(fd, protocol, low=low, high=high)
    file = os.fdopen(fd, "wb", buffering=0)
    transport, _ = await asyncio.get_running_loop().connect_write_pipe(lambda: protocol, file)
    transport.set_write_buffer_limits(high, low)
    return transport


def can_be_polled(incoming: int, outgoing: int) -> tuple[bool, bool]:
    """For each of the two, whether asyncio can poll it."""
    if sys.platform == "win32":
        return False, False
    reads, writes = os.fstat(incoming), os.fstat(outgoing)
    # asyncio takes anything readable at the writing end for a closed pipe, so one socket in both
    # places can't be polled.
    if os.path.samestat(reads, writes):
        return False, False
    return _is_stream(reads.st_mode), _is_stream(writes.st_mode)


def _is_stream(mode: int) -> bool:
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


class _ReadingThread:
    """Reads a chunk, and the next one when the loop has taken it."""

    def __init__(self, fd: int, protocol: asyncio.Protocol) -> None:
        self._fd = fd
        self._protocol = protocol
        self._loop = asyncio.get_running_loop()
        self._taken = threading.Semaphore(0)
        self._wanted = threading.Event()
        self._wanted.set()
        self._closed = False
        _start(self._run)

    def pause_reading(self) -> None:
        self._wanted.clear()

    def resume_reading(self) -> None:
        self._wanted.set()

    def close(self) -> None:
        self._closed = True

    def _run(self) -> None:
        while self._wanted.wait() and (chunk := _read(self._fd)):
            if self._closed or not _call(self._loop, self._deliver, chunk):
                return
            self._taken.acquire()
        _call(self._loop, self._protocol.eof_received)

    def _deliver(self, chunk: bytes) -> None:
        try:
            self._protocol.data_received(chunk)
        finally:
            self._taken.release()


class _WritingThread:
    """Writes what waits in a queue."""

    def __init__(self, fd: int, protocol: asyncio.BaseProtocol, *, low: int, high: int) -> None:
        self._fd = fd
        self._protocol = protocol
        self._low, self._high = low, high
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._waiting = 0
        self._paused = False
        _start(self._run)

    def write(self, data: bytes) -> None:
        self._waiting += len(data)
        self._queue.put(data)
        if self._waiting > self._high and not self._paused:
            self._paused = True
            self._protocol.pause_writing()

    def get_write_buffer_size(self) -> int:
        return self._waiting

    def close(self) -> None:
        self._queue.put(None)

    def abort(self) -> None:
        """Leaves what is not written yet to a thread that ends with the process."""

    def _run(self) -> None:
        failure: OSError | None = None
        try:
            while (data := self._queue.get()) is not None:
                _write(self._fd, data)
                _call(self._loop, self._written, len(data))
        except OSError as error:
            failure = error
        _call(self._loop, self._protocol.connection_lost, failure)

    def _written(self, count: int) -> None:
        self._waiting -= count
        if self._paused and self._waiting < self._low:
            self._paused = False
            self._protocol.resume_writing()


def _start(run: Callable[[], None]) -> None:
    # A daemon, because it may wait for ever in a call that nothing can interrupt.
    threading.Thread(target=run, name="qwen-lsp wire", daemon=True).start()


def _call(loop: asyncio.AbstractEventLoop, call: Callable[..., object], *arguments: Any) -> bool:
    try:
        loop.call_soon_threadsafe(call, *arguments)
    except RuntimeError:  # The loop is closed: nobody wants to know.
        return False
    return True


def _read(fd: int) -> bytes:
    while True:
        try:
            return os.read(fd, CHUNK)
        except BlockingIOError:  # Another process that shares the file made it non-blocking.
            select.select([fd], [], [])
        except OSError:
            return b""


def _write(fd: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(fd, rest) :]
        except BlockingIOError:
            select.select([], [fd], [])
