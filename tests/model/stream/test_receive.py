"""An answer over HTTP: what is no stream, what only keeps the line open, what has no end."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing

import httpx
import pytest

from qwen_lsp.errors import CredentialRefused, Meaning, ModelError, QwenError
from qwen_lsp.model.catalog.providers import providers
from qwen_lsp.model.chat import Message, Piece, Request, Text
from qwen_lsp.model.payer import Access
from qwen_lsp.model.qwen import Qwen
from qwen_lsp.model.stream.bounds import MOST_LINE, MOST_TEXT, Bounds
from qwen_lsp.model.transport.http import Http
from qwen_lsp.model.transport.timeouts import Timeouts
from tests.support.virtual_time import run_virtually

from .streams import FULL, HEAD, REPLY, chunk, sse

pytestmark = pytest.mark.usefixtures("hasty")

HELLO = {"choices": [{"message": {"content": REPLY}, "finish_reason": "stop"}]}
BUSY = {"error": {"message": "slow down", "code": "Throttling.RateQuota"}}


class Purse:
    """Pays with nothing."""

    async def access(self) -> Access:
        return Access("https://llm.example/v1", None)

    async def renewed(self, refused: Access) -> Access:
        raise CredentialRefused("Give another key.")


class Body(httpx.AsyncByteStream):
    """Blocks, each with the seconds before it; `forever` the last one comes again and again."""

    def __init__(self, *blocks: tuple[float, bytes], forever: bool = False) -> None:
        self._blocks, self._forever = blocks, forever
        self.is_closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for seconds, block in self._blocks:
            await asyncio.sleep(seconds)
            yield block
        while self._forever:
            seconds, block = self._blocks[-1]
            await asyncio.sleep(seconds)
            yield block

    async def aclose(self) -> None:
        self.is_closed = True


class Heard:
    """What came of one request, how it failed, and when that was."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.failure: ModelError | None = None
        self.seconds = 0.0
        self.requests = 0

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces if isinstance(piece, Text))

    @property
    def meaning(self) -> Meaning | None:
        return self.failure.meaning if self.failure else None


async def listened(body: Body | bytes, kind: str, status: int, headers: Mapping[str, str]) -> Heard:
    heard = Heard()

    def answer(_: httpx.Request) -> httpx.Response:
        heard.requests += 1
        given = {"content-type": kind, **headers} if kind else {**headers}
        if isinstance(body, Body):
            return httpx.Response(status, headers=given, stream=body)
        return httpx.Response(status, headers=given, content=body)

    http = Http(transport=httpx.MockTransport(answer))
    request = Request((Message("user", "Hi"),), "m", timeouts=Timeouts(first_token=50, idle=20))
    model = Qwen(providers()["custom"], Purse(), http, "1")
    try:
        async with aclosing(model.stream(request)) as stream:
            async for piece in stream:
                heard.pieces.append(piece)
    except QwenError as error:
        heard.failure = error if isinstance(error, ModelError) else None
    heard.seconds = asyncio.get_running_loop().time()
    return heard


def listen(body: Body | bytes, kind: str = "text/event-stream") -> Heard:
    return run_virtually(listened(body, kind, 200, {}))


DOCUMENTS: list[tuple[bytes, str, Meaning | None, str]] = [
    (json.dumps(HELLO).encode(), REPLY, None, ""),
    (json.dumps(HELLO, indent=2).encode(), REPLY, None, ""),
    (json.dumps(BUSY).encode(), "", "rate", "too many requests"),
    (json.dumps({"code": "InternalError", "message": "m"}).encode(), "", "trouble", "“m”"),
    (b"<html>aliyun_waf_aa</html>", "", "page", "A web page, as firewalls send it"),
    (b"\n<!doctype html>", "", "page", "A web page, as firewalls send it"),
]


@pytest.mark.parametrize("kind", ["text/event-stream", "text/plain", "", "application/json"])
@pytest.mark.parametrize(("body", "text", "meaning", "says"), DOCUMENTS)
def test_5_2_no_5_what_is_no_stream_whatever_it_calls_itself(
    kind: str, body: bytes, text: str, meaning: Meaning | None, says: str
) -> None:
    heard = listen(body, kind)
    assert (heard.text, heard.meaning) == (text, meaning)
    assert says in str(heard.failure)


