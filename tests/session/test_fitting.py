"""What is sent keeps to the window that the engine really has, before the engine cuts it."""

import asyncio
from typing import Any

import httpx

from ..support.model_editor import Json
from ..support.stage import URI, Stage
from .conftest import Play

LONG = "".join(f"value_{row} = compute({row})\n" for row in range(1000))


def window(tokens: int) -> httpx.Response:
    row = {"name": "qwen3-coder:latest", "context_length": tokens}
    return httpx.Response(200, json={"models": [row]})


def asked(
    play: Play,
    answers: list[Any],
    *,
    first: int = 500,
    last: int = 503,
    settings: Json | None = None,
) -> Stage:
    """A stage on which Refactor was run on some rows of a long file."""
    stages: list[Stage] = []

    async def scene(stage: Stage) -> None:
        stages.append(stage)
        stage.service.answers = answers
        if settings:
            stage.editor.settings = settings
        await stage.begin()
        stage.file = stage.editor.open(URI, LONG, "python")
        range_ = {"start": {"line": first, "character": 0}, "end": {"line": last, "character": 0}}
        argument = {"action": "refactor", "uri": URI, "range": range_}
        await stage.editor.command("qwen.run", argument)
        await asyncio.sleep(2)

    play(scene)
    return stages[0]


def prompt_of(stage: Stage) -> str:
    (chat,) = stage.service.chats
    return "".join(message["content"] for message in chat["messages"])


def test_a_wide_window_changes_nothing(play: Play) -> None:
    wide, unknown = asked(play, [window(32_768)]), asked(play, [])
    assert prompt_of(wide) == prompt_of(unknown)
    assert len(prompt_of(wide)) > 8_000
    assert [str(each.url.path) for each in wide.service.requests] == [
        "/api/ps",
        "/v1/chat/completions",
    ]


def test_a_narrow_window_gets_less_of_the_file_and_its_user_a_sentence(play: Play) -> None:
    stage = asked(play, [window(2_048)])
    assert 2_000 < len(prompt_of(stage)) < 2_048 * 3
    assert "value_499" in prompt_of(stage)
    (told,) = stage.editor.messages
    assert told[1] == (
        "Ollama reads 2,048 tokens at a time, so less of the file around the selection is sent "
        "than qwen.context.tokens allows; start it with OLLAMA_CONTEXT_LENGTH=8192 to raise it."
    )


def test_a_selection_that_would_be_cut_is_not_sent(play: Play) -> None:
    stage = asked(play, [window(4_096)], first=0, last=700)
    assert stage.service.chats == []
    assert stage.ended == ["failed"]
    (error,) = stage.errors
    assert error.startswith("The selection and the reply to it take about ")
    assert error.endswith(
        " tokens, and Ollama reads 4,096 at a time; select less, or start it with "
        "OLLAMA_CONTEXT_LENGTH=32768."
    )


def test_an_assumed_window_is_made_sure_of_before_anything_is_refused(play: Play) -> None:
    not_loaded = httpx.Response(200, json={"models": []})
    shown, loaded = httpx.Response(200, json={}), httpx.Response(200, json={"done": True})
    stage = asked(play, [not_loaded, shown, loaded, window(32_768)], first=0, last=700)
    assert len(stage.service.chats) == 1
    assert [str(each.url.path) for each in stage.service.requests] == [
        "/api/ps",
        "/api/show",
        "/api/generate",
        "/api/ps",
        "/v1/chat/completions",
    ]


def test_a_service_that_refuses_what_is_too_long_decides_itself(play: Play) -> None:
    props = httpx.Response(200, json={"default_generation_settings": {"n_ctx": 2_048}})
    settings = {"provider": "llamacpp", "model": "qwen3-coder"}
    stage = asked(play, [props], first=0, last=700, settings=settings)
    assert "value_699" in prompt_of(stage)
    assert "value_701" not in prompt_of(stage)
    assert stage.errors == []
