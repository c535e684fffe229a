"""A model over real HTTP on loopback: streams, stops, broken lines and refusals."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import pytest
from pydantic import SecretStr

from qwen_lsp.errors import (
    CredentialRefused,
    ModelError,
    QwenError,
    ReplyCut,
    Unreachable,
)
from qwen_lsp.model.catalog.providers import providers
from qwen_lsp.model.chat import Message, Piece, Request, Text, Usage
from qwen_lsp.model.payer import Access
from qwen_lsp.model.qwen import Qwen
from qwen_lsp.model.stream import receive
from qwen_lsp.model.stream.sse import EventReader
from qwen_lsp.model.transport.http import Http
from qwen_lsp.model.transport.timeouts import Timeouts
from tests.model.wire import Call, wire

pytestmark = pytest.mark.usefixtures("hasty")

KEY = "sk-Very-Secret-0123"
REQUEST = Request((Message("system", "Be good."), Message("user", "Hi <|im_end|>")), "qwen3-coder")


class Purse:
    """Pays with one key after the other, and counts how often it is asked."""

    def __init__(self, base_url: str, *keys: str | None) -> None:
        self.accesses = [Access(base_url, SecretStr(key) if key else None) for key in keys]
        self.refused: list[Access] = []

    async def access(self) -> Access:
        return self.accesses[0]

    async def renewed(self, refused: Access) -> Access:
        self.refused.append(refused)
        if len(self.refused) >= len(self.accesses):
            raise CredentialRefused("Sign in again.")
        return self.accesses[len(self.refused)]


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    opened = Http()
    yield opened
    await opened.aclose()


def qwen(http: Http, purse: Purse, provider: str = "ollama") -> Qwen:
    return Qwen(providers()[provider], purse, http, "1.2.3")


async def reply_of(model: Qwen, request: Request = REQUEST) -> list[Piece]:
    async with aclosing(model.stream(request)) as stream:
        return [piece async for piece in stream]


async def failure_of(model: Qwen, request: Request = REQUEST) -> QwenError:
    with pytest.raises(QwenError) as raised:
        await reply_of(model, request)
    error = raised.value
    assert "\n" not in str(error)
    assert str(error).endswith(".")
    _holds_no_key(error)
    return error


def _holds_no_key(error: BaseException | None) -> None:
    while error is not None:
        assert KEY not in f"{error!s} {error!r}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def text_of(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, Text))


async def say_hello(call: Call) -> None:
    await call.begin()
    await call.say("Hello")
    await call.say(" you", finish="stop")
    await call.send('data: {"choices": [], "usage": {"prompt_tokens": 3}}\n\n')
    await call.end()


async def test_a_reply(http: Http) -> None:
    async with wire(say_hello) as seen:
        pieces = await reply_of(qwen(http, Purse(seen.base_url, KEY)))
    assert pieces == [Text("Hello"), Text(" you"), Usage(prompt_tokens=3)]
    (call,) = seen.calls
    assert call.head.startswith("POST /v1/chat/completions HTTP/1.1\r\n")
    assert f"\r\nauthorization: Bearer {KEY}\r\n".lower() in call.head.lower()
    assert "\r\nuser-agent: qwen-lsp/1.2.3 (" in call.head.lower()
    assert "x-dashscope" not in call.head.lower()
    assert call.json["model"] == "qwen3-coder"
    assert call.json["stream"] is True
    assert call.json["stream_options"] == {"include_usage": True}
    assert call.json["messages"] == [
        {"role": "system", "content": "Be good."},
        {"role": "user", "content": "Hi < |im_end|>"},
    ]


async def test_no_key_no_header(http: Http) -> None:
    async with wire(say_hello) as seen:
        await reply_of(qwen(http, Purse(seen.base_url, None)))
    assert "authorization" not in seen.calls[0].head.lower()


async def test_the_connection_is_kept_and_cookies_are_not(http: Http) -> None:
    async with wire(say_hello) as seen:
        model = qwen(http, Purse(seen.base_url, KEY))
        for _ in range(3):
            assert text_of(await reply_of(model)) == "Hello you"
    assert seen.connections == 1
    assert not any("cookie" in call.head.lower() for call in seen.calls)


async def test_pieces_come_as_they_are_sent(http: Http) -> None:
    step = asyncio.Event()

    async def slowly(call: Call) -> None:
        await call.begin()
        for text in ("a", "b", "c"):
            await call.say(text)
            await step.wait()
            step.clear()
        await call.end()

    async with (
        wire(slowly) as seen,
        aclosing(qwen(http, Purse(seen.base_url, None)).stream(REQUEST)) as stream,
    ):
        for text in ("a", "b", "c"):
            assert await anext(stream) == Text(text)
            step.set()
        assert [piece async for piece in stream] == []


async def test_special_tokens_come_back(http: Http) -> None:
    async def repeat(call: Call) -> None:
        await call.begin()
        for letter in call.json["messages"][1]["content"]:
            await call.say(letter)
        await call.end()

    async with wire(repeat) as seen:
        pieces = await reply_of(qwen(http, Purse(seen.base_url, None)))
    assert text_of(pieces) == "Hi <|im_end|>"


async def test_half_a_character_in_the_prompt(http: Http) -> None:
    request = Request((Message("user", "a\ud83d"),), "m")
    async with wire(say_hello) as seen:
        assert (
            text_of(await reply_of(qwen(http, Purse(seen.base_url, None)), request)) == "Hello you"
        )
    assert seen.calls[0].json["messages"][0]["content"] == "a?"


async def talk_until_gone(call: Call) -> None:
    await call.begin()
    await call.say("Hello")
    await call.gone()


async def test_closing_the_stream_closes_the_connection(http: Http) -> None:
    async with wire(talk_until_gone) as seen:
        stream = qwen(http, Purse(seen.base_url, KEY)).stream(REQUEST)
        assert await anext(stream) == Text("Hello")
        assert not seen.has_seen_close.is_set()
        await stream.aclose()
        await asyncio.wait_for(seen.has_seen_close.wait(), 1)


async def test_cancelling_the_task_closes_the_connection(http: Http) -> None:
    async with wire(talk_until_gone) as seen:
        begun = asyncio.Event()

        async def listen() -> None:
            async with aclosing(qwen(http, Purse(seen.base_url, KEY)).stream(REQUEST)) as stream:
                async for _ in stream:
                    begun.set()

        task = asyncio.create_task(listen())
        await asyncio.wait_for(begun.wait(), 1)
        task.cancel()
        await asyncio.wait_for(seen.has_seen_close.wait(), 1)
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_cancelling_before_the_answer_closes_the_connection(http: Http) -> None:
    asked = asyncio.Event()

    async def say_nothing(call: Call) -> None:
        asked.set()
        await call.gone()

    async with wire(say_nothing) as seen:
        task = asyncio.create_task(reply_of(qwen(http, Purse(seen.base_url, KEY))))
        await asyncio.wait_for(asked.wait(), 1)
        task.cancel()
        await asyncio.wait_for(seen.has_seen_close.wait(), 1)
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_stopped_stream_leaves_the_others(http: Http) -> None:
    step = asyncio.Event()

    async def in_two_steps(call: Call) -> None:
        await call.begin()
        await call.say("Hello")
        await step.wait()
        await call.say(" you", finish="stop")
        await call.end()

    async with wire(in_two_steps) as seen:
        model = qwen(http, Purse(seen.base_url, None))
        stopped, kept = model.stream(REQUEST), model.stream(REQUEST)
        assert await anext(stopped) == await anext(kept) == Text("Hello")
        await stopped.aclose()
        step.set()
        assert text_of([piece async for piece in kept]) == " you"


@pytest.mark.parametrize("breaks", ["drop", "end of file"])
async def test_a_connection_that_breaks_in_the_reply(http: Http, breaks: str) -> None:
    async def broken(call: Call) -> None:
        await call.begin()
        await call.say("Hello")
        if breaks == "drop":
            call.drop()
        raise ConnectionError

    async with wire(broken) as seen:
        error = await failure_of(qwen(http, Purse(seen.base_url, KEY)))
        assert type(error) is ReplyCut
        assert "broke before the reply was whole; run the action again." in str(error)


async def test_a_stream_that_just_ends(http: Http) -> None:
    async def short(call: Call) -> None:
        await call.begin()
        await call.say("Hello")
        await call.send_raw(b"0\r\n\r\n")

    async with wire(short) as seen:
        error = await failure_of(qwen(http, Purse(seen.base_url, KEY)))
    assert type(error) is ReplyCut
    assert str(error) == "The reply of Ollama broke off before its end; run the action again."


async def test_a_connection_that_breaks_after_the_finish(http: Http) -> None:
    async def finished(call: Call) -> None:
        await call.begin()
        await call.say("Hello", finish="stop")
        call.drop()
        raise ConnectionError

    async with wire(finished) as seen:
        assert text_of(await reply_of(qwen(http, Purse(seen.base_url, KEY)))) == "Hello"


async def test_a_connection_that_stays_open_after_done(http: Http) -> None:
    async def linger(call: Call) -> None:
        await call.begin()
        await call.say("Hello")
        await call.send("data: [DONE]\n\n")
        await call.gone()

    async with wire(linger) as seen:
        reply = reply_of(qwen(http, Purse(seen.base_url, KEY)))
        assert text_of(await asyncio.wait_for(reply, 2)) == "Hello"


async def test_a_connection_that_breaks_before_the_reply(http: Http) -> None:
    async def hang_up(call: Call) -> None:
        call.drop()
        raise ConnectionError

    async with wire(hang_up) as seen:
        error = await failure_of(qwen(http, Purse(seen.base_url, KEY)))
    assert type(error) is Unreachable
    assert "broke before the reply began; run the action again" in str(error)


async def test_nobody_listens(http: Http) -> None:
    async with wire(say_hello) as seen:
        pass
    error = await failure_of(qwen(http, Purse(seen.base_url, KEY)))
    host = seen.base_url.removeprefix("http://").removesuffix("/v1")
    assert type(error) is Unreachable
    assert str(error) == f"Nothing answers at {host}; start it with: ollama serve."
    error = await failure_of(qwen(http, Purse(seen.base_url, KEY), "custom"))
    assert "check that the service runs and that the address is right." in str(error)


def hurried(**seconds: float) -> Request:
    return replace(REQUEST, timeouts=Timeouts(**seconds))


async def test_no_answer_in_time(http: Http) -> None:
    request = hurried(connect=0.05, first_token=0.05)
    async with wire(Call.gone) as seen:
        error = await failure_of(qwen(http, Purse(seen.base_url, KEY)), request)
        await asyncio.wait_for(seen.has_seen_close.wait(), 1)
    assert type(error) is Unreachable
    assert "began no reply within 0 seconds" in str(error)


@pytest.mark.parametrize(("said", "kind"), [("", Unreachable), ("Hello", ReplyCut)])
async def test_silence(http: Http, said: str, kind: type[ModelError]) -> None:
    request = hurried(first_token=0.05, idle=0.05)

    async def fall_silent(call: Call) -> None:
        await call.begin()
        await call.say(said)
        await call.gone()

    async with wire(fall_silent) as seen:
        error = await failure_of(qwen(http, Purse(seen.base_url, KEY)), request)
        await asyncio.wait_for(seen.has_seen_close.wait(), 1)
    assert type(error) is kind
    assert "sent nothing for 0 seconds; run the action again." in str(error)


async def test_a_model_that_loads_has_more_time_than_a_gap(http: Http) -> None:
    request = hurried(first_token=5, idle=0.02)

    async def load(call: Call) -> None:
        await call.begin()
        await call.send('data: {"choices":[{"delta":{"content":null}}]}\n\n')
        await asyncio.sleep(0.1)
        await call.send('data: {"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}\n\n')
        await call.end()

    async with wire(load) as seen:
        model = qwen(http, Purse(seen.base_url, None))
        assert text_of(await reply_of(model, request)) == "a"


async def test_an_event_that_does_not_end(http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receive, "EventReader", lambda: EventReader(limit=1000))

    async def flood(call: Call) -> None:
        await call.begin()
        for _ in range(1000):
            await call.send("data: " + "x" * 100)

    async with wire(flood) as seen:
        error = await failure_of(qwen(http, Purse(seen.base_url, None)))
    assert type(error) is ReplyCut
