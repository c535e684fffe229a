"""Signed in or out, here or by another program, and what the status says of it."""

import asyncio
import errno
import json
import os
from pathlib import Path

import httpx
import pytest

from ..support.stage import URI, Stage
from .conftest import Play


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
        assert none["sources"] == {"provider": "the editor's settings"}

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


def test_asking_again_says_what_is_left_and_signing_out_ends_it_quietly(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        stage.editor.settings = {"provider": "qwen-oauth"}
        await stage.begin(stage.editor.settings)
        code = {"device_code": "d", "user_code": "ABCD1234", "expires_in": 600}
        page = {"verification_uri": "https://chat.qwen.ai/authorize"}
        stage.service.answers.append(httpx.Response(200, json=code | page))
        first = (await stage.editor.command("qwen.signIn"))["result"]
        await asyncio.sleep(100)
        second = (await stage.editor.command("qwen.signIn"))["result"]
        assert (first["status"], second["status"]) == ("pending", "pending")
        assert first["userCode"] == second["userCode"]
        assert 450 < second["expiresIn"] <= first["expiresIn"] - 100
        assert await _signed_out(stage) == {"status": "signedOut"}
        asked = len(stage.service.requests)
        await asyncio.sleep(100)
        assert len(stage.service.requests) == asked
        assert stage.errors == []
        assert all("\n" not in text for _, text in stage.editor.messages)

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


def test_a_renewed_token_that_cannot_be_written_is_told_once(
    play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(stage: Stage) -> None:
        stage.editor.settings = {"provider": "qwen-oauth"}
        kept = tmp_path / "oauth_creds.json"
        tokens = {"access_token": "a", "refresh_token": "r", "token_type": "Bearer"}
        kept.write_text(json.dumps(tokens | {"expiry_date": 0}))
        newer = {"access_token": "a-2", "refresh_token": "r-2", "expires_in": 21600}
        stage.service.answers.append(httpx.Response(200, json=newer))
        monkeypatch.setattr("qwen_lsp.account.storage.store._replaced", _full)
        await stage.begin(stage.editor.settings)
        await asyncio.sleep(1)
        for _ in range(2):
            await stage.run()
            await asyncio.sleep(1)
            stage.say("    a = 2", "    return a", ends=True)
            await asyncio.sleep(5)
        assert stage.ended == ["done", "done"]
        told = f"{kept} can't be written (No space left on device); put that right."
        warnings = [text for kind, text in stage.editor.messages if kind == 2]
        assert warnings == [f"{told} Until then the sign-in is kept in memory only."]

    play(scene)


def _full(*_: Path) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


async def _signed_out(stage: Stage) -> object:
    return (await stage.editor.command("qwen.signOut"))["result"]


def _states(stage: Stage) -> list[str]:
    sent = stage.editor.notifications
    return [params["state"] for method, params in sent if method == "qwen/status"]


async def _menu(stage: Stage) -> list[str]:
    whole = {"start": {"line": 1, "character": 0}, "end": {"line": 3, "character": 0}}
    asked = {"textDocument": {"uri": URI}, "range": whole, "context": {"diagnostics": []}}
    answer = await stage.editor.request("textDocument/codeAction", asked)
    return [entry["title"] for entry in answer["result"]]
