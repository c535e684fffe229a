"""A model that refuses: what is no reply, keys that are renewed, and what is never sent."""

import json

import httpx
import pytest
from pydantic import SecretStr

from qwen_lsp.errors import (
    CredentialRefused,
    ModelError,
    RequestError,
    ServiceRefused,
    Unauthorized,
)
from qwen_lsp.model.catalog.providers import Provider, providers
from qwen_lsp.model.chat import Request, Text, Usage
from qwen_lsp.model.payer import Access
from qwen_lsp.model.transport import exchange
from qwen_lsp.model.transport.http import Http

from .test_qwen import KEY, REQUEST, Purse, failure_of, qwen, reply_of, text_of

pytestmark = pytest.mark.usefixtures("hasty")


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
