"""JSON-RPC with a child process over its stdin and stdout, framed as LSP 3.17 says."""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

Answer = Callable[[Any], Any]
"""Answers a request, or hears a notification; may be a coroutine function."""

_METHOD_NOT_FOUND = -32601
_EXIT_SECONDS = 10


class Refused(Exception):
    """The server answered a request with an error; the text is its message."""


class ServerEnded(Exception):
    """The server is gone; the text is the end of what it logged."""


class Server:
    """A language server as a child process.."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self._answers = answers
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._log: deque[str] = deque(maxlen=20)
        self._last_id = 0
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Starts the process. Raises OSError where there is no such program."""
        pipe = asyncio.subprocess.PIPE
        process = self._process = await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment
        )
        if process.stdout and process.stderr:
            self._keep(self._read(process.stdout))
            self._keep(self._read_log(process.stderr))

    async def request(self, method: str, params: object) -> Any:
        """The result of a request. Raises Refused or ServerEnded."""
        self._last_id += 1
        waiting = self._waiting[self._last_id] = asyncio.get_running_loop().create_future()
        self._send({"id": self._last_id, "method": method, "params": params})
        return await waiting

    def notify(self, method: str, params: object) -> None:
        """Sends a notification."""
        self._send({"method": method, "params": params})

    async def stop(self) -> int:
        """Ends the server in the way of the protocol; its exit status. Raises TimeoutError."""
        if self._process is None:
            raise ServerEnded("It was never started.")
        async with asyncio.timeout(_EXIT_SECONDS):
            await self.request("shutdown", None)
            self.notify("exit", None)
            return await self._process.wait()

    async def close(self) -> None:
        """Ends the process if it still runs, and all that waits for it."""
        if self._process is not None:
            if self._process.returncode is None:
                self._process.kill()
            await self._process.wait()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _send(self, message: Mapping[str, Any]) -> None:
        stdin = self._process.stdin if self._process else None
        if stdin is None or stdin.is_closing():
            raise ServerEnded("\n".join(self._log))
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    async def _read(self, stdout: asyncio.StreamReader) -> None:
        while (message := await _message(stdout)) is not None:
            self._handle(message)
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(ServerEnded("\n".join(self._log)))

    async def _read_log(self, stderr: asyncio.StreamReader) -> None:
        while line := await stderr.readline():
            self._log.append(line.decode(errors="replace").rstrip())

    def _handle(self, message: Mapping[str, Any]) -> None:
        if "method" not in message:
            self._take_answer(message)
        elif "id" in message:
            self._keep(self._answer(message))
        elif answer := self._answers.get(message["method"]):
            answer(message.get("params"))

    def _take_answer(self, message: Mapping[str, Any]) -> None:
        waiting = self._waiting.pop(message["id"])
        if waiting.done():
            return
        if error := message.get("error"):
            waiting.set_exception(Refused(error["message"]))
        else:
            waiting.set_result(message.get("result"))

    async def _answer(self, message: Mapping[str, Any]) -> None:
        answer = self._answers.get(message["method"])
        if answer is None:
            error = {"code": _METHOD_NOT_FOUND, "message": "not known here"}
            self._send({"id": message["id"], "error": error})
            return
        result = answer(message.get("params"))
        if asyncio.iscoroutine(result):
            result = await result
        self._send({"id": message["id"], "result": result})

    def _keep(self, coroutine: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _message(stdout: asyncio.StreamReader) -> Any:
    """The next message; None at the end of the output."""
    try:
        head = await stdout.readuntil(b"\r\n\r\n")
        fields = dict(line.split(b": ", 1) for line in head.strip().split(b"\r\n"))
        return json.loads(await stdout.readexactly(int(fields[b"Content-Length"])))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
