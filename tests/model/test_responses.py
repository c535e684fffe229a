"""The Responses API: what is sent to it, what its events mean, and what happens without it."""

import json
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest

from qwen_lsp.errors import ModelError, QwenError, ReplyCut, ServiceRefused
from qwen_lsp.model.catalog.providers import providers
from qwen_lsp.model.chat import Kept, Message, Piece, Request, Text, Thought, Usage, Waiting
from qwen_lsp.model.qwen import Qwen
from qwen_lsp.model.responses import chunk_of, responses_body
from qwen_lsp.model.transport.http import Http
from tests.model.engine import NoKey
from tests.model.wire import Call, Wire, wire

REQUEST = Request(
    (Message("system", "Be good."), Message("user", "Hi")), "qwen3.7-plus", may_be_kept=True
)
FOLLOWING = replace(
    REQUEST,
    messages=(*REQUEST.messages, Message("assistant", "Hello"), Message("user", "More")),
    kept=Kept("resp_1", 3),
)


async def reply_of(http: Http, seen: Wire, request: Request = REQUEST) -> list[Piece]:
    if request.kept and not request.kept.home:
        request = replace(request, kept=replace(request.kept, home=seen.base_url))
    model = Qwen(providers()["llamacpp"], NoKey(seen.base_url), http, "0")
    async with aclosing(model.stream(request)) as stream:
        return [piece async for piece in stream if not isinstance(piece, Waiting)]


