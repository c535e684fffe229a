"""The server is killed in the middle of jobs: no original is lost, and the next server has it.

`QWEN_SOAK=1` kills it a hundred times, and `QWEN_SOAK_SEED` says with which random numbers.
"""

import asyncio
import json
import os
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from lsprotocol import types
from pytest_lsp import ClientServerConfig

from qwen_lsp.simulator.service import Simulator

from .conftest import SERVER, Home
from .editor import SECONDS, VSCODE, Editor, Json
from .open_file import OpenFile
from .sample import ABOVE, BELOW, CODE

IS_SOAK = os.environ.get("QWEN_SOAK") == "1"
SEED = os.environ["QWEN_SOAK_SEED"]
JOBS = 100 if IS_SOAK else 10
MOST_EDITS = 7
INTERRUPTED = (
    types.MessageType.Info,
    "Qwen was interrupted in sample.py; run Qwen: Restore the original to get your text back.",
)
NOTES = " are what is typed here.\n# Two rows further down comes the code.\n"
MORE_NOTES = "\n# Here it is two rows further up.\n# What is typed here: "
ON_ITS_WAY = 0.06
"""Seconds in which an edit that the server has sent is made, although it is no more."""


class Doomed(Editor):
    """An editor that goes on when its server is no more."""

    def report(self, file: OpenFile) -> None:
        """Tells the server what has changed, if there is one."""
        if not self.stopped:
            super().report(file)


@asynccontextmanager
async def doomed(home: Home, settings: Json) -> AsyncIterator[Editor]:
    """An editor whose server is killed in the end, and which then makes what was sent by then."""
    config = ClientServerConfig(
        server_command=[SERVER],
        server_env=home.environ,
        client_factory=lambda: Doomed(VSCODE, settings),
    )
    editor = await config.start()
    assert isinstance(editor, Editor)
    assert editor._server
    try:
        await editor.greet()
        yield editor
    finally:
        if editor._server.returncode is None:
            editor._server.kill()
        await editor._server.wait()
        await asyncio.sleep(ON_ITS_WAY)
        await editor.stop()


class User:
    """Has one file, in whatever editor, and types a few rows above and below the code."""

    def __init__(self, home: Home, rng: random.Random) -> None:
        self.text = self.wanted = NOTES + ABOVE + CODE + BELOW + MORE_NOTES
        self.restored = 0
        self.folder = home.folder / "state" / "qwen-lsp" / "originals"
        self._rng = rng

    def kept(self) -> list[str]:
        """The originals in the journal."""
        read = [json.loads(path.read_text("utf-8")) for path in self.folder.glob("*.json")]
        return ["\n".join(each["original"]) for each in read]

    async def begin(self, editor: Editor) -> OpenFile:
        """Opens the file and has the original back, if it isn't there."""
        kept = self.kept()
        file = editor.open(self.text)
        if self.text != self.wanted:
            self.restored += 1
            assert CODE in kept
            await editor.until(lambda: INTERRUPTED in editor.said)
            await _choose(editor, file, "Qwen: Restore the original")
            await editor.until(lambda: file.text == self.wanted)
        await self._erased()
        return file

    async def work(self, editor: Editor, file: OpenFile) -> None:
        """Lets a job come to some point."""
        await editor.run("refactor", file, CODE)
        edits, pause = self._rng.randrange(MOST_EDITS), self._rng.uniform(0.0, 0.04)
        before = editor.edits
        while editor.edits < before + edits and not editor.ended:
            if self._rng.random() < 0.1:
                self._type(editor, file)
            await asyncio.sleep(0.005)
        await asyncio.sleep(pause)

    async def _erased(self) -> None:
        """Waits until the journal is empty; nobody tells when it is."""
        async with asyncio.timeout(SECONDS):
            while [*self.folder.glob("*.json")]:  # noqa: ASYNC110
                await asyncio.sleep(0.005)

    def _type(self, editor: Editor, file: OpenFile) -> None:
        key = self._rng.choice("é🦆\n")
        if self._rng.random() < 0.5:
            editor.type(file, 0, key)
            self.wanted = key + self.wanted
        else:
            editor.type(file, len(file.text), key)
            self.wanted += key


async def _choose(editor: Editor, file: OpenFile, title: str) -> None:
    """Runs what the menu offers."""
    params = types.CodeActionParams(
        types.TextDocumentIdentifier(file.uri),
        file.range(0, 0),
        types.CodeActionContext(diagnostics=[]),
    )
    offered = await editor.text_document_code_action_async(params) or []
    (command,) = [
        each.command
        for each in offered
        if isinstance(each, types.CodeAction) and each.title == title
    ]
    assert command
    assert command.arguments
    argument = command.arguments[0]
    assert isinstance(argument, dict)
    await editor.command(command.command, **argument)


@pytest.mark.parametrize("seed", [SEED])
async def test_no_original_is_lost(home: Home, simulator: Simulator, seed: str) -> None:
    simulator.turn(pace=6)
    settings = home.pays(simulator, "sk-simulator-key")
    user = User(home, random.Random(seed))
    for _ in range(JOBS):
        async with doomed(home, settings) as editor:
            file = await user.begin(editor)
            await user.work(editor, file)
        user.text = file.text
    async with home.editor(settings) as editor:
        file = await user.begin(editor)
    assert file.text == user.wanted
    assert user.restored > JOBS // 3
    assert user.kept() == []
    assert {path.suffix for path in user.folder.iterdir()} <= {".lock", ".tmp"}
