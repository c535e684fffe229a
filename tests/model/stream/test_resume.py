"""A reply that is cut is gone on with: from what came of it, twice at most, and never repeated."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import httpx
import pytest

from qwen_lsp.errors import ModelError, QwenError, ReplyCut
from qwen_lsp.model.catalog.providers import providers
from qwen_lsp.model.chat import Message, Request, Text, Thought, Usage, Waiting
from qwen_lsp.model.qwen import Qwen
from qwen_lsp.model.stream import resume
from qwen_lsp.model.stream.resume import PAUSES, Begun, asking_to_go_on, onward, way_on
from qwen_lsp.model.transport import suspend
from qwen_lsp.model.transport.http import Http
from qwen_lsp.model.transport.timeouts import Patience
from tests.model.engine import NoKey
from tests.model.wire import Call, Wire, wire

pytestmark = pytest.mark.usefixtures("hasty")

REQUEST = Request((Message("system", "Be good."), Message("user", "Hi")), "qwen3-coder")
LONG = "def f():\n    return 'a beginning that is long enough'\n"


Step = Callable[[Call], Awaitable[None]]


def in_turn(*steps: Step) -> Step:
    """Answers one call after the other."""
    left = list(steps)

    async def answer(call: Call) -> None:
        await left.pop(0)(call)

    return answer


def says(*texts: str, then: str = "drop", usage: int = 0) -> Step:
    """Says the texts; then the connection drops, or the reply ends, or an error comes."""

    async def answer(call: Call) -> None:
        await call.begin()
        for text in texts:
            await call.say(text)
        if usage:
            counted = {"prompt_tokens": 10, "completion_tokens": usage}
            await call.send(f"data: {json.dumps({'choices': [], 'usage': counted})}\n\n")
        if then == "drop":
            call.drop()
        elif then == "error":
            await call.send('data: {"error": {"code": 500, "message": "InternalError.Algo"}}\n\n')
            await call.end()
        else:
            await call.say("", finish="stop")
            await call.end()

    return answer


def refuses(status: int) -> Step:
    async def answer(call: Call) -> None:
        await call.begin(status, "application/json")
        await call.send('{"error": {"message": "Assistant prefill is not supported"}}')
        await call.send_raw(b"0\r\n\r\n")

    return answer


class Said:
    """What a reply came to."""

    def __init__(self) -> None:
        self.text = ""
        self.waited: list[str] = []
        self.usage = Usage()
        self.error: QwenError | None = None


async def reply(
    http: Http, seen: Wire, provider: str = "llamacpp", request: Request = REQUEST
) -> Said:
    said = Said()
    try:
        async with aclosing(
            Qwen(providers()[provider], NoKey(seen.base_url), http, "0").stream(request)
        ) as pieces:
            async for piece in pieces:
                if isinstance(piece, Text):
                    said.text += piece.text
                elif isinstance(piece, Waiting):
                    said.waited.append(piece.why)
                elif isinstance(piece, Usage):
                    said.usage = piece
    except QwenError as error:
        said.error = error
    return said


async def test_it_goes_on_from_what_came(http: Http) -> None:
    async with wire(in_turn(says("Hel", "lo y"), says("ou.", then="end"))) as seen:
        said = await reply(http, seen)
    assert (said.text, said.error) == ("Hello you.", None)
    assert said.waited == ["going on with the reply"]
    first, second = (call.json for call in seen.calls)
    assert second["messages"] == [*first["messages"], {"role": "assistant", "content": "Hello y"}]
    told = {"chat_template_kwargs": {"enable_thinking": False}}
    assert {**second, "messages": 0} == {**first, "messages": 0, **told}


async def test_it_goes_on_twice_and_no_more(http: Http) -> None:
    async with wire(in_turn(says("a"), says("b"), says("c"))) as seen:
        said = await reply(http, seen)
    assert said.text == "abc"
    assert type(said.error) is ReplyCut
    assert [call.json["messages"][-1]["content"] for call in seen.calls] == ["Hi", "a", "ab"]


async def test_it_does_not_go_on_where_going_on_brought_nothing(http: Http) -> None:
    async with wire(in_turn(says("a"), says())) as seen:
        said = await reply(http, seen)
    assert (said.text, len(seen.calls)) == ("a", 2)
    assert said.error is not None
    assert "broke before the reply was whole" in str(said.error)


async def test_a_network_that_is_away_for_a_while(
    http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resume, "NETWORK_PAUSES", (0.02, 0.02))
    most = [3]

    class Away(httpx.AsyncBaseTransport):
        """The first stream breaks; then nobody is reached so often as the test says."""

        def __init__(self) -> None:
            self.asked = 0

        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            self.asked += 1
            if 1 < self.asked <= most[0]:
                raise httpx.ConnectError("away") from OSError(101, "unreachable")
            text, finish = ("a", "null") if self.asked == 1 else ("b", '"stop"')
            chunk = f'{{"choices":[{{"delta":{{"content":"{text}"}},"finish_reason":{finish}}}]}}'
            headers = {"content-type": "text/event-stream"}
            return httpx.Response(200, headers=headers, content=f"data: {chunk}\n\n".encode())

    seen = Wire("http://127.0.0.1:1/v1")
    said = await reply(Http(transport=Away()), seen)
    assert (said.text, said.error) == ("ab", None)
    most[0] = 9
    said = await reply(Http(transport=Away()), seen)
    assert said.text == "a"
    assert "broke off before its end" in str(said.error)


async def test_a_reply_that_has_not_begun_is_not_gone_on_with(http: Http) -> None:
    async with wire(says()) as seen:
        said = await reply(http, seen)
    assert said.text == ""
    assert isinstance(said.error, ModelError)
    assert all(call.json["messages"][-1]["role"] == "user" for call in seen.calls)


@pytest.mark.parametrize("status", [400, 422, 501])
async def test_who_refuses_to_go_on_leaves_the_first_failure(http: Http, status: int) -> None:
    async with wire(in_turn(says("a"), refuses(status))) as seen:
        said = await reply(http, seen)
    assert said.text == "a"
    assert "broke before the reply was whole" in str(said.error)


async def test_nothing_was_left_to_go_on_with(http: Http) -> None:
    async with wire(in_turn(says("All of it."), says(then="end"))) as seen:
        said = await reply(http, seen)
    assert (said.text, said.error) == ("All of it.", None)


async def test_a_service_that_says_it_all_again(http: Http) -> None:
    again = [LONG[:9], LONG[9:] + "x", " = 1\n"]
    async with wire(in_turn(says(LONG), says(*again, then="end"))) as seen:
        said = await reply(http, seen)
    assert (said.text, said.error) == (LONG + "x = 1\n", None)


async def test_what_only_begins_like_a_repetition_is_kept(http: Http) -> None:
    async with wire(in_turn(says(LONG), says("def f", "(): pass\n", then="end"))) as seen:
        said = await reply(http, seen)
    assert said.text == LONG + "def f(): pass\n"


async def test_tokens_are_counted_over_all_streams(http: Http) -> None:
    steps = in_turn(says("a", usage=1), says("b", usage=2), says("c", then="end", usage=4))
    async with wire(steps) as seen:
        said = await reply(http, seen)
    assert said.usage == Usage(prompt_tokens=30, completion_tokens=7)


async def test_trouble_in_the_stream_is_waited_out(
    http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PAUSES, "trouble", 0.02)
    async with wire(in_turn(says("a", then="error"), says("b", then="end"))) as seen:
        said = await reply(http, seen)
    assert (said.text, said.error) == ("ab", None)
    assert said.waited == ["going on with the reply in 1 s"]


async def test_a_service_that_can_not_go_on(http: Http) -> None:
    async with wire(says("a")) as seen:
        said = await reply(http, seen, "lmstudio")
    assert (said.text, len(seen.calls)) == ("a", 1)
    assert type(said.error) is ReplyCut


async def test_no_special_token_in_what_came_is_sent_back(http: Http) -> None:
    steps = in_turn(says("t = '<|im_", "end|>' # é"), says("\n", then="end"))
    async with wire(steps) as seen:
        said = await reply(http, seen)
    assert said.text == "t = '<|im_end|>' # é\n"
    assert "<|im_end|>" not in seen.calls[1].json["messages"][-1]["content"]


INTL = "dashscope-intl.aliyuncs.com"


@pytest.mark.parametrize(
    ("provider", "host", "model", "way"),
    [
        ("dashscope-intl", INTL, "qwen3.7-plus", "partial"),
        ("dashscope-cn", INTL, "qwen3-coder-flash", "partial"),
        ("dashscope-cn", INTL, "qwen4-max", "partial"),
        ("dashscope-cn", INTL, "qwen-plus", "partial"),
        ("dashscope-cn", INTL, "qwen3.8-max", None),
        ("dashscope-cn", INTL, "qwen3-235b-a22b-thinking-2507", None),
        ("dashscope-cn", INTL, "deepseek-v4", None),
        ("custom", INTL, "qwen3.7-plus", "partial"),
        ("custom", "llm.example.com", "qwen3.7-plus", None),
        ("qwen-oauth", "portal.qwen.ai", "coder-model", None),
        ("coding-plan-intl", "coding-intl.dashscope.aliyuncs.com", "qwen3.7-plus", None),
        ("ollama", "127.0.0.1", "qwen3-coder:30b", "last"),
        ("ollama", "127.0.0.1", "llama3", None),
        ("llamacpp", "127.0.0.1", "anything", "last"),
        ("vllm", "127.0.0.1", "Qwen/Qwen3-Coder", "flag"),
        ("lmstudio", "127.0.0.1", "qwen3-coder", None),
    ],
)
def test_who_can_go_on(provider: str, host: str, model: str, way: str | None) -> None:
    assert way_on(replace(REQUEST, model=model), providers()[provider], host) == way


NO_THINKING = {"chat_template_kwargs": {"enable_thinking": False}}
FLAGS = {"continue_final_message": True, "add_generation_prompt": False}


@pytest.mark.parametrize(
    ("way", "dialect", "message", "more"),
    [
        ("partial", "dashscope", {"partial": True}, {}),
        ("last", "effort", {}, {}),
        ("last", "template", {}, NO_THINKING),
        ("flag", "template", {}, {**FLAGS, **NO_THINKING}),
    ],
)
def test_how_it_is_asked_for(
    way: Any, dialect: Any, message: dict[str, Any], more: dict[str, Any]
) -> None:
    user, begun = {"role": "user", "content": "u"}, {"role": "assistant", "content": "x"}
    body = {"model": "m", "messages": [user, begun]}
    asked = asking_to_go_on(body, way, dialect)
    assert asked == {"model": "m", "messages": [user, begun | message], **more}
    assert body == {"model": "m", "messages": [user, begun]}


def test_what_goes_on_does_not_think_again() -> None:
    asked = onward(replace(REQUEST, thinking="auto", may_be_kept=True), "x")
    assert (asked.thinking, asked.may_be_kept) == ("off", False)
    assert asked.messages[-1] == Message("assistant", "x")


async def test_what_follows_may_take_what_is_left_of_the_limit(http: Http) -> None:
    """Some 30 characters are taken for 10 tokens."""
    request = replace(REQUEST, max_tokens=25)
    steps = in_turn(says("a" * 30), says("b" * 30), says("c", then="end"))
    async with wire(steps) as seen:
        said = await reply(http, seen, request=request)
    assert (said.text, said.error) == ("a" * 30 + "b" * 30 + "c", None)
    assert [call.json["max_tokens"] for call in seen.calls] == [25, 15, 5]


async def test_where_nothing_is_left_of_the_limit_it_is_not_gone_on_with(http: Http) -> None:
    async with wire(says("a" * 30)) as seen:
        said = await reply(http, seen, request=replace(REQUEST, max_tokens=10))
    assert (said.text, len(seen.calls)) == ("a" * 30, 1)
    assert "broke before the reply was whole" in str(said.error)


async def test_the_limit_that_is_named_is_the_users_own(http: Http) -> None:
    async def at_its_limit(call: Call) -> None:
        await call.begin()
        await call.say("b", finish="length")
        await call.end()

    async with wire(in_turn(says("a" * 30), at_its_limit)) as seen:
        said = await reply(http, seen, request=replace(REQUEST, max_tokens=25))
    assert "was cut at the limit of 25 tokens; set qwen.maxTokens higher" in str(said.error)


def test_who_says_that_asking_again_is_of_no_use_is_believed() -> None:
    begun = Begun()
    begun.take(Text("x"))
    assert begun.pause(ReplyCut("m", meaning="trouble", is_final=True)) is None
    assert begun.pause(ReplyCut("m", meaning="trouble")) == PAUSES["trouble"]


def test_thinking_counts() -> None:
    begun = Begun()
    begun.take(Thought("Hm. " * 15))
    begun.take(Text("x = 1\n"))
    assert begun.tokens == 22
    assert replace(REQUEST, max_tokens=100, spent=22).tokens_left == 78
    assert replace(REQUEST, max_tokens=20, spent=22).tokens_left == 0
    assert replace(REQUEST, spent=22).tokens_left is None


async def test_a_machine_that_slept_is_not_kept_waiting(
    http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service stands for a far one: a stream from this machine would outlast the sleep."""
    now = [1000.0]
    monkeypatch.setattr(suspend, "clock", lambda: now[0])
    monkeypatch.setattr(suspend, "TICK", 0.01)
    monkeypatch.setattr("qwen_lsp.model.qwen.patience_at", lambda *_: Patience(idle=30))

    async def fall_silent(call: Call) -> None:
        await call.begin()
        await call.say("a")
        await asyncio.sleep(0.05)
        now[0] += 600
        await call.gone()

    async with wire(in_turn(fall_silent, says("b", then="end"))) as seen:
        async with asyncio.timeout(5):
            said = await reply(http, seen)
    assert (said.text, said.error) == ("ab", None)
