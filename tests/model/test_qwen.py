"""A model over real HTTP on loopback: streams, stops, broken lines and refusals."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import httpx
import pytest
from pydantic import SecretStr

from qwen_lsp.errors import (
    CredentialRefused,
    ModelError,
    QwenError,
    ReplyCut,
    RequestError,
    ServiceRefused,
    Unauthorized,
    Unreachable,
)
from qwen_lsp.model import exchange, receive
from qwen_lsp.model.chat import Message, Piece, Request, Text, Usage
from qwen_lsp.model.http import Http
from qwen_lsp.model.patience import Timeouts
from qwen_lsp.model.providers import Provider, providers
from qwen_lsp.model.qwen import Access, Qwen
from qwen_lsp.model.sse import EventReader
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


def answering(status: int, body: object, kind: str = "application/json", **headers: str) -> Http:
    """A client whose every request is answered so."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, headers={"content-type": kind, **headers}, content=content)

    return Http(transport=httpx.MockTransport(answer))


PORTAL = "https://portal.qwen.ai/v1"


@pytest.mark.parametrize(
    ("status", "body", "kind", "error", "sentence"),
    [
        (200, b"<html>aliyun_waf_aa", "text/html", ServiceRefused, "A web page, as firewalls send"),
        (200, {"error": {"message": "m"}}, "application/json", ServiceRefused, "“m”"),
        (200, {"a": 1}, "application/json", ServiceRefused, "and not with a reply"),
        (200, b"{", "application/json", ServiceRefused, "broke the reply off with an error"),
        (307, b"", "", ServiceRefused, "sends requests on, which is not followed"),
        (403, {"error": {"code": "insufficient_quota"}}, "", ServiceRefused, "The quota of this"),
        (429, {"code": "Throttling", "message": "m"}, "", ServiceRefused, "too many requests"),
        (500, b"\xff\x00", "text/plain", ServiceRefused, "in trouble itself"),
        (404, {"error": {"code": "model_not_found"}}, "", ServiceRefused, "has no model"),
        (429, {"error": {"message": f"key {KEY}"}}, "", ServiceRefused, "too many requests"),
    ],
)
async def test_answers_that_are_no_reply(
    status: int, body: object, kind: str, error: type[ModelError], sentence: str
) -> None:
    failure = await failure_of(
        qwen(answering(status, body, kind), Purse(PORTAL, KEY), "qwen-oauth")
    )
    assert type(failure) is error
    assert sentence in str(failure)


async def test_a_body_is_read_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "_BODY_LIMIT", 100)
    http = answering(500, b"x" * 10_000, "text/plain")
    failure = await failure_of(qwen(http, Purse(PORTAL, KEY), "qwen-oauth"))
    assert "x" * 100 + "”" in str(failure)


async def test_a_reply_that_came_whole() -> None:
    body = {
        "choices": [{"message": {"content": "Hello"}, "finish_reason": "stop"}],
        "usage": {"completion_tokens": 2},
    }
    model = qwen(answering(200, body), Purse(PORTAL, KEY), "qwen-oauth")
    assert await reply_of(model) == [Text("Hello"), Usage(completion_tokens=2)]


async def test_a_stream_that_does_not_say_that_it_is_one() -> None:
    stream = b'data: {"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}'
    assert text_of(await reply_of(qwen(answering(200, stream, ""), Purse(PORTAL, KEY)))) == "a"


EXPIRED = {"error": {"code": "invalid_api_key", "message": "invalid access token"}}
HELLO = b'data: {"choices":[{"delta":{"content":"Hello"},"finish_reason":"stop"}]}\n\n'


class Door:
    """Lets one key in and refuses the others with 401, or in the stream."""

    def __init__(self, key: str, *, in_stream: bool = False) -> None:
        self.keys: list[str] = []
        self._key = key
        self._in_stream = in_stream

    def __call__(self, request: httpx.Request) -> httpx.Response:
        key = request.headers["authorization"].removeprefix("Bearer ")
        self.keys.append(key)
        if key == self._key:
            return httpx.Response(200, headers={"content-type": "text/event-stream"}, content=HELLO)
        if self._in_stream:
            body = f"data: {json.dumps(EXPIRED)}\n\n".encode()
            return httpx.Response(200, headers={"content-type": "text/event-stream"}, content=body)
        return httpx.Response(401, json=EXPIRED)


