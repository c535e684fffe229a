"""Where a reply may be cut, and what a service may say where it was to go on."""

import asyncio

import pytest

from qwen_lsp.model.transport.http import Http
from tests.model.wire import Call, wire

from .test_resume import LONG, in_turn, reply, says

pytestmark = pytest.mark.usefixtures("hasty")

HALVES = [
    b'data: {"choices":[{"delta":{"content":"\\ud83d"}}]}\n\n',
    b'data: {"choices":[{"delta":{"content":"\xf0\x9f',
    b'data: {"choices":[{"delta":{"content":"x"}}',
    b"data",
]


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("breaks", [True, False])
async def test_a_cut_in_a_character_or_an_event(http: Http, half: bytes, breaks: bool) -> None:
    async def answer(call: Call) -> None:
        await call.begin()
        await call.say("é")
        await call.send_raw(b"%x\r\n%s\r\n" % (len(half), half))
        await asyncio.sleep(0.05)
        if breaks:
            call.drop()
        else:
            await call.send_raw(b"0\r\n\r\n")

    async with wire(in_turn(answer, says("😀", then="end"))) as seen:
        said = await reply(http, seen)
    assert (said.text, said.error) == ("é😀", None)
    assert seen.calls[1].json["messages"][-1]["content"] == "é"


async def test_a_cut_between_the_finish_and_the_end_is_none(http: Http) -> None:
    async def answer(call: Call) -> None:
        await call.begin()
        await call.say("All.")
        await call.say("", finish="stop")
        call.drop()

    async with wire(answer) as seen:
        said = await reply(http, seen)
    assert (said.text, said.error, len(seen.calls)) == ("All.", None, 1)


NEW_STARTS = [
    "Sure! Here is the rest of the code:\n\n```python\n    b = 2\n```\n",
    "Here you are.\n```python\ndef f():\n",
    "```python\ndef g():\n    return 2\n```\n",
    "Certainly, this is the code:\n```\ndef g():\n",
    "def f():\n    return 'a beginning that is not the same'\n```\n",
    "好的！\n\n```python\n    b = 2\n```\n",
]


@pytest.mark.parametrize("said", NEW_STARTS)
@pytest.mark.parametrize("size", [1, 9, 1000])
async def test_a_service_that_begins_anew_is_not_believed(http: Http, said: str, size: int) -> None:
    begun = LONG if said.startswith("def") else f"```python\n{LONG}    a"
    pieces = [said[at : at + size] for at in range(0, len(said), size)]
    async with wire(in_turn(says(begun), says(*pieces, then="end"))) as seen:
        said_in_all = await reply(http, seen)
    assert said_in_all.text == begun
    assert len(seen.calls) == 2
    assert "broke before the reply was whole" in str(said_in_all.error)


async def test_white_space_at_the_cut_is_not_doubled(http: Http) -> None:
    """vLLM has what came before without it, where the template of the model leaves it out."""
    async with wire(in_turn(says("a = 1\n  "), says("\n", "  b = 2\n", then="end"))) as seen:
        said = await reply(http, seen, "vllm")
    assert seen.calls[1].json["messages"][-1]["content"] == "a = 1"
    assert said.text == "a = 1\n  b = 2\n"
