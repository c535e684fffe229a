"""Processes that share one sign-in, each with an account of its own or as Qwen Code does it.

Run as a program this file forks one of them for each line that it reads: what they import is
imported but once.
"""

import asyncio
import json
import os
import signal
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import filelock  # noqa: F401  (so that it need not be imported once in each)
import httpx

from qwen_lsp.account.signed_in import SignedIn
from qwen_lsp.errors import QwenError
from qwen_lsp.model.catalog.providers import providers

from .rotation import Rotation

ROOT = Path(__file__).parents[3]
STEPS = frozenset(
    {"open", "os.link", "os.mkdir", "os.remove", "os.rename", "os.utime", "fcntl.flock"}
)
"""What a process does to the files of the sign-in, where it can be killed."""


class Process:
    """One of the crowd, as the test sees it."""

    def __init__(
        self, pid: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.pid = pid
        self._reader, self._writer = reader, writer

    async def access(self, now: float, *, steps: int | None = None) -> str | None:
        """Its access token, or a sentence; None if it dies, as it does by itself after `steps`."""
        self._writer.write(f"{json.dumps([now, steps])}\n".encode())
        try:
            answer = await self._reader.readline()
        except ConnectionError:
            return None
        return json.loads(answer) if answer else None

    def kill(self) -> None:
        """Ends it at once, wherever it is."""
        os.kill(self.pid, signal.SIGKILL)

    async def aclose(self) -> None:
        """Lets it end."""
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()


class Crowd:
    """Starts processes."""

    def __init__(self, forks: asyncio.StreamWriter, come: asyncio.Queue[Process]) -> None:
        self._forks, self._come = forks, come

    async def process(self, kind: str = "ours") -> Process:
        """A new one, ready."""
        self._forks.write(f"{kind}\n".encode())
        return await asyncio.wait_for(self._come.get(), 30)


@asynccontextmanager
async def crowd(rotation: Rotation, folder: Path) -> AsyncIterator[Crowd]:
    """A crowd that has its sign-in in `folder`."""
    come: asyncio.Queue[Process] = asyncio.Queue()
    all_come: list[Process] = []

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        all_come.append(Process(int(await reader.readline()), reader, writer))
        come.put_nowait(all_come[-1])

    meeting = await asyncio.start_server(met, "127.0.0.1", 0)
    async with rotation.running() as port, meeting:
        arguments = [str(meeting.sockets[0].getsockname()[1]), str(port), str(folder)]
        forks = await asyncio.create_subprocess_exec(
            sys.executable, "-m", __name__, *arguments, stdin=asyncio.subprocess.PIPE, cwd=ROOT
        )
        assert forks.stdin
        try:
            yield Crowd(forks.stdin, come)
        finally:
            await asyncio.gather(*(each.aclose() for each in all_come))
            forks.stdin.close()
            await forks.wait()


class _Here(httpx.AsyncHTTPTransport):
    """Takes Qwen's authorization server for the one on a port of loopback."""

    def __init__(self, port: int) -> None:
        super().__init__(verify=False)
        self._port = port

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self._port)
        request.headers["x-process"] = str(os.getpid())
        return await super().handle_async_request(request)


async def _live(meeting: int, port: int, folder: Path, kind: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", meeting)
    writer.write(f"{os.getpid()}\n".encode())
    now = 0.0
    async with httpx.AsyncClient(transport=_Here(port)) as client:
        account = SignedIn(
            providers()["qwen-oauth"],
            http=lambda: client,
            environ={"QWEN_HOME": str(folder)},
            clock=lambda: now,
        )
        other = _QwenCode(client, folder)
        async for line in reader:
            now, steps = json.loads(line)
            if steps is not None:
                _die_after(steps, folder)
            answer = await (_asked(account) if kind == "ours" else other.access(now))
            writer.write(f"{json.dumps(answer)}\n".encode())


async def _asked(account: SignedIn) -> str:
    try:
        access = await account.access()
    except QwenError as error:
        return str(error)
    assert access.key
    return access.key.get_secret_value()


def _die_after(steps: int, folder: Path) -> None:
    left = steps

    def count(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        if event in STEPS and (event == "fcntl.flock" or str(folder) in str(arguments[0])):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)


class _QwenCode:
    """Its lock, which it takes and gives back without a look at whose it is, and its refresh."""

    def __init__(self, client: httpx.AsyncClient, folder: Path) -> None:
        self._client = client
        self._file = folder / "oauth_creds.json"
        self._lock = folder / "oauth_creds.lock"

    async def access(self, now: float) -> str:
        token = self._read(now)
        return token or await self._refreshed(now)

    async def _refreshed(self, now: float) -> str:
        await self._locked()
        try:
            if token := self._read(now):
                return token
            held = json.loads(self._file.read_text())
            form = {"grant_type": "refresh_token", "refresh_token": held["refresh_token"]}
            answer = await self._client.post("https://chat.qwen.ai/api/v1/oauth2/token", data=form)
            fields = answer.raise_for_status().json()
            fields["expiry_date"] = round((now + fields.pop("expires_in")) * 1000)
            beside = self._file.with_name(f"oauth_creds.json.tmp.{uuid.uuid4()}")
            beside.write_text(json.dumps(held | fields, indent=2))
            beside.replace(self._file)
            return str(fields["access_token"])
        finally:
            self._lock.unlink(missing_ok=True)

    async def _locked(self) -> None:
        pause = 0.1
        for _ in range(20):
            with suppress(FileExistsError), self._lock.open("x") as lock:
                lock.write(str(uuid.uuid4()))
                return
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, 2.0)
        raise TimeoutError

    def _read(self, now: float) -> str | None:
        held = json.loads(self._file.read_text())
        return held["access_token"] if now * 1000 < held["expiry_date"] - 30_000 else None


def _main(meeting: str, port: str, folder: str) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    os.umask(0o077)
    while kind := os.read(0, 1000).decode().split():
        for each in kind:
            if os.fork() == 0:
                with suppress(asyncio.CancelledError):
                    asyncio.run(_live(int(meeting), int(port), Path(folder), each))
                os._exit(0)


if __name__ == "__main__":
    _main(*sys.argv[1:])