@pytest.mark.parametrize("in_stream", [False, True])
async def test_a_refused_key_is_renewed_once(in_stream: bool) -> None:
    door = Door("new", in_stream=in_stream)
    purse = Purse(PORTAL, "old", "new")
    model = qwen(Http(transport=httpx.MockTransport(door)), purse, "qwen-oauth")
    assert text_of(await reply_of(model)) == "Hello"
    assert door.keys == ["old", "new"]
    assert purse.refused == [purse.accesses[0]]


async def test_a_key_without_another_is_refused() -> None:
    door = Door("new")
    purse = Purse(PORTAL, KEY)
    error = await failure_of(qwen(Http(transport=httpx.MockTransport(door)), purse, "qwen-oauth"))
    assert type(error) is CredentialRefused
    assert door.keys == [KEY]


async def test_a_fresh_key_that_is_refused_as_well_ends_it() -> None:
    door = Door("none")
    purse = Purse(PORTAL, "old", "new")
    error = await failure_of(qwen(Http(transport=httpx.MockTransport(door)), purse, "qwen-oauth"))
    assert type(error) is CredentialRefused
    assert door.keys == ["old", "new"]
    assert [access.key for access in purse.refused] == [SecretStr("old"), SecretStr("new")]


async def test_a_payer_that_never_gives_up_is_not_followed() -> None:
    door = Door("none")
    purse = Purse(PORTAL, *"abcdefgh")
    error = await failure_of(qwen(Http(transport=httpx.MockTransport(door)), purse, "qwen-oauth"))
    assert type(error) is Unauthorized
    assert "Qwen's free tier for sign-ins ended on 15 April 2026" in str(error)
    assert door.keys == ["a", "b"]


async def test_after_text_nothing_is_sent_again() -> None:
    body = (
        HELLO.replace(b',"finish_reason":"stop"', b"") + f"data: {json.dumps(EXPIRED)}\n\n".encode()
    )
    purse = Purse(PORTAL, "old", "new")
    model = qwen(answering(200, body, "text/event-stream"), purse, "qwen-oauth")
    stream = model.stream(REQUEST)
    assert await anext(stream) == Text("Hello")
    with pytest.raises(Unauthorized):
        await anext(stream)
    assert purse.refused == []


@pytest.mark.parametrize("key", [f"{KEY}\n", f"{KEY} ", f"{KEY}é", f"{KEY}\r\nX: y", f"“{KEY}”"])
async def test_a_key_that_is_none(key: str) -> None:
    error = await failure_of(qwen(answering(200, HELLO), Purse(PORTAL, key), "qwen-oauth"))
    assert type(error) is CredentialRefused
    assert "copy it again" in str(error)


@pytest.mark.parametrize(
    ("base_url", "provider", "model", "sentence"),
    [
        ("http://api.example.com/v1", "custom", "m", "Nothing is sent to api.example.com over"),
        ("https://u:p@api.example.com/v1", "custom", "m", "must not hold a user name"),
        ("https://api.example.com/v1", "simulator", "m", "runs on this machine only"),
        ("https://api.example.com/v1", "custom", "", "No model is chosen for api.example.com"),
    ],
)
async def test_what_is_not_sent(base_url: str, provider: str, model: str, sentence: str) -> None:
    http = answering(200, HELLO, "text/event-stream")
    request = Request(REQUEST.messages, model)
    error = await failure_of(qwen(http, Purse(base_url, KEY), provider), request)
    assert type(error) is RequestError
    assert sentence in str(error)


async def test_sentences_about_a_custom_service_name_its_host() -> None:
    http = answering(429, {})
    error = await failure_of(qwen(http, Purse("https://llm.example.com:8443/v1", KEY), "custom"))
    assert str(error).startswith("llm.example.com:8443 is getting too many requests")


def test_a_secret_is_in_no_repr() -> None:
    access = Access(PORTAL, SecretStr(KEY))
    assert KEY not in repr(access)
    assert isinstance(providers()["ollama"], Provider)
