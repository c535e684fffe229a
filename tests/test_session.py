"""A whole session in memory: what must hold whatever the order in which things come."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from qwen_lsp.lsp.pages import SILENT
from qwen_lsp.lsp.session import NO_SETTINGS
from qwen_lsp.text.document import Position, Span

from .support.stage import TEXT, URI, Stage
from .support.virtual_time import run_virtually

Play = Callable[[Callable[[Stage], Awaitable[Any]]], None]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """Plays a scene to its end on a clock that jumps."""

    def played(scene: Callable[[Stage], Awaitable[Any]]) -> None:
        async def whole() -> None:
            stage = Stage(tmp_path)
            await scene(stage)
            await stage.server.close()

        run_virtually(whole())

    return played


def test_a_job_that_is_stopped_in_the_same_breath_ends_as_stopped(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin()
        await asyncio.sleep(1)
        first, stopping = stage.run(), stage.stop()
        assert (await first)["result"] == {"job": "1"}
        assert (await stopping)["result"] == {"stopped": 1}
        await asyncio.sleep(1)
        assert stage.ended == ["stopped"]
        assert (await stage.run())["result"] == {"job": "2"}

    play(scene)


@pytest.mark.parametrize("action", ["refactor", "explain"])
def test_nothing_is_sent_before_it_is_known_to_be_switched_on(play: Play, action: str) -> None:
    async def scene(stage: Stage) -> None:
        stage.editor.settings = {"enabled": False}
        await stage.begin()
        await stage.run(action)
        await asyncio.sleep(1)
        assert stage.service.requests == []
        assert stage.ended == ["failed"]
        assert "qwen.enabled" in stage.errors[0]

    play(scene)


def test_a_job_goes_by_the_settings_that_come_after_it(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        stage.editor.settings = {"temperature": 0.5, "maxTokens": 7, "onStop": "keep"}
        await stage.begin()
        await stage.run()
        await asyncio.sleep(1)
        (body,) = stage.service.chats
        assert (body["temperature"], body["max_tokens"]) == (0.5, 7)
        stage.say("```python", "    a = 2")
        await asyncio.sleep(1)
        await stage.stop()
        await asyncio.sleep(1)
        assert "    a = 2\n    a = 1\n" in stage.file.document.text

    play(scene)


def test_a_document_that_is_opened_a_second_time_is_another_one(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin()
        await stage.run()
        await asyncio.sleep(1)
        stage.say("```python", "    a = 2")
        await asyncio.sleep(1)
        file = stage.editor.open(URI, "first = 1\n" + TEXT, "python")
        stage.editor.type(file, Span(Position(0, 0), Position(0, 0)), "x")
        stage.say("    return a", "```", ends=True)
        await asyncio.sleep(1)
        assert file.document.text == "xfirst = 1\n" + TEXT
        assert stage.ended == ["stopped"]
        stage.file = file
        assert "result" in await stage.run()

    play(scene)


def test_nothing_is_written_once_the_server_is_told_to_shut_down(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin()
        await stage.run()
        await asyncio.sleep(1)
        stage.say("```python", "    a = 2")
        await asyncio.sleep(1)
        before = stage.file.document.text
        assert "a = 2" in before
        await stage.editor.request("shutdown", None)
        assert stage.ended == ["stopped"]
        stage.say("    return a", "```", ends=True)
        await asyncio.sleep(1)
        assert stage.file.document.text == before

    play(scene)


def test_an_explanation_that_has_no_room_on_the_disk_is_said(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    async def scene(stage: Stage) -> None:
        monkeypatch.setattr("tempfile.TemporaryDirectory", full)
        await stage.begin()
        await stage.run("explain")
        await asyncio.sleep(1)
        stage.say("Adds up.", ends=True)
        await asyncio.sleep(1)
        await stage.editor.command("qwen.openExplanation")
        await asyncio.sleep(1)
        assert "No space left on device" in stage.errors[0]
        assert "hover" in stage.errors[0]

    play(scene)


def test_the_status_says_where_values_come_from_if_there_are_any(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin()
        found = (await stage.editor.command("qwen.showStatus"))["result"]
        assert found["sources"] == {"provider": "qwen.provider", "model": "the provider's default"}
        stage.editor.settings = {"provider": "auto"}
        stage.editor.notify("workspace/didChangeConfiguration", {"settings": None})
        await asyncio.sleep(1)
        none = (await stage.editor.command("qwen.showStatus"))["result"]
        assert none["state"] == "signedOut"
        assert "sources" not in none

    play(scene)


def test_signing_out_is_answered_in_time_while_another_program_holds_the_file(
    play: Play, tmp_path: Path
) -> None:
    async def scene(stage: Stage) -> None:
        kept = tmp_path / "oauth_creds.json"
        kept.write_text("{}")
        kept.with_suffix(".lock").write_text("another's")
        await stage.begin()
        begun = asyncio.get_running_loop().time()
        answer = await stage.editor.command("qwen.signOut", {"provider": "qwen-oauth"})
        assert asyncio.get_running_loop().time() - begun < 8
        assert "Another program is using the sign-in" in answer["error"]["message"]
        assert kept.exists()

    play(scene)


@pytest.mark.parametrize("lands", [False, True])
def test_an_editor_that_goes_silent_ends_the_job(play: Play, lands: bool) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin()
        await stage.run()
        await asyncio.sleep(1)
        if lands:
            stage.say("```python", "    a = 2")
            await asyncio.sleep(1)
        stage.editor.is_silent = True
        stage.say(*["```python"][lands:], "    a = 3", "```", ends=True)
        await asyncio.sleep(20)
        assert stage.ended == ["failed"]
        assert stage.errors == [SILENT]
        stage.editor.is_silent = False
        assert (await stage.run())["result"] == {"job": "2"}

    play(scene)


def test_the_reason_of_an_editor_that_refuses_is_said_in_short(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin()
        stage.editor.refusal = "  read-only. " + 1000 * "x"
        await stage.run()
        await asyncio.sleep(1)
        stage.say("```python", "    a = 2", "```", ends=True)
        await asyncio.sleep(20)
        (error,) = stage.errors
        assert error.startswith("The editor refuses the edits (read-only. xxx")
        assert error.endswith("then run the action again.")
        assert len(error) < 320

    play(scene)


def test_a_job_for_want_of_a_sign_in_leaves_no_trouble_behind(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        stage.editor.settings = {"provider": "qwen-oauth"}
        await stage.begin(stage.editor.settings)
        await asyncio.sleep(1)
        await stage.run()
        await asyncio.sleep(1)
        assert stage.ended == ["failed"]
        assert _states(stage)[-1] == "signedOut"

    play(scene)


def test_a_sign_in_by_another_program_is_noticed(play: Play, tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        stage.editor.settings = {"provider": "qwen-oauth"}
        await stage.begin(stage.editor.settings)
        await asyncio.sleep(1)
        assert await _menu(stage) == ["Qwen: Set up a model…"]
        await asyncio.sleep(1)
        tokens = {"access_token": "a", "refresh_token": "r", "token_type": "Bearer"}
        (tmp_path / "oauth_creds.json").write_text(json.dumps(tokens | {"expiry_date": 10**14}))
        await _menu(stage)
        await asyncio.sleep(1)
        assert _states(stage)[-1] == "ready"
        assert "Qwen: Refactor" in await _menu(stage)

    play(scene)


def _states(stage: Stage) -> list[str]:
    sent = stage.editor.notifications
    return [params["state"] for method, params in sent if method == "qwen/status"]


async def _menu(stage: Stage) -> list[str]:
    whole = {"start": {"line": 1, "character": 0}, "end": {"line": 3, "character": 0}}
    asked = {"textDocument": {"uri": URI}, "range": whole, "context": {"diagnostics": []}}
    answer = await stage.editor.request("textDocument/codeAction", asked)
    return [entry["title"] for entry in answer["result"]]


def test_an_editor_that_does_not_send_its_settings_gets_nothing_sent(play: Play) -> None:
    """They may forbid what the defaults allow."""

    async def scene(stage: Stage) -> None:
        stage.editor.waits = 1000.0
        await stage.begin()
        await stage.run()
        await asyncio.sleep(30)
        assert stage.ended == ["failed"]
        assert stage.errors == [NO_SETTINGS]
        assert stage.service.requests == []

    play(scene)


def test_closing_a_file_stops_what_is_being_explained_in_it(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin()
        await asyncio.sleep(1)
        await stage.run("explain")
        await asyncio.sleep(1)
        stage.editor.close(stage.file)
        await asyncio.sleep(1)
        assert stage.ended == ["stopped"]

    play(scene)
