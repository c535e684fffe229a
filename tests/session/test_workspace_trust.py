"""A folder that holds keys: its user is asked once for each content, or the editor knows."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from qwen_lsp.account.keys.folder import offer_of
from qwen_lsp.account.keys.trust import Trust, trust_file
from qwen_lsp.account.keys.vault import Vault, vault_file
from qwen_lsp.lsp.accounts.workspace_trust import NO, QUESTION, YES
from qwen_lsp.lsp.rpc.endpoint import Server
from qwen_lsp.lsp.server import create_server
from qwen_lsp.model.transport.http import Http

from ..support.client import CAPABILITIES
from ..support.model_editor import Json, ModelEditor
from ..support.service import Service
from ..support.virtual_time import run_virtually

INTL = "https://dashscope-intl.aliyuncs.com"
GREETING = {"provider": "dashscope-intl"}


class AskedEditor(ModelEditor):
    """Its user answers a question with `says`; nothing is no answer, "?" an editor that can't."""

    says: str | None = None

    def __init__(self, server: Server, questions: list[str]) -> None:
        super().__init__(server, "vscode")
        self.questions = questions

    def _asked(self, message: Json) -> None:
        if message["method"] != "window/showMessageRequest":
            super()._asked(message)
            return
        self.questions.append(message["params"]["message"])
        if self.says == "never":
            return
        if self.says == "?":
            self._write({"id": message["id"], "error": {"code": -32601, "message": "no"}})
        else:
            self._answer(message["id"], {"title": self.says} if self.says else None)


class Desk:
    """A folder with a key in it, and an editor that is opened on it."""

    def __init__(self, root: Path) -> None:
        self.folder = root.resolve() / "project"
        self.folder.mkdir()
        self.env = self.folder / ".env"
        self.env.write_text("DASHSCOPE_API_KEY=sk-project")
        self.environ = {"HOME": str(root), "QWEN_HOME": str(root / "qwen")}
        self.questions: list[str] = []
        self.service = Service()
        self.capabilities: Json = json.loads(json.dumps(CAPABILITIES))
        self.greeting: Json = dict(GREETING)
        self.folders = [self.folder]

    async def opened(self, says: str | None) -> AskedEditor:
        self.server = create_server(http=Http(transport=self.service), environ=self.environ)
        editor = AskedEditor(self.server, self.questions)
        editor.says = says
        editor.settings = self.greeting
        folders = [{"uri": each.as_uri(), "name": each.name} for each in self.folders]
        await editor.start(
            self.capabilities, initializationOptions=self.greeting, workspaceFolders=folders
        )
        await asyncio.sleep(1)
        return editor

    async def state(self, editor: AskedEditor) -> str:
        found = await editor.command("qwen.showStatus")
        await asyncio.sleep(1)
        return str(found["result"]["state"])

    @property
    def decision(self) -> bool | None:
        return Trust(trust_file()).decision(offer_of(self.folder))


Scene = Callable[[Desk], Awaitable[Any]]


@pytest.fixture
def play(tmp_path: Path) -> Callable[[Scene], None]:
    def played(scene: Scene) -> None:
        async def whole() -> None:
            desk = Desk(tmp_path)
            await scene(desk)
            await desk.server.close()

        run_virtually(whole())

    return played


def test_who_trusts_the_folder_uses_its_key_at_once_and_is_not_asked_again(play: Any) -> None:
    async def scene(desk: Desk) -> None:
        editor = await desk.opened(YES)
        question = QUESTION.format(names=".env", folder=desk.folder)
        assert desk.questions == [question]
        assert editor.notifications[-1][1]["state"] == "ready"
        assert desk.decision is True
        await desk.server.close()
        assert await desk.state(await desk.opened(None)) == "ready"
        assert len(desk.questions) == 1

    play(scene)


@pytest.mark.parametrize("says", [NO, None, "?", "Something else"])
def test_any_other_answer_is_no_and_is_asked_for_once(play: Any, says: str | None) -> None:
    async def scene(desk: Desk) -> None:
        editor = await desk.opened(says)
        assert await desk.state(editor) == "signedOut"
        assert await desk.state(editor) == "signedOut"
        await desk.server.close()
        await desk.opened(YES)
        assert len(desk.questions) == 1
        assert desk.decision is False

    play(scene)