@pytest.mark.parametrize("kind", ["text/event-stream", ""])
@pytest.mark.parametrize(("body", "text", "meaning"), [row[:3] for row in DOCUMENTS])
def test_5_2_no_5_a_cut_at_every_byte_changes_nothing(
    kind: str, body: bytes, text: str, meaning: Meaning | None
) -> None:
    for place in range(len(body) + 1):
        heard = listen(Body((0, body[:place]), (0, body[place:])), kind)
        assert (heard.text, heard.meaning) == (text, meaning), place


@pytest.mark.parametrize(("said", "meaning"), [("true", "cut"), ("True", "cut"), ("false", None)])
def test_5_2_a_part_that_came_at_once_is_known_as_one(said: str, meaning: Meaning | None) -> None:
    headers = {"x-dashscope-partialresponse": said}
    body = json.dumps(HELLO).encode()
    heard = run_virtually(listened(body, "application/json", 200, headers))
    assert (heard.text, heard.meaning) == (REPLY, meaning)


def test_a_document_after_keep_alive_comments() -> None:
    heard = listen(Body((1, b": wait\n\n"), (1, json.dumps(BUSY).encode())))
    assert heard.meaning == "rate"


@pytest.mark.parametrize("comment", [b":\n\n", b": OPENROUTER PROCESSING\n\n", b"event: ping\n\n"])
def test_comments_do_not_count_as_a_first_token(comment: bytes) -> None:
    body = Body((1, comment), forever=True)
    heard = listen(body)
    assert heard.meaning == "silent"
    assert 50 <= heard.seconds < 52
    assert "sent nothing for 50 seconds" in str(heard.failure)
    assert body.is_closed


@pytest.mark.parametrize("comment", [b":\n\n", b": ping\n\n"])
def test_comments_do_not_hide_that_nothing_more_comes(comment: bytes) -> None:
    body = Body((1, sse(chunk(HEAD), done=False)), (1, comment), forever=True)
    heard = listen(body)
    assert (heard.text, heard.meaning) == (HEAD, "silent")
    assert 21 <= heard.seconds < 23
    assert "sent nothing for 20 seconds" in str(heard.failure)


def test_events_without_a_word_are_no_life_for_longer_than_a_first_word() -> None:
    begun, nothing = sse(chunk(HEAD), done=False), sse(chunk(""), done=False)
    heard = listen(Body((1, begun), (1, nothing), forever=True))
    assert (heard.text, heard.meaning) == (HEAD, "silent")
    assert 51 <= heard.seconds < 54
    heard = listen(Body((1, nothing), forever=True))
    assert heard.meaning == "silent"
    assert 50 <= heard.seconds < 53
    words = sse(chunk("more"), chunk("", "stop"))
    heard = listen(Body((1, begun), *[(1, nothing)] * 40, (1, words)))
    assert (heard.text, heard.meaning) == (HEAD + "more", None)


def test_a_slow_reader_is_no_silence_of_the_service() -> None:
    async def scene() -> None:
        stream = sse(*(chunk(letter) for letter in REPLY), chunk("", "stop"))
        http = Http(transport=httpx.MockTransport(lambda _: httpx.Response(200, content=stream)))
        model = Qwen(providers()["custom"], Purse(), http, "1")
        request = Request((Message("user", "Hi"),), "m", timeouts=Timeouts(idle=5))
        text = ""
        async with aclosing(model.stream(request)) as pieces:
            async for piece in pieces:
                await asyncio.sleep(30)
                text += piece.text if isinstance(piece, Text) else ""
        assert text == REPLY

    run_virtually(scene())


def test_comments_after_the_end_are_not_waited_for() -> None:
    body = Body((0, FULL.removesuffix(b"data: [DONE]\n\n")), (1, b":\n\n"), forever=True)
    heard = listen(body)
    assert (heard.text, heard.meaning) == (REPLY, None)
    assert heard.seconds < 10


def test_a_reply_has_a_bound() -> None:
    line = sse(chunk("x" * 99_999 + "\n"), done=False)
    body = Body((0, line), forever=True)
    heard = listen(body)
    assert heard.meaning == "too much"
    assert len(heard.text) == MOST_TEXT
    assert str(heard.failure) == (
        "The model at llm.example writes without end (more than 2,000,000 characters); select "
        "less, or choose another model with qwen.model."
    )
    assert heard.requests == 1


