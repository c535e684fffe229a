"""Which service answers: asked for, changed by other programs, tightened by folders, counted."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from qwen_lsp.account.choice import Choices, LastChoice, choice_file
from qwen_lsp.account.keys.vault import Vault, vault_file
from qwen_lsp.lsp.rpc.endpoint import Server
from qwen_lsp.lsp.server import create_server
from qwen_lsp.model.transport.http import Http
from qwen_lsp.text.document import Position, Span

from ..support.client import CAPABILITIES
from ..support.model_editor import Json, ModelEditor
from ..support.service import Service
from ..support.virtual_time import run_virtually

TEXT = "def total():\n    a = 1\n    b = 2\n"
TOKEN = {"access_token": "a", "refresh_token": "r", "token_type": "Bearer", "expiry_date": 10**14}
KEYS = {"OPENROUTER_API_KEY": "sk-or-1", "FIREWORKS_API_KEY": "fw-1"}


class Folders(ModelEditor):
    """An editor with settings of each folder, whose user takes a while to answer."""

    def __init__(self, server: Server) -> None:
        super().__init__(server, "vscode")
        self.of_folders: dict[str, Any] = {}
        self.questions: list[Json] = []
        self.answer: str | None = None
        self.thinks = 0.0

    def _asked(self, message: Json) -> None:
        loop = asyncio.get_running_loop()
        match message["method"]:
            case "workspace/configuration":
                scopes = [item.get("scopeUri") for item in message["params"]["items"]]
                sent = [
                    self.of_folders.get(s, self.settings) if s else self.settings for s in scopes
                ]
                self._answer(message["id"], sent)
            case "window/showMessageRequest":
                self.questions.append(message["params"])
                title = {"title": self.answer} if self.answer else None
                loop.call_later(self.thinks, self._answer, message["id"], title)
            case _:
                super()._asked(message)

    @property
    def statuses(self) -> list[Json]:
        return [params for method, params in self.notifications if method == "qwen/status"]


class Room:
    """A server and an editor with some folders open."""

    def __init__(self, root: Path, *folders: str) -> None:
        self.root = root.resolve()
        self.folders = [self.root / name for name in folders]
        for folder in self.folders:
            folder.mkdir()
        self.environ = {"HOME": str(root), "QWEN_HOME": str(root / "qwen")}
        self.service = Service()
        self.command_line: dict[str, str] = {}
        self.capabilities: Json = json.loads(json.dumps(CAPABILITIES))

    async def opened(self, settings: Json, **keys: str) -> Folders:
        self.server = create_server(
            http=Http(transport=self.service),
            environ=self.environ | keys,
            command_line=self.command_line,
        )
        self.editor = Folders(self.server)
        self.editor.settings = settings
        return self.editor

    async def begin(self) -> None:
        folders = [{"uri": each.as_uri(), "name": each.name} for each in self.folders]
        await self.editor.start(self.capabilities, workspaceFolders=folders)
        await asyncio.sleep(1)

    async def run(self, folder: Path) -> Json:
        uri = (folder / "example.py").as_uri()
        file = self.editor.files.get(uri) or self.editor.open(uri, TEXT, "python")
        range_ = self.editor.range_of(file, Span(Position(1, 0), Position(3, 0)))
        argument = {"action": "explain", "uri": uri, "range": range_}
        answer = await self.editor.command("qwen.run", argument)
        await asyncio.sleep(1)
        return answer

    async def menu(self, folder: Path) -> list[str]:
        uri = (folder / "example.py").as_uri()
        file = self.editor.files.get(uri) or self.editor.open(uri, TEXT, "python")
        range_ = self.editor.range_of(file, Span(Position(1, 0), Position(3, 0)))
        params = {"textDocument": {"uri": uri}, "range": range_, "context": {"diagnostics": []}}
        answer = await self.editor.request("textDocument/codeAction", params)
        return [action["title"] for action in answer["result"]]

    @property
    def hosts(self) -> list[str]:
        """Where each prompt went."""
        requests = self.service.requests
        return [each.url.host for each in requests if each.url.path.endswith("/chat/completions")]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path


def play(scene: Any, room: Room) -> None:
    async def whole() -> None:
        await scene(room)
        await room.server.close()

    run_virtually(whole())


def test_what_other_programs_do_is_told_within_a_second(root: Path) -> None:
    async def scene(room: Room) -> None:
        editor = await room.opened({})
        await room.begin()
        (folder,) = room.folders
        kept = root / "qwen" / "oauth_creds.json"
        kept.parent.mkdir()
        choices, vault = Choices(choice_file()), Vault(vault_file())
        assert await room.menu(folder) == ["Qwen: Set up a model…"]
        for act, state, provider in (
            (lambda: choices.choose(LastChoice("ollama", "m"), [folder]), "ready", "ollama"),
            (lambda: choices.choose(LastChoice("openrouter"), [folder]), "signedOut", "openrouter"),
            (
                lambda: vault.keep("https://openrouter.ai", SecretStr("sk-or-1")),
                "ready",
                "openrouter",
            ),
            (lambda: vault.forget("https://openrouter.ai"), "signedOut", "openrouter"),
            (lambda: choices.choose(LastChoice("qwen-oauth"), None), "signedOut", "openrouter"),
            (lambda: choices.choose(None, [folder]), "signedOut", "qwen-oauth"),
            (lambda: kept.write_text(json.dumps(TOKEN)), "ready", "qwen-oauth"),
            (kept.unlink, "signedOut", "qwen-oauth"),
        ):
            await asyncio.to_thread(act)
            await asyncio.sleep(1)
            told = editor.statuses[-1]
            assert (told["state"], told["provider"]) == (state, provider)
            is_ready = await room.menu(folder) != ["Qwen: Set up a model…"]
            assert is_ready == (state == "ready")
        assert editor.messages == []

    play(scene, Room(root, "project"))


def test_one_folder_can_be_switched_off(root: Path) -> None:
    async def scene(room: Room) -> None:
        on, off = room.folders
        editor = await room.opened({"provider": "ollama"})
        editor.of_folders = {off.as_uri(): {"provider": "ollama", "enabled": False}}
        await room.begin()
        assert await room.menu(off) == []
        assert len(await room.menu(on)) > 1
        answer = await room.run(off)
        assert "qwen.enabled" in answer["error"]["message"]
        assert room.service.requests == []
        assert "job" in (await room.run(on))["result"]
        assert room.hosts == ["127.0.0.1"]

    play(scene, Room(root, "on", "off"))


def test_no_folder_switches_on_what_is_switched_off(root: Path) -> None:
    async def scene(room: Room) -> None:
        first, second = room.folders
        editor = await room.opened({"provider": "ollama", "enabled": False})
        editor.of_folders = {first.as_uri(): {"provider": "ollama", "enabled": True}}
        await room.begin()
        assert await room.menu(first) == await room.menu(second) == []

    play(scene, Room(root, "first", "second"))


def test_a_folder_takes_from_what_is_allowed_and_adds_nothing(root: Path) -> None:
    async def scene(room: Room) -> None:
        free, company = room.folders
        editor = await room.opened(
            {"provider": "ollama", "providers": {"allowed": ["ollama", "vllm"]}}
        )
        editor.of_folders = {
            company.as_uri(): {"providers": {"allowed": ["openrouter", "vllm"]}},
            free.as_uri(): {"providers": {"allowed": ["openrouter", "ollama"]}},
        }
        await room.begin()
        await room.run(company)
        assert room.service.requests == []
        assert "choose one of vllm with" in editor.messages[-1][1]
        await room.run(free)
        assert room.hosts == ["127.0.0.1"]

    play(scene, Room(root, "free", "company"))


def test_a_folder_of_a_wrong_list_sends_nothing(root: Path) -> None:
    async def scene(room: Room) -> None:
        right, wrong = room.folders
        editor = await room.opened({"provider": "ollama"})
        editor.of_folders = {wrong.as_uri(): {"providers": {"allowed": "ollama"}}}
        await room.begin()
        await room.run(wrong)
        assert room.service.requests == []
        assert "qwen.providers.allowed should be" in editor.messages[-1][1]
        await room.run(right)
        assert len(room.service.chats) == 1

    play(scene, Room(root, "right", "wrong"))


def test_jobs_that_wait_for_an_answer_share_the_question(root: Path) -> None:
    async def scene(room: Room) -> None:
        editor = await room.opened({}, **KEYS)
        editor.answer, editor.thinks = "OpenRouter", 30.0
        await room.begin()
        (folder,) = room.folders
        Choices(choice_file()).choose(LastChoice("fireworks", "m"), [root / "elsewhere"])
        for _ in range(3):
            assert "job" in (await room.run(folder))["result"]
        assert room.service.requests == []
        await asyncio.sleep(40)
        assert len(editor.questions) == 1
        titles = [action["title"] for action in editor.questions[0]["actions"]]
        assert titles == ["OpenRouter", "Fireworks"]
        found = Choices(choice_file()).of([folder])
        assert found
        assert found.provider == "openrouter"
        assert [text for kind, text in editor.messages if kind == 1] == [
            "No model is chosen for openrouter.ai; set qwen.model to its name."
        ] * 3

    play(scene, Room(root, "project"))


def test_a_job_that_is_stopped_while_its_user_thinks_takes_no_other_along(root: Path) -> None:
    async def scene(room: Room) -> None:
        editor = await room.opened({"model": "m"}, **KEYS)
        editor.answer, editor.thinks = "Fireworks", 30.0
        await room.begin()
        (folder,) = room.folders
        first = (await room.run(folder))["result"]["job"]
        await room.run(folder)
        await editor.command("qwen.stop", {"job": first})
        await asyncio.sleep(40)
        assert room.hosts == ["api.fireworks.ai"]

    play(scene, Room(root, "project"))


def test_who_does_not_answer_gets_the_sentence_and_is_asked_again(root: Path) -> None:
    async def scene(room: Room) -> None:
        editor = await room.opened({"model": "m"}, **KEYS)
        await room.begin()
        (folder,) = room.folders
        await room.run(folder)
        assert editor.messages[-1][1].startswith("Several services could answer: openrouter, ")
        editor.answer = "OpenRouter"
        await room.run(folder)
        assert room.hosts == ["openrouter.ai"]

    play(scene, Room(root, "project"))


def test_a_choice_that_cannot_be_kept_is_said_and_nothing_is_sent(root: Path) -> None:
    async def scene(room: Room) -> None:
        editor = await room.opened({"model": "m"}, **KEYS)
        editor.answer = "OpenRouter"
        await room.begin()
        choice_file().parent.parent.mkdir(parents=True, exist_ok=True)
        choice_file().parent.write_text("no folder")
        (folder,) = room.folders
        await room.run(folder)
        assert "can't be written" in editor.messages[-1][1]
        answer = await editor.command("qwen.selectProvider", {"provider": "ollama"})
        assert "can't be written" in answer["error"]["message"]
        assert room.service.requests == []

    play(scene, Room(root, "project"))


def test_folders_with_different_choices_need_one(root: Path) -> None:
    async def scene(room: Room) -> None:
        work, private = room.folders
        Choices(choice_file()).choose(LastChoice("custom", "m", "https://m.example/v1"), [work])
        Choices(choice_file()).choose(LastChoice("openrouter", "m"), [private])
        editor = await room.opened({}, **KEYS)
        await room.begin()
        await room.run(work)
        assert "were given different services" in editor.messages[-1][1]
        assert room.service.requests == []
        await editor.command("qwen.selectProvider", {"provider": "ollama"})
        await room.run(work)
        assert room.hosts == ["127.0.0.1"]

    play(scene, Room(root, "work", "private"))


def test_an_address_that_was_chosen_stays_with_its_service(root: Path) -> None:
    async def scene(room: Room) -> None:
        (folder,) = room.folders
        Choices(choice_file()).choose(LastChoice("custom", "m", "https://m.example/v1"), [folder])
        editor = await room.opened({})
        await room.begin()
        await room.run(folder)
        await editor.command("qwen.selectModel", {"model": "other"})
        await room.run(folder)
        assert room.hosts == ["m.example"] * 2
        assert [chat["model"] for chat in room.service.chats] == ["m", "other"]
        assert all("authorization" not in each.headers for each in room.service.requests)

    play(scene, Room(root, "project"))


def test_a_folder_redirects_nobody_who_has_chosen(root: Path) -> None:
    """What comes by `workspace/configuration` may be a file of the folder's."""

    async def scene(room: Room) -> None:
        (folder,) = room.folders
        del room.capabilities["experimental"]["qwen"]["userSettings"]
        editor = await room.opened({"provider": "openrouter", "model": "m"}, **KEYS)
        await room.begin()
        await room.run(folder)
        await editor.command("qwen.selectProvider", {"provider": "fireworks"})
        await room.run(folder)
        assert room.hosts == ["openrouter.ai", "api.fireworks.ai"]

    play(scene, Room(root, "project"))