def test_no_answer_at_all_is_no(play: Any) -> None:
    async def scene(desk: Desk) -> None:
        editor = await desk.opened("never")
        assert await desk.state(editor) == "signedOut"
        await asyncio.sleep(1000)
        assert await desk.state(editor) == "signedOut"
        assert desk.decision is False
        assert len(desk.questions) == 1

    play(scene)


def test_changed_content_is_untrusted_and_asked_about(play: Any) -> None:
    async def scene(desk: Desk) -> None:
        editor = await desk.opened(YES)
        assert await desk.state(editor) == "ready"
        desk.env.write_text("DASHSCOPE_API_KEY=sk-another")
        editor.says = None
        assert await desk.state(editor) == "signedOut"
        assert len(desk.questions) == 2

    play(scene)


def test_nothing_is_asked_where_it_would_change_nothing(play: Any) -> None:
    async def scene(desk: Desk) -> None:
        desk.env.write_text("DATABASE_URL=postgres://localhost")
        await desk.opened(YES)
        await desk.server.close()
        desk.env.write_text("DASHSCOPE_API_KEY=sk-project")
        desk.greeting["enabled"] = False
        await desk.opened(YES)
        await desk.server.close()
        del desk.greeting["enabled"]
        Vault(vault_file()).keep(INTL, SecretStr("sk-stored"))
        assert await desk.state(await desk.opened(YES)) == "ready"
        assert desk.questions == []
        assert desk.decision is None

    play(scene)


def test_of_several_folders_none_counts(play: Any, tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        other = tmp_path / "other"
        other.mkdir()
        desk.folders.append(other)
        assert await desk.state(await desk.opened(YES)) == "signedOut"
        assert desk.questions == []

    play(scene)


@pytest.mark.parametrize("in_options", [False, True])
def test_an_editor_with_a_trust_of_its_own_is_believed(play: Any, in_options: bool) -> None:
    async def scene(desk: Desk) -> None:
        says = {"workspaceTrust": {"trusted": False}, "status": True, "userSettings": True}
        if in_options:
            del desk.capabilities["experimental"]
            desk.greeting["client"] = says
        else:
            desk.capabilities["experimental"]["qwen"] = says
        editor = await desk.opened(YES)
        assert await desk.state(editor) == "signedOut"
        editor.notify("qwen/workspaceTrust", {"trusted": True})
        await asyncio.sleep(1)
        assert editor.notifications[-1][1]["state"] == "ready"
        editor.notify("qwen/workspaceTrust", {"trusted": "maybe"})
        editor.notify("qwen/workspaceTrust", None)
        assert await desk.state(editor) == "ready"
        editor.notify("qwen/workspaceTrust", {"trusted": False})
        assert await desk.state(editor) == "signedOut"
        assert desk.questions == []

    play(scene)


def test_a_decision_that_can_not_be_kept_is_told(play: Any) -> None:
    async def scene(desk: Desk) -> None:
        trust_file().parent.parent.mkdir(parents=True, exist_ok=True)
        trust_file().parent.write_text("a file")
        editor = await desk.opened(YES)
        assert "can't be written" in editor.messages[-1][1]
        assert await desk.state(editor) == "signedOut"

    play(scene)


def test_a_job_waits_for_the_first_look(play: Any) -> None:
    """Else it would find no key where there is one, only because it came first."""

    async def scene(desk: Desk) -> None:
        Vault(vault_file()).keep(INTL, SecretStr("sk-stored"))
        desk.server = create_server(http=Http(transport=desk.service), environ=desk.environ)
        editor = AskedEditor(desk.server, desk.questions)
        editor.settings = desk.greeting
        await editor.start(desk.capabilities)
        editor.open("file:///a.py", "a = 1\n", "python")
        range_ = {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 0}}
        argument = {"action": "refactor", "uri": "file:///a.py", "range": range_}
        await editor.command("qwen.run", argument)
        await asyncio.sleep(1)
        (request,) = desk.service.requests
        assert request.headers["authorization"] == "Bearer sk-stored"

    play(scene)
