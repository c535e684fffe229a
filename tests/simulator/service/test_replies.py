"""Replies: as a stream or at once, in their order and at their pace."""

import time

import httpx
import pytest

from qwen_lsp.simulator.knobs import MODELS
from qwen_lsp.simulator.service import Simulator

from .calls import KEY, LONG, ask, chat, content, events

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_stream_is_as_openais(simulator: Simulator, client: httpx.AsyncClient) -> None:
    simulator.turn(reply="Grüße, 𝄞!")
    response = await ask(client, stream_options={"include_usage": True})
    first, *middle, last, usage, done = events(response.text)
    assert response.headers["content-type"].startswith("text/event-stream")
    assert first["choices"][0]["delta"]["role"] == "assistant"
    assert content(middle) == "Grüße, 𝄞!"
    assert all(each["choices"][0]["finish_reason"] is None for each in middle)
    assert last["choices"][0]["finish_reason"] == "stop"
    assert usage["choices"] == []
    assert usage["usage"]["completion_tokens"] == 3
    assert done == "[DONE]"
    (received,) = simulator.chats()
    assert received.sent is not None
    assert (received.sent.text, received.sent.outcome) == ("Grüße, 𝄞!", "whole")
    assert received.paid_by == "key"


async def test_usage_comes_only_when_asked_for(client: httpx.AsyncClient) -> None:
    assert not any(each["usage"] for each in events((await ask(client)).text)[:-1])


async def test_a_reply_comes_at_once_too(client: httpx.AsyncClient) -> None:
    body = (await ask(client, stream=False)).json()
    assert body["choices"][0]["finish_reason"] == "stop"
    assert "no model runs" in body["choices"][0]["message"]["content"]
    assert body["usage"]["prompt_tokens"] > 0


@pytest.mark.parametrize("stream", [True, False])
async def test_most_tokens_are_kept_to(
    simulator: Simulator, client: httpx.AsyncClient, stream: bool
) -> None:
    simulator.turn(reply="abcdefghijkl", thinking=3)
    response = await ask(client, stream=stream, max_tokens=2)
    assert simulator.chats()[0].sent.text == "abcdefgh"  # type: ignore[union-attr]
    assert '"finish_reason": "length"' in response.text


async def test_thoughts_come_first(client: httpx.AsyncClient) -> None:
    chunks = events((await ask(client, model="simulator-thinking")).text)[:-1]
    thoughts = [each["choices"][0]["delta"].get("reasoning_content") for each in chunks]
    assert thoughts[0] is None
    assert all(thoughts[1:41])
    assert not any(thoughts[41:])


async def test_tokens_keep_their_pace(simulator: Simulator, client: httpx.AsyncClient) -> None:
    simulator.turn(reply="abcd" * 10, pace=8, first_token=40)
    began = time.monotonic()
    await ask(client)
    assert 0.12 <= time.monotonic() - began < 1


async def test_the_models_are_listed(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/models", headers=KEY)
    assert [each["id"] for each in response.json()["data"]] == list(MODELS)


async def test_it_goes_on_with_a_reply_that_was_begun(
    simulator: Simulator, client: httpx.AsyncClient
) -> None:
    simulator.turn(reply=LONG)
    begun = {"role": "assistant", "content": LONG[:22], "partial": True}
    messages = [*chat()["messages"], begun]
    assert content(events((await ask(client, messages=messages)).text)) == LONG[22:]


async def test_what_it_goes_on_with_is_its_own_answer(client: httpx.AsyncClient) -> None:
    whole = content(events((await ask(client)).text))
    begun = {"role": "assistant", "content": whole[:10], "partial": True}
    messages = [*chat()["messages"], begun]
    assert content(events((await ask(client, messages=messages)).text)) == whole[10:]
