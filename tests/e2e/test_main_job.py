"""The main job, with each of the clients: sign in, refactor while someone types, explain."""

import asyncio
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest
from lsprotocol import types

from qwen_lsp.simulator.service import Simulator

from .conftest import Home
from .editor import HELIX, NEOVIM, VSCODE, Editor, Kind
from .open_file import OpenFile
from .sample import ABOVE, BELOW, CODE
from .service import code_of, reply_of, settings_of, sign_in

FIRST_ENCODING = {VSCODE: "utf-16", NEOVIM: "utf-8", HELIX: "utf-8"}
ADVERTISED = {
    "textDocumentSync": {
        "openClose": True,
        "change": types.TextDocumentSyncKind.Incremental,
        "willSave": False,
        "willSaveWaitUntil": False,
        "save": {"includeText": False},
    },
    "hoverProvider": True,
    "codeLensProvider": {"resolveProvider": False},
    "codeActionProvider": {"codeActionKinds": ["refactor"], "resolveProvider": False},
    "executeCommandProvider": {
        "commands": [
            "qwen.run",
            "qwen.stop",
            "qwen.keep",
            "qwen.discard",
            "qwen.retry",
            "qwen.compare",
            "qwen.nextChange",
            "qwen.previousChange",
            "qwen.restore",
            "qwen.ask",
            "qwen.openExplanation",
            "qwen.signIn",
            "qwen.signOut",
            "qwen.setUp",
            "qwen.selectProvider",
            "qwen.selectModel",
            "qwen.showStatus",
            "qwen.diagnose",
            "qwen.showLog",
        ],
        "workDoneProgress": True,
    },
    "workspace": {
        "workspaceFolders": {"supported": True, "changeNotifications": True},
        "fileOperations": {},
    },
}

KEYS = "é🦆\nx"


class Typist:
    """A user who types above and below, a key at a time, until told to stop."""

    def __init__(self, editor: Editor, file: OpenFile) -> None:
        self._editor, self._file = editor, file
        self.above = self.below = ""
        self._task = asyncio.create_task(self._type())

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.wait({self._task})

    async def _type(self) -> None:
        for key in KEYS * 200:
            self._editor.type(self._file, len(ABOVE + self.above), key)
            self.above += key
            await asyncio.sleep(0.035)
            self._editor.type(self._file, len(self._file.text), key)
            self.below += key
            await asyncio.sleep(0.035)


def check_greeting(editor: Editor) -> None:
    """What is advertised, and what the server has asked for by the end."""
    assert editor.greeting == {
        "capabilities": ADVERTISED | {"positionEncoding": FIRST_ENCODING[editor.kind]},
        "serverInfo": {"name": "qwen-lsp", "version": version("qwen-lsp")},
    }
    asks = editor.kind.capabilities["workspace"]["didChangeConfiguration"]["dynamicRegistration"]
    assert editor.registered == (["workspace/didChangeConfiguration"] if asks else [])
    # An editor that never answers the second does not keep a job waiting for the first.
    asked = [editor.wire.find(b"workspace/configuration"), editor.wire.find(b"registerCapability")]
    assert asked == sorted(asked) or not asks


async def refactor_while_typing(editor: Editor, simulator: Simulator) -> OpenFile:
    """The document ends with exactly the reply in place of the code, and all the typing."""
    file = editor.open(ABOVE + CODE + BELOW)
    job = await editor.run("refactor", file, CODE, version=1)
    typist = Typist(editor, file)
    ended = await editor.end_of(job)
    await typist.stop()
    code = code_of(simulator)
    assert file.text == ABOVE + typist.above + code + BELOW + typist.below
    assert code != CODE
    assert min(len(typist.above), len(typist.below)) > 4
    assert editor.edits > 1
    usage = ended["usage"]
    assert (ended["action"], ended["uri"], ended["outcome"]) == ("refactor", file.uri, "done")
    assert usage["promptTokens"] > 100
    assert usage["completionTokens"] == simulator.chats()[-1].sent.tokens  # type: ignore[union-attr]
    return file


def text_of(uri: str) -> str:
    return Path(url2pathname(urlsplit(uri).path)).read_text(encoding="utf-8")


async def test_sign_in_refactor_explain(home: Home, simulator: Simulator) -> None:
    simulator.turn(pace=6)
    async with home.editor(settings_of(simulator)) as editor:
        answer = await sign_in(editor)
        code, done = (text for _, text in editor.said)
        assert answer["userCode"] in code
        assert answer["verificationUri"] in code
        assert "You are signed in" in done

        file = await refactor_while_typing(editor, simulator)
        chat = simulator.chats()[-1]
        assert chat.paid_by == "sign-in"

        simulator.turn(pace=0)
        part = code_of(simulator)
        job = await editor.run("explain", file, part)
        assert (await editor.end_of(job))["outcome"] == "done"
        assert reply_of(simulator).strip() in await editor.hover(file, file.text.index(part))

        await editor.command("qwen.openExplanation")
        await editor.until(lambda: bool(editor.shown_documents))
        assert reply_of(simulator).strip() in text_of(editor.shown_documents[0].uri)
        check_greeting(editor)
    with pytest.raises(FileNotFoundError):
        text_of(editor.shown_documents[0].uri)


@pytest.mark.parametrize("kind", [HELIX, NEOVIM], ids=lambda kind: kind.name)
async def test_typing_in_other_editors(kind: Kind, home: Home, simulator: Simulator) -> None:
    simulator.turn(pace=4)
    settings = home.pays(simulator, "sk-simulator-key")
    async with home.editor(settings, kind=kind) as editor:
        await refactor_while_typing(editor, simulator)
        assert editor.said == []
        check_greeting(editor)
    assert simulator.chats()[-1].paid_by == "key"
