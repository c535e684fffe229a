"""What is sent keeps to the window that the engine really has, before the engine cuts it."""

import asyncio
from typing import Any

import httpx
import pytest

from qwen_lsp.model.catalog.windows import Windows

from ..support.model_editor import Json
from ..support.stage import GREETING, URI, Stage
from .conftest import Play

LONG = "".join(f"value_{row} = compute({row})\n" for row in range(1000))


def window(tokens: int) -> httpx.Response:
    row = {"name": "qwen3-coder:latest", "context_length": tokens}
    return httpx.Response(200, json={"models": [row]})


def remedy(tokens: int) -> str:
    return (
        f"start it with OLLAMA_CONTEXT_LENGTH={tokens}, or raise the num_ctx of a model that has "
        "one."
    )


def asked(
    play: Play,
    answers: list[Any],
    *,
    first: int = 500,
    last: int = 503,
    settings: Json | None = None,
    refusal: httpx.Response | None = None,
    greeting: Json = GREETING,
) -> Stage:
    """A stage on which Refactor was run on some rows of a long file."""
    stages: list[Stage] = []

    async def scene(stage: Stage) -> None:
        stages.append(stage)
        stage.service.answers = answers
        stage.service.refusals = [refusal] if refusal else []
        if settings:
            stage.editor.settings = settings
        await stage.begin(greeting)
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
        "than qwen.context.tokens allows; " + remedy(8_192)
    )


def test_settings_that_come_after_the_command_count(play: Play) -> None:
    """The editor is still being asked for them when it runs the action."""
    stage = asked(play, [], settings={"provider": "ollama", "context": {"tokens": 0}})
    assert "value_499" not in prompt_of(stage)
    assert "value_500" in prompt_of(stage)


FAIL: Json = {"provider": "ollama", "context": {"tooLong": "fail"}}


def test_who_wants_no_less_is_told_how_much_fits(play: Play) -> None:
    """Ollama would cut it without a word."""
    stage = asked(play, [window(2_048)], settings=FAIL)
    assert stage.service.chats == []
    (error,) = stage.errors
    said, _, fits = error.partition("set qwen.context.tokens to ")
    assert said.endswith(" tokens, and Ollama reads 2,048 at a time; ")
    number, _, rest = fits.partition(", or ")
    assert rest == remedy(8_192)
    settings: Json = {**FAIL, "context": {**FAIL["context"], "tokens": int(number)}}
    again = asked(play, [window(2_048)], settings=settings)
    assert again.errors == []
    assert len(again.service.chats) == 1


LLAMACPP: Json = {"provider": "llamacpp", "model": "qwen3-coder"}
PROPS = {"default_generation_settings": {"n_ctx": 2_048}}


def test_less_of_the_file_is_told_of_where_no_start_of_an_engine_helps(play: Play) -> None:
    less = asked(play, [httpx.Response(200, json=PROPS)], settings=LLAMACPP)
    assert len(prompt_of(less)) < 2_048 * 3
    (told,) = less.editor.messages
    assert told[1] == (
        "llama.cpp reads 2,048 tokens at a time, so less of the file around the selection is sent "
        "than qwen.context.tokens allows; set qwen.context.tooLong to fail where you don't want "
        "that."
    )


def test_who_wants_no_less_leaves_it_to_a_service_that_says_so(play: Play) -> None:
    settings = {**FAIL, **LLAMACPP}
    whole = asked(play, [httpx.Response(200, json=PROPS)], settings=settings)
    assert len(prompt_of(whole)) > 2_048 * 3
    assert whole.editor.messages == []


def test_what_is_still_too_long_gets_even_less(play: Play) -> None:
    """What is known of the window counts tokens in another way than the service does."""
    error = {"type": "exceed_context_size_error", "n_prompt_tokens": 2_100, "n_ctx": 2_048}
    too_long = httpx.Response(400, json={"error": {"code": 400, "message": "m", **error}})
    stage = asked(play, [window(2_048)], refusal=too_long)
    first, second = stage.service.chats
    sizes = [len(str(chat["messages"])) for chat in (first, second)]
    assert sizes[1] < sizes[0] < 2_048 * 3


