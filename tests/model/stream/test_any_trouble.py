"""Whatever a service does, in whatever order: an end, a sentence, and no text twice."""

import asyncio
import json
from contextlib import aclosing

import httpx
from hypothesis import given
from hypothesis import strategies as st

from qwen_lsp.errors import QwenError
from qwen_lsp.model.catalog.providers import providers
from qwen_lsp.model.chat import Message, Request, Text
from qwen_lsp.model.limits.limiter import Limiters, Limits
from qwen_lsp.model.qwen import Qwen
from qwen_lsp.model.transport.http import Http
from tests.support.virtual_time import run_virtually

from ..failures.test_meanings import ROWS, bodies
from .failing_streams import ALL
from .streams import FULL, REPLY
from .test_receive import Body, Purse

REFUSALS = st.builds(
    lambda row, form, after: httpx.Response(
        row[0],
        headers={"retry-after": after} if after else {},
        content=json.dumps(bodies(*row[:3])[form]).encode(),
    ),
    st.sampled_from(ROWS),
    st.sampled_from(sorted(bodies(0, "", ""))),
    st.sampled_from(["", "1", "45", "soon", "9999"]),
)
PAGES = st.builds(
    lambda status: httpx.Response(status, headers={"content-type": "text/html"}, content=b"<html>"),
    st.sampled_from([200, 403, 405, 502]),
)
STREAMS = st.builds(
    lambda sent, place, seconds: httpx.Response(
        200,
        headers={"content-type": "text/event-stream"},
        stream=Body((seconds, sent.stream[:place]), (seconds, sent.stream[place : -place or None])),
    ),
    st.sampled_from(ALL),
    st.integers(0, 300),
    st.sampled_from([0.0, 1.0, 59.0, 200.0]),
)
BREAKS = st.sampled_from(
    [httpx.ReadError("x"), httpx.RemoteProtocolError("x"), httpx.ConnectError("x")]
)


class Service:
    """Does what it is told to, then answers; notes which request had its text shown."""

    def __init__(self, answers: list[httpx.Response | Exception]) -> None:
        self._answers = answers
        self.requests = 0

    def __call__(self, _: httpx.Request) -> httpx.Response:
        self.requests += 1
        if not self._answers:
            return httpx.Response(200, content=FULL)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@given(st.lists(st.one_of(REFUSALS, PAGES, STREAMS, BREAKS), max_size=8))
def test_an_end_a_sentence_and_no_text_twice(answers: list[httpx.Response | Exception]) -> None:
    async def scene() -> None:
        service = Service(list(answers))
        limiters = Limiters(Limits(at_once=1, per_second=1))
        http = Http(transport=httpx.MockTransport(service))
        model = Qwen(providers()["custom"], Purse(), http, "1", limiters)
        shown, first, said = "", 0, ""
        try:
            async with (
                asyncio.timeout(2000),
                aclosing(model.stream(Request((Message("user", "Hi"),), "m"))) as pieces,
            ):
                async for piece in pieces:
                    if isinstance(piece, Text):
                        shown, first = shown + piece.text, first or service.requests
        except QwenError as error:
            said = str(error)
        assert said.endswith(".") if said else shown
        assert "\n" not in said
        assert first in (0, service.requests), "asked again after text was shown"
        assert service.requests <= len(answers) + 1
        assert limiters.counts.day == service.requests
        assert limiters.of(None).pause < 200
        await http.aclose()

    run_virtually(scene())


def test_the_reply_comes_after_all_that_passes() -> None:
    async def scene() -> None:
        busy = [httpx.Response(429, json={"code": "Throttling", "message": "m"}) for _ in range(5)]
        trouble = [httpx.Response(500, json={"error": "m"}) for _ in range(3)]
        service = Service([*busy, *trouble, httpx.ReadError("x"), httpx.ReadError("x")])
        http = Http(transport=httpx.MockTransport(service))
        model = Qwen(providers()["custom"], Purse(), http, "1")
        async with aclosing(model.stream(Request((Message("user", "Hi"),), "m"))) as pieces:
            text = "".join([piece.text async for piece in pieces if isinstance(piece, Text)])
        assert (text, service.requests) == (REPLY, 11)

    run_virtually(scene())
