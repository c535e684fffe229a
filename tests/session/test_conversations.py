"""Conversations go on from memory, which is bounded and gone with the file; stops end waiting."""

import asyncio

import httpx
import pytest

from qwen_lsp.generation import conversations

from ..support.model_editor import Json
from ..support.stage import TEXT, URI, Stage
from .conftest import Play

GREETING: Json = {"provider": "ollama", "explain": "message"}


async def explained(stage: Stage) -> Json:
    """An explanation comes to its end; the answer that began it."""
    answer = await stage.run("explain")
    await asyncio.sleep(1)
    stage.say("Adds up.", ends=True)
    await asyncio.sleep(1)
    return answer


async def asked(stage: Stage, **argument: str) -> str:
    """What is wrong with asking; '' where nothing is."""
    answer = await stage.editor.command("qwen.ask", {"question": "Why?", **argument})
    error: str = answer.get("error", {}).get("message", "")
    return error


def test_what_was_said_is_forgotten_with_the_file(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin(GREETING)
        await explained(stage)
        stage.editor.close(stage.file)
        stage.file = stage.editor.open(URI, TEXT, "python")
        await asyncio.sleep(1)
        assert "run Qwen: Explain first" in await asked(stage)
        assert len(stage.service.chats) == 1

    play(scene)


def test_only_the_newest_jobs_are_remembered(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversations, "REMEMBERED", 2)

    async def scene(stage: Stage) -> None:
        await stage.begin(GREETING)
        first, second = [(await explained(stage))["result"]["job"] for _ in range(3)][:2]
        assert "no longer remembered" in await asked(stage, job=first)
        assert await asked(stage, job=second) == ""

    play(scene)


def test_a_question_has_words(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin(GREETING)
        await explained(stage)
        assert "“question” is wrong" in await asked(stage, question=" ")

    play(scene)


def test_an_answer_that_fails_leaves_the_conversation_as_it_was(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin(GREETING)
        await explained(stage)
        stage.service.is_down = True
        assert await asked(stage) == ""
        await asyncio.sleep(1)
        assert "Nothing answers" in stage.errors[0]
        stage.service.is_down = False
        assert await asked(stage, question="How?") == ""
        await asyncio.sleep(1)
        said = [message["content"] for message in stage.service.chats[-1]["messages"]]
        assert said[-2:] == ["Adds up.\n", "How?"]

    play(scene)


def progress(stage: Stage) -> list[str]:
    """What progress has said so far."""
    values = [params["value"] for m, params in stage.editor.notifications if m == "$/progress"]
    return [value["message"] for value in values if value.get("message")]


def test_a_stop_ends_the_waiting_for_another_try_at_once(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin()
        stage.service.refusals.append(httpx.Response(429, headers={"retry-after": "60"}, json={}))
        await stage.run()
        await asyncio.sleep(3)
        assert progress(stage)[-1].startswith("too many requests; retrying in ")
        await stage.stop()
        await asyncio.sleep(0.1)
        assert stage.ended == ["stopped"]
        assert len(stage.service.chats) == 1

    play(scene)


def test_a_stop_ends_the_waiting_before_a_reply_goes_on(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin()
        await stage.run()
        await asyncio.sleep(1)
        stage.say("```python", "    b = 1")
        stage.service.streams[-1].pieces.put_nowait(
            b'data: {"error": {"code": "InternalError", "message": "oops"}}\n\n'
        )
        await asyncio.sleep(0.5)
        assert progress(stage)[-1].startswith("going on with the reply in ")
        await stage.stop()
        await asyncio.sleep(1)
        assert stage.ended == ["stopped"]
        assert stage.file.document.text == TEXT
        assert len(stage.service.chats) == 1
        assert all(stream.is_closed for stream in stage.service.streams)

    play(scene)


def test_a_stream_that_falls_silent_counts_as_cut_when_its_user_says(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await stage.begin({"provider": "ollama", "model": "llama3", "timeouts": {"idle": 5}})
        await stage.run()
        await asyncio.sleep(1)
        stage.say("```python", "    b = 1")
        await asyncio.sleep(4.5)
        assert stage.ended == []
        await asyncio.sleep(2)
        assert stage.ended == ["failed"]
        assert "sent nothing for 5 seconds" in stage.errors[0]

    play(scene)
