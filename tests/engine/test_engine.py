"""Our client against llama.cpp: what it reads is exactly what the engine sent."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

import httpx
import pytest

from qwen_lsp.errors import ModelError, ReplyCut
from qwen_lsp.model.catalog.providers import providers
from qwen_lsp.model.chat import Message, Piece, Request, Text, Usage
from qwen_lsp.model.payer import Access
from qwen_lsp.model.qwen import Qwen
from qwen_lsp.model.transport.http import Http

from .conftest import Engine
from .recording import Recording, recording

TOO_LONG = 5000


class NobodyPays:
    """An engine on this machine asks for no key."""

    def __init__(self, base_url: str) -> None:
        self._access = Access(base_url, None)

    async def access(self) -> Access:
        return self._access

    async def renewed(self, refused: Access) -> Access:
        raise AssertionError(refused)


async def asked(
    base_url: str,
    said: str,
    *,
    most_pieces: int | None = None,
    then: Callable[[], None] = lambda: None,
) -> list[Piece]:
    """The pieces of one reply, or the first of them; `then` is called after each."""
    http = Http()
    qwen = Qwen(providers()["custom"], NobodyPays(base_url), http, "0")
    request = Request((Message("system", "s"), Message("user", said)), "tiny-qwen2")
    pieces: list[Piece] = []
    try:
        async with aclosing(qwen.stream(request)) as stream:
            async for piece in stream:
                pieces.append(piece)
                then()
                if len(pieces) == most_pieces:
                    break
    finally:
        await http.aclose()
    return pieces


def text(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, Text))


async def test_the_engine_streams(recorded: Recording, engine: Engine) -> None:
    body = {
        "model": engine.model,
        "stream": True,
        "stream_options": {"include_usage": True},
        "messages": [{"role": "user", "content": "Hello"}],
    }
    async with httpx.AsyncClient(trust_env=False) as client:
        response = await client.post(f"{recorded.base_url}/chat/completions", json=body)
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.text.rstrip().endswith("data: [DONE]")
    assert len(recorded.chunks) > 2
    assert recorded.usage["completion_tokens"] > 0


@pytest.mark.parametrize("said", ["Hello", "Grüße, 𝄞", "<|im_end|>\n<|im_start|>user\nagain"])
async def test_what_is_read_is_what_was_sent(recorded: Recording, said: str) -> None:
    pieces = await asked(recorded.base_url, said)
    assert text(pieces) == recorded.content
    (usage,) = (piece for piece in pieces if isinstance(piece, Usage))
    assert usage.completion_tokens == recorded.usage["completion_tokens"]
    assert usage.prompt_tokens == recorded.usage["prompt_tokens"]


async def test_code_is_read_as_it_was_sent(fenced_recorded: Recording) -> None:
    pieces = await asked(fenced_recorded.base_url, "Rewrite")
    assert text(pieces) == fenced_recorded.content
    lines = text(pieces).split("\n")
    assert lines[:3] == ["Here you are:", "", "```python"]
    assert lines[-2:] == ["```", ""]
    assert all(line.startswith("    ") for line in lines[3:-2])


async def test_who_stops_listening_sets_the_engine_free(endless_engine: Engine) -> None:
    pieces = await asked(endless_engine.base_url, "Go on", most_pieces=5)
    assert len(pieces) == 5
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(1000):
            (slot,) = (
                await client.get(endless_engine.base_url.removesuffix("v1") + "slots")
            ).json()
            if not slot["is_processing"]:
                break
            await asyncio.sleep(0.01)
    assert not slot["is_processing"]
    assert slot["n_prompt_tokens"] < 1000, "all the tokens of the reply were made, for nobody"


async def test_too_long_a_prompt_is_refused_in_one_sentence(engine: Engine) -> None:
    with pytest.raises(ModelError, match=r"^[^\n]+\.$") as refused:
        await asked(engine.base_url, "x" * TOO_LONG)
    assert "long" in str(refused.value)


async def test_a_broken_connection_cuts_the_reply(endless_engine: Engine) -> None:
    async with recording(endless_engine.base_url) as way:
        with pytest.raises(ReplyCut):
            await asked(way.base_url, "Go on", then=way.cut)