def test_ollama_on_another_machine_is_known_and_kept_to(play: Play) -> None:
    listed = httpx.Response(200, json={"data": [{"id": "m", "owned_by": "library"}]})
    opened = httpx.Response(200, json={"models": [{"name": "m:latest", "context_length": 4_096}]})
    settings = {"provider": "custom", "baseUrl": "https://gpu.example", "model": "m"}
    stage = asked(play, [listed, opened], settings=settings, greeting=settings)
    assert [str(each.url) for each in stage.service.requests] == [
        "https://gpu.example/v1/models",
        "https://gpu.example/api/ps",
        "https://gpu.example/v1/chat/completions",
    ]
    assert len(prompt_of(stage)) < 4_096 * 3
    (told,) = stage.editor.messages
    assert "reads 4,096 tokens at a time" in told[1]


@pytest.mark.parametrize(
    ("numbers", "offer"),
    [
        ({"n_prompt_tokens": 2_100, "n_ctx": 2_048}, "It fits with qwen.context.tokens at "),
        ({"n_prompt_tokens": 9_000, "n_ctx": 2_048}, "of which 2,048 fit; select less."),
        ({}, "select less. Or set qwen.context.tokens lower."),
    ],
)
def test_what_is_offered_where_no_less_is_sent(
    play: Play, numbers: dict[str, int], offer: str
) -> None:
    """A number only where the selection alone has room."""
    error = {"code": 400, "message": "m", "type": "exceed_context_size_error", **numbers}
    settings = {**FAIL, **LLAMACPP}
    too_long = httpx.Response(400, json={"error": error})
    stage = asked(play, [], settings=settings, refusal=too_long)
    (said,) = stage.errors
    _, found, rest = said.partition(offer)
    assert found
    assert not rest or (100 < int(rest.removesuffix(".")) < 4_000)
    assert len(stage.service.chats) == 1


def test_a_selection_that_would_be_cut_is_not_sent(play: Play) -> None:
    stage = asked(play, [window(4_096)], first=0, last=700)
    assert stage.service.chats == []
    assert stage.ended == ["failed"]
    (error,) = stage.errors
    assert error.startswith("The selection and the reply to it take about ")
    assert error.endswith(
        " tokens, and Ollama reads 4,096 at a time; select less, or " + remedy(32_768)
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


def test_a_limit_of_the_reply_that_is_wider_than_the_window_is_no_obstacle(play: Play) -> None:
    settings: Json = {"provider": "ollama", "maxTokens": 8_192}
    stage = asked(play, [window(4_096)], settings=settings)
    assert stage.errors == []
    (chat,) = stage.service.chats
    assert chat["max_tokens"] == 8_192
    assert "value_499" in prompt_of(stage)


def test_the_wait_for_a_model_that_loads_is_said(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def loading(*_: object) -> None:
        await asyncio.sleep(100)

    monkeypatch.setattr(Windows, "opened", loading)
    unknown = [httpx.Response(200, json={"models": []}), httpx.Response(200, json={})]
    stage = asked(play, unknown, first=0, last=700)
    assert stage.service.chats == []
    assert "waiting for Ollama, which may have to load the model" in str(stage.editor.notifications)


def test_a_service_that_refuses_what_is_too_long_decides_itself(play: Play) -> None:
    props = httpx.Response(200, json={"default_generation_settings": {"n_ctx": 2_048}})
    settings = {"provider": "llamacpp", "model": "qwen3-coder"}
    stage = asked(play, [props], first=0, last=700, settings=settings)
    assert "value_699" in prompt_of(stage)
    assert "value_701" not in prompt_of(stage)
    assert stage.errors == []
