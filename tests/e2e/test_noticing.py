"""A server that runs notices what its user does in a terminal, within a second."""

import asyncio
import contextlib
import statistics
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from qwen_lsp.simulator.service import Simulator

from .conftest import SERVER, Home
from .editor import BARE, Editor, Json
from .sample import ABOVE, BELOW, CODE

ANNOUNCED: Json = {"experimental": {"qwen": {"status": True, "jobs": True}}}
TOKEN = """{"access_token": "a", "refresh_token": "r", "token_type": "Bearer",
    "expiry_date": 100000000000000}"""


class Told:
    """An editor, and the statuses that it was told."""

    def __init__(self, editor: Editor, home: Home, folder: Path) -> None:
        self.editor, self.home, self.folder = editor, home, folder
        self.newest: Json = {}
        self.seconds: list[float] = []
        self._happened = asyncio.Event()

        def take(status: Any) -> None:
            self.newest = editor.protocol._converter.unstructure(status)
            self._happened.set()

        editor.feature("qwen/status")(take)

    async def until(self, state: str, provider: str | None) -> None:
        """Waits for a status, and notes how long that took."""
        begun = time.monotonic()
        async with asyncio.timeout(10):
            while not self._is(state, provider):
                self._happened.clear()
                await self._happened.wait()
        self.seconds.append(time.monotonic() - begun)

    async def run(self, *words: str, typed: str = "") -> str:
        """Runs qwen-lsp in the folder, as its user does."""
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            SERVER, *words, cwd=self.folder, env=self.home.environ, stdin=pipe, stdout=pipe,
            stderr=pipe,
        )  # fmt: skip
        out, err = await process.communicate(typed.encode())
        assert process.returncode == 0, err.decode()
        return out.decode()

    def _is(self, state: str, provider: str | None) -> bool:
        return (self.newest.get("state"), self.newest.get("provider")) == (state, provider)


@contextlib.asynccontextmanager
async def opened(home: Home, folder: Path) -> AsyncIterator[Told]:
    folders = [{"uri": folder.as_uri(), "name": folder.name}]
    async with home.editor(
        {},
        kind=BARE,
        capabilities=ANNOUNCED | {"workspace": {"workspaceFolders": True, "applyEdit": True}},
        workspaceFolders=folders,
        initializationOptions={},
    ) as editor:
        told = Told(editor, home, folder)
        await editor.command("qwen.showStatus")
        yield told


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path.resolve() / "project"
    folder.mkdir()
    return folder


async def test_choices_keys_and_sign_ins_of_other_programs(home: Home, project: Path) -> None:
    async with opened(home, project) as told:
        await told.run("use", "ollama")
        await told.until("ready", "ollama")
        await told.run("use", "openrouter", "m")
        await told.until("signedOut", "openrouter")
        await told.run("login", "--provider", "openrouter", "--api-key", typed="sk-or-1")
        await told.until("ready", "openrouter")
        await told.run("logout", "--provider", "openrouter")
        await told.until("signedOut", "openrouter")
        await told.run("use", "qwen-oauth")
        await told.until("signedOut", "qwen-oauth")
        kept = home.folder / "qwen" / "oauth_creds.json"
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(TOKEN)
        await told.until("ready", "qwen-oauth")
        kept.unlink()
        await told.until("signedOut", "qwen-oauth")
        await told.run("use", "auto")
        await told.until("signedOut", None)
    assert len(told.seconds) == 8
    assert statistics.median(told.seconds) < 1
    assert b"Traceback" not in told.editor.stderr


async def test_what_is_running_finishes_on_the_old_service(
    home: Home, simulator: Simulator, project: Path
) -> None:
    simulator.turn(pace=30)
    home.pays(simulator, "sk-simulator-key")
    async with opened(home, project) as told:
        await told.run("use", "custom", "simulator", "--base-url", simulator.base_url)
        await told.until("ready", "custom")
        file = told.editor.open(ABOVE + CODE + BELOW)
        job = await told.editor.run("refactor", file, CODE)
        await told.until("working", "custom")
        await told.run("use", "ollama")
        await told.until("working", "ollama")
        assert (await told.editor.end_of(job))["outcome"] == "done"
        assert [chat.paid_by for chat in simulator.chats()] == ["key"]