async def send(call: Call, *events: dict[str, Any]) -> None:
    for event in events:
        await call.send(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n")


def delta(text: str) -> dict[str, Any]:
    return {"type": "response.output_text.delta", "delta": text}


CREATED = {"type": "response.created", "response": {"id": "resp_1", "status": "in_progress"}}
COMPLETED = {
    "type": "response.completed",
    "response": {"id": "resp_1", "usage": {"input_tokens": 7, "output_tokens": 2}},
}


class Door:
    """Answers by the Responses API, or refuses; Chat Completions are always answered."""

    def __init__(self, *refusals: tuple[int, object]) -> None:
        self.refusals = list(refusals)

    async def __call__(self, call: Call) -> None:
        if "/chat/completions" in call.head:
            await call.begin()
            await call.say("by chat", finish="stop")
            await call.end()
        elif self.refusals:
            status, body = self.refusals.pop(0)
            await call.begin(status, "application/json")
            await call.send(json.dumps(body))
            await call.send_raw(b"0\r\n\r\n")
        else:
            await call.begin()
            await send(call, CREATED, delta("Hel"), delta("lo"), COMPLETED)
            await call.send_raw(b"0\r\n\r\n")


def paths(seen: Wire) -> list[str]:
    return [call.head.split()[1] for call in seen.calls]


async def test_a_reply_that_is_kept(http: Http) -> None:
    async with wire(Door()) as seen:
        pieces = await reply_of(http, seen)
    usage = Usage(prompt_tokens=7, completion_tokens=2)
    assert pieces == [Text("Hel"), Text("lo"), usage, Kept("resp_1", 3, seen.base_url)]
    assert paths(seen) == ["/v1/responses"]
    assert "messages" not in seen.calls[0].json
    assert seen.calls[0].json["input"] == [
        {"type": "message", "role": "system", "content": "Be good."},
        {"type": "message", "role": "user", "content": "Hi"},
    ]


async def test_only_what_is_new_is_sent_of_what_is_kept(http: Http) -> None:
    async with wire(Door()) as seen:
        pieces = await reply_of(http, seen, FOLLOWING)
    assert pieces[-1] == Kept("resp_1", 5, seen.base_url)
    (call,) = seen.calls
    assert call.json["previous_response_id"] == "resp_1"
    assert call.json["input"] == [{"type": "message", "role": "user", "content": "More"}]


FORGOTTEN = (404, {"error": {"code": "previous_response_not_found", "message": "not found"}})
EXPIRED = (400, {"code": "InvalidParameter", "message": "previous_response_id is expired"})


@pytest.mark.parametrize("refusal", [FORGOTTEN, EXPIRED])
async def test_what_the_service_has_forgotten_is_told_anew(
    http: Http, refusal: tuple[int, object]
) -> None:
    async with wire(Door(refusal)) as seen:
        pieces = await reply_of(http, seen, FOLLOWING)
    assert pieces[-1] == Kept("resp_1", 5, seen.base_url)
    assert paths(seen) == ["/v1/responses"] * 2
    again = seen.calls[1].json
    assert "previous_response_id" not in again
    assert [item["content"] for item in again["input"]] == ["Be good.", "Hi", "Hello", "More"]


async def test_another_service_is_not_told_what_one_has_kept(http: Http) -> None:
    elsewhere = replace(FOLLOWING, kept=Kept("resp_1", 3, "https://other.example/v1"))
    async with wire(Door()) as seen:
        pieces = await reply_of(http, seen, elsewhere)
    (call,) = seen.calls
    assert "previous_response_id" not in call.json
    assert [item["content"] for item in call.json["input"]] == ["Be good.", "Hi", "Hello", "More"]
    assert pieces[-1] == Kept("resp_1", 5, seen.base_url)


async def test_who_answers_without_what_was_said_before_is_told_anew(http: Http) -> None:
    """As one that has the API and keeps nothing: it would answer to what is new alone."""

    async def answer(call: Call) -> None:
        await call.begin()
        created = {"id": "resp_2", "status": "in_progress", "previous_response_id": None}
        await send(call, {"type": "response.created", "response": created}, delta("a"), COMPLETED)
        await call.send_raw(b"0\r\n\r\n")

    async with wire(answer) as seen:
        pieces = await reply_of(http, seen, FOLLOWING)
    assert [piece for piece in pieces if isinstance(piece, Text)] == [Text("a")]
    asked = [call.json for call in seen.calls]
    assert asked[0]["previous_response_id"] == "resp_1"
    assert "previous_response_id" not in asked[1]
    assert len(asked[1]["input"]) == 4


async def test_without_that_api_our_own_memory_is_told(http: Http) -> None:
    missing = (404, {"detail": "Not Found"})
    async with wire(Door(missing, missing)) as seen:
        pieces = await reply_of(http, seen, FOLLOWING)
    assert pieces == [Text("by chat")]
    assert paths(seen) == ["/v1/responses", "/v1/responses", "/v1/chat/completions"]
    said = [message["content"] for message in seen.calls[2].json["messages"]]
    assert said == ["Be good.", "Hi", "Hello", "More"]


async def test_a_refusal_of_what_was_said_is_none_of_the_api(http: Http) -> None:
    filtered = (400, {"error": {"code": "data_inspection_failed", "message": "no"}})
    async with wire(Door(filtered)) as seen:
        with pytest.raises(ServiceRefused, match="content filter"):
            await reply_of(http, seen, FOLLOWING)
    assert paths(seen) == ["/v1/responses"]


async def test_a_cut_one_is_gone_on_with_by_chat(http: Http) -> None:
    async def answer(call: Call) -> None:
        await call.begin()
        if "/chat/completions" in call.head:
            await call.say("lo", finish="stop")
            await call.end()
        else:
            await send(call, CREATED, delta("Hel"))
            call.drop()

    async with wire(answer) as seen:
        pieces = await reply_of(http, seen)
    assert pieces == [Text("Hel"), Text("lo")]
    assert seen.calls[1].json["messages"][-1] == {"role": "assistant", "content": "Hel"}


async def failed(http: Http, *events: dict[str, Any]) -> QwenError:
    async def answer(call: Call) -> None:
        await call.begin()
        await send(call, CREATED, *events)
        await call.send_raw(b"0\r\n\r\n")

    async with wire(answer) as seen:
        with pytest.raises(ModelError) as raised:
            await reply_of(http, seen, replace(REQUEST, max_tokens=5))
    return raised.value


def incomplete(reason: str) -> dict[str, Any]:
    details = {"incomplete_details": {"reason": reason}}
    return {"type": "response.incomplete", "response": {"id": "r", **details}}


async def test_how_responses_fail(http: Http) -> None:
    error = await failed(http, delta("a"), incomplete("max_output_tokens"))
    assert "cut at the limit of 5 tokens" in str(error)
    error = await failed(http, delta("a"), incomplete("content_filter"))
    assert "content filter" in str(error)
    said = {"code": "data_inspection_failed", "message": "no"}
    error = await failed(http, {"type": "response.failed", "response": {"error": said}})
    assert "content filter" in str(error)
    error = await failed(http, {"type": "error", **said})
    assert "content filter" in str(error)
    error = await failed(http, COMPLETED)
    assert type(error) is ReplyCut
    assert "empty reply" in str(error)


async def test_thinking_is_no_part_of_the_reply(http: Http) -> None:
    thought = {"type": "response.reasoning_summary_text.delta", "delta": "hm"}

    async def answer(call: Call) -> None:
        await call.begin()
        await send(call, CREATED, thought, delta("a"), COMPLETED)
        await call.send_raw(b"0\r\n\r\n")

    async with wire(answer) as seen:
        pieces = await reply_of(http, seen)
    assert pieces[:2] == [Thought("hm"), Text("a")]


@pytest.mark.parametrize(
    "event", [{"type": "response.in_progress"}, {"type": "response.output_text.done", "text": "a"}]
)
def test_events_that_say_nothing_new(event: dict[str, Any]) -> None:
    assert chunk_of(event) is None


def test_the_body_has_the_names_of_that_api() -> None:
    cached = [{"type": "text", "text": "code", "cache_control": {"type": "ephemeral"}}]
    body = {
        "model": "m",
        "messages": [{"role": "user", "content": cached}],
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_completion_tokens": 9,
        "reasoning_effort": "none",
        "enable_thinking": False,
        "temperature": 0.5,
        "top_k": 20,
    }
    assert responses_body(body, Kept("r", 1)) == {
        "model": "m",
        "input": [{"type": "message", "role": "user", "content": "code"}],
        "stream": True,
        "max_output_tokens": 9,
        "reasoning": {"effort": "none"},
        "enable_thinking": False,
        "temperature": 0.5,
        "previous_response_id": "r",
    }


def test_a_picture_goes_along() -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}
    content = [image, {"type": "text", "text": "What is it?"}]
    body = {"model": "m", "messages": [{"role": "user", "content": content}]}
    (message,) = responses_body(body, None)["input"]
    assert message["content"] == [
        {"type": "input_image", "image_url": "data:image/png;base64,AA=="},
        {"type": "input_text", "text": "What is it?"},
    ]