def test_a_line_has_a_bound() -> None:
    heard = listen(Body((0, sse(chunk("x" * 999), done=False)), forever=True))
    assert heard.meaning == "too much"
    assert MOST_LINE - 999 <= len(heard.text) <= MOST_LINE
    assert "a line without end (more than 200,000 characters)" in str(heard.failure)
    with pytest.raises(ModelError, match="a line without end"):
        Bounds("x").write("a\n" + "b" * (MOST_LINE + 1) + "\nc")
    Bounds("x").write("a" * MOST_LINE + "\n" + "b" * MOST_LINE)


def test_thinking_has_a_bound() -> None:
    bounds = Bounds("x")
    for _ in range(8):
        bounds.think("x" * 1_000_000)
    with pytest.raises(ModelError, match=r"thinks without end .* set qwen.thinking to off"):
        bounds.think("x")


def test_a_line_of_the_stream_has_a_bound() -> None:
    heard = listen(Body((0, b"data: "), (0, b"x" * 500_000), forever=True))
    assert heard.meaning == "too much"
    assert str(heard.failure) == "A part of the reply is too long to be one; run the action again."


@pytest.mark.parametrize(
    ("headers", "least", "says"),
    [
        ({"retry-after": "3"}, 15, "wait 3 seconds"),
        ({"retry-after-ms": "3000", "retry-after": "60"}, 15, "wait 3 seconds"),
        ({"retry-after": "600"}, 0, "wait 10 minutes"),
        ({"retry-after": "soon"}, 0, "wait a minute"),
        ({}, 0, "wait a minute"),
    ],
)
def test_the_pause_that_was_asked_for(headers: dict[str, str], least: float, says: str) -> None:
    heard = run_virtually(listened(json.dumps(BUSY).encode(), "application/json", 429, headers))
    assert heard.meaning == "rate"
    assert says in str(heard.failure)
    assert heard.seconds >= least
    assert heard.requests == (1 if "600" in headers.values() else 6)


@pytest.mark.parametrize(
    ("status", "again", "requests"),
    [
        # 7: what OpenAI's own client asks again for, and what the service says of that.
        (408, "", 4),
        (409, "", 4),
        (429, "", 6),
        (500, "", 4),
        (529, "", 4),
        (409, "false", 1),
        (429, "FALSE", 1),
        (500, "false", 1),
        (418, "", 1),
        (418, "true", 4),
        (400, "maybe", 1),
        (500, "true", 4),
        (401, "true", 1),
        (413, "true", 1),
    ],
)
def test_7_x_should_retry(status: int, again: str, requests: int) -> None:
    headers = {"x-should-retry": again} if again else {}
    heard = run_virtually(listened(b'{"error": "m"}', "application/json", status, headers))
    assert (heard.requests, heard.text) == (requests, "")


@pytest.mark.parametrize(
    ("body", "headers", "shown"),
    [
        ({"error": {"message": "m"}, "request_id": "r-1"}, {"x-request-id": "r-2"}, "r-1"),
        ({"code": "InternalError", "message": "m", "request_id": "r-1"}, {}, "r-1"),
        ({"error": "m"}, {"x-request-id": "r-2"}, "r-2"),
        ({"error": "m"}, {"x-dashscope-request-id": "r-3"}, "r-3"),
        ({"error": "m", "request_id": "my code;"}, {}, ""),
        ({"error": "m", "request_id": 7}, {}, ""),
    ],
)
def test_5_3_the_id_of_a_request_is_in_the_log(
    body: object, headers: dict[str, str], shown: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    heard = run_virtually(listened(json.dumps(body).encode(), "application/json", 400, headers))
    assert heard.failure is not None
    assert heard.failure.request_id == shown
    assert f"; its id is {shown or 'unknown'}\n" in caplog.text
    assert "my code" not in caplog.text


def test_who_asks_once_is_not_kept_waiting() -> None:
    async def scene() -> None:
        asked: list[httpx.Request] = []

        def answer(request: httpx.Request) -> httpx.Response:
            asked.append(request)
            return httpx.Response(429, json=BUSY)

        model = Qwen(
            providers()["custom"], Purse(), Http(transport=httpx.MockTransport(answer)), "1"
        )
        with pytest.raises(ModelError, match="too many requests"):
            await anext(model.once(Request((Message("user", "Hi"),), "m")))
        assert len(asked) == 1

    run_virtually(scene())