def test_the_command_line_goes_before_all_settings(root: Path) -> None:
    async def scene(room: Room) -> None:
        (folder,) = room.folders
        room.command_line = {"provider": "ollama", "model": "given"}
        settings = {"provider": "openrouter", "model": "set", "onStop": "keep"}
        await room.opened(settings)
        await room.begin()
        found = (await room.editor.command("qwen.showStatus"))["result"]
        assert (found["provider"], found["model"]) == ("ollama", "given")
        assert found["sources"] == {
            "provider": "--provider",
            "model": "--model",
            "onStop": "the editor's settings",
        }
        answer = await room.editor.command("qwen.selectProvider", {"provider": "lmstudio"})
        assert answer["result"]["overriddenBy"] == "--provider"
        await room.run(folder)
        assert room.hosts == ["127.0.0.1"]
        assert room.service.chats[0]["model"] == "given"

    play(scene, Room(root, "project"))


def test_requests_are_counted_against_the_limits_of_the_service(root: Path) -> None:
    async def scene(room: Room) -> None:
        editor = await room.opened({"provider": "qwen-oauth"})
        (root / "qwen").mkdir()
        (root / "qwen" / "oauth_creds.json").write_text(json.dumps(TOKEN))
        await room.begin()
        quota = {"minute": 0, "perMinute": 60, "day": 0}
        assert editor.statuses[-1]["quota"] == quota
        (folder,) = room.folders
        for _ in range(2):
            room.service.refusals.append(httpx.Response(400, json={"error": {"message": "no"}}))
            await room.run(folder)
        assert editor.statuses[-1]["quota"] == quota | {"minute": 2, "day": 2}
        await asyncio.sleep(60)
        found = (await editor.command("qwen.showStatus"))["result"]
        assert found["quota"] == quota | {"day": 2}

    play(scene, Room(root, "project"))


def test_the_status_names_the_place_of_each_value(root: Path) -> None:
    async def scene(room: Room) -> None:
        (folder,) = room.folders
        Choices(choice_file()).choose(LastChoice("openrouter", "m"), [folder])
        editor = await room.opened({"onStop": "keep", "thinking": None}, **KEYS)
        await room.begin()
        found = (await editor.command("qwen.showStatus"))["result"]
        assert found["sources"] == {
            "provider": f"what was chosen for {folder}",
            "model": f"what was chosen for {folder}",
            "key": "OPENROUTER_API_KEY",
            "onStop": "the editor's settings",
        }
        assert "sk-or-1" not in json.dumps(found)

    play(scene, Room(root, "project"))


@pytest.mark.parametrize("after", [0.0, 0.2, 1.0])
def test_a_server_that_ends_watches_nothing_more(root: Path, after: float) -> None:
    async def whole() -> None:
        room = Room(root, "project")
        await room.opened({})
        begun = asyncio.create_task(room.begin())
        await asyncio.sleep(after)
        await room.server.close()
        begun.cancel()
        await asyncio.wait({begun})
        await asyncio.sleep(5)
        names = {getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks()}
        assert "Watch._watch" not in names

    run_virtually(whole())
