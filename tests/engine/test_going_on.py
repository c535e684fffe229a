"""A cut reply and a conversation that go on, with llama.cpp: by the end that we read it by."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import replace

import httpx
import pytest

from qwen_lsp.errors import ReplyCut
from qwen_lsp.model.catalog.providers import providers
from qwen_lsp.model.chat import Kept, Message, Piece, Request, Text, Waiting
from qwen_lsp.model.conversation import Conversation
from qwen_lsp.model.qwen import GOING_ON as SAID
from qwen_lsp.model.qwen import Qwen
from qwen_lsp.model.transport.http import Http
from qwen_lsp.model.transport.timeouts import Timeouts

from .conftest import Engine
from .recording import Recording, recording
from .test_engine import NobodyPays, text

GOING_ON = Waiting(SAID)
ASKED = Request((Message("system", "s"), Message("user", "Go on")), "tiny-qwen2")


def texts_in(pieces: list[Piece]) -> int:
    return sum(isinstance(piece, Text) for piece in pieces)


def before(pieces: list[Piece]) -> list[Piece]:
    """What came before it was gone on with."""
    return pieces[: pieces.index(GOING_ON)]


def after(pieces: list[Piece]) -> list[Piece]:
    """What came then."""
    return pieces[pieces.index(GOING_ON) :]


async def pieces_of(
    base_url: str,
    request: Request = ASKED,
    *,
    provider: str = "llamacpp",
    more: int | None = None,
    then: Callable[[int], None] = lambda _: None,
) -> list[Piece]:
    """The pieces of a reply, or up to the text that came `more` after it was gone on with.

    `then` is told how many pieces of text there are.
    """
    http = Http()
    qwen = Qwen(providers()[provider], NobodyPays(base_url), http, "0")
    pieces: list[Piece] = []
    try:
        async with aclosing(qwen.stream(request)) as stream:
            async for piece in stream:
                pieces.append(piece)
                if isinstance(piece, Text):
                    then(texts_in(pieces))
                if more and GOING_ON in pieces and texts_in(after(pieces)) == more:
                    break
    finally:
        await http.aclose()
    return pieces


async def test_a_cut_reply_is_gone_on_with(endless_engine: Engine) -> None:
    async with recording(endless_engine.base_url) as way:
        pieces = await pieces_of(
            way.base_url, more=7, then=lambda count: way.cut() if count == 5 else None
        )
    first, second = way.asked
    begun, more = text(before(pieces)), text(after(pieces))
    assert begun
    assert more
    assert second["messages"] == [*first["messages"], {"role": "assistant", "content": begun}]
    assert not more.startswith(begun)
    async with httpx.AsyncClient(trust_env=False) as client:
        address = endless_engine.base_url.removesuffix("v1") + "apply-template"
        answer = await client.post(address, json={"messages": second["messages"]})
    assert answer.json()["prompt"].endswith("<|im_start|>assistant\n" + begun)


async def test_an_engine_that_is_not_known_to_go_on(endless_engine: Engine) -> None:
    async with recording(endless_engine.base_url) as way:
        with pytest.raises(ReplyCut):
            await pieces_of(way.base_url, provider="custom", then=lambda _: way.cut())
    assert len(way.asked) == 1


async def test_an_engine_that_falls_silent_is_asked_to_go_on(endless_engine: Engine) -> None:
    async with recording(endless_engine.base_url) as way:
        request = replace(ASKED, timeouts=Timeouts(idle=0.3))

        def stall(count: int) -> None:
            if count == 3:
                way.stall()

        pieces = await pieces_of(way.base_url, request, more=5, then=stall)
    assert len(way.asked) == 2
    begun = {"role": "assistant", "content": text(before(pieces))}
    assert way.asked[1]["messages"][-1] == begun


async def is_idle(engine: Engine) -> bool:
    async with httpx.AsyncClient(trust_env=False) as client:
        slots = (await client.get(engine.base_url.removesuffix("v1") + "slots")).json()
    return not any(slot["is_processing"] for slot in slots)


async def test_the_engine_is_free_after_a_cut_that_went_on_and_a_stop(
    endless_engine: Engine,
) -> None:
    async with recording(endless_engine.base_url) as way:
        await pieces_of(way.base_url, more=5, then=lambda count: way.cut() if count == 4 else None)
    for _ in range(1000):
        if await is_idle(endless_engine):
            break
        await asyncio.sleep(0.01)
    assert await is_idle(endless_engine)


async def test_a_response_is_read_as_it_was_sent(recorded: Recording) -> None:
    pieces = await pieces_of(recorded.base_url, replace(ASKED, may_be_kept=True))
    assert text(pieces) == recorded.content
    assert "previous_response_id" not in recorded.asked[0]
    kept = pieces[-1]
    assert isinstance(kept, Kept)
    assert kept.id.startswith("resp_")
    assert kept.count == 3


async def test_a_conversation_that_it_has_not_kept_is_told_anew(recorded: Recording) -> None:
    """llama.cpp answers by the Responses API, gives an id, and keeps nothing."""
    first = await pieces_of(recorded.base_url, replace(ASKED, may_be_kept=True))
    kept = first[-1]
    assert isinstance(kept, Kept)
    talk = Conversation(ASKED.messages).answered(text(first), kept).followed_by("And then?")
    request = replace(ASKED, messages=talk.messages, may_be_kept=True, kept=talk.kept)
    pieces = await pieces_of(recorded.base_url, request)
    _, by_id, told_anew = recorded.asked
    assert by_id["previous_response_id"] == kept.id
    assert [item["content"] for item in by_id["input"]] == ["And then?"]
    assert "previous_response_id" not in told_anew
    assert [item["role"] for item in told_anew["input"]] == ["system", "user", "assistant", "user"]
    assert recorded.content == text(first) + text(pieces)
