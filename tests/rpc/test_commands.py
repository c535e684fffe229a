"""Commands: their arguments, how they are cancelled, and what is refused (faults 1 and 9)."""

import asyncio

import pytest
from lsprotocol import types

from qwen_lsp.lsp.rpc.protocol import CommandCall

from ..support.handlers import Work, in_memory, raising_later, run, started, turns
from ..support.link import Link


async def test_a_cancelled_command_stops() -> None:
    work = Work()
    _, link = await started(commands={"work": work})
    id_ = run(link, "work")
    await turns()
    link.notify("$/cancelRequest", id=id_)
    answer = await link.answer(id_)
    assert answer["error"]["code"] == types.LSPErrorCodes.RequestCancelled
    assert work.ends == ["cancelled"]


async def test_a_command_that_is_cancelled_before_it_begins_is_answered() -> None:
    work = Work()
    server, link = await started(commands={"work": work})
    id_ = run(link, "work")
    server.protocol.cancel_all()
    answer = await link.answer(id_)
    assert answer["error"]["code"] == types.LSPErrorCodes.RequestCancelled
    assert work.calls == []


async def test_cancelling_what_is_done_or_unknown_is_nothing() -> None:
    _, link = await started(commands={"now": lambda _: 1})
    id_ = run(link, "now")
    link.notify("$/cancelRequest", id=id_)
    link.notify("$/cancelRequest", id="nonsense")
    assert [message for message in link.received if message.get("id") == id_] == [
        {"jsonrpc": "2.0", "id": id_, "result": 1}
    ]


async def test_a_command_that_cancels_itself_is_answered() -> None:
    _, link = await started(commands={"c": raising_later(asyncio.CancelledError())})
    answer = await link.answer(run(link, "c"))
    assert answer["error"] == {
        "code": types.LSPErrorCodes.RequestCancelled,
        "message": "The request was cancelled.",
    }


async def test_a_command_gets_its_argument_and_token() -> None:
    work = Work()
    work.go.set()
    _, link = await started(commands={"work": work})
    answer = await link.answer(run(link, "work", {"a": [1]}, workDoneToken="t"))
    assert answer["result"] == {"argument": {"a": [1]}}
    assert work.calls == [CommandCall({"a": [1]}, "t")]
    await link.answer(run(link, "work"))
    await link.request("workspace/executeCommand", command="work")
    await link.request("workspace/executeCommand", command="work", arguments=[None])
    assert work.calls[1:] == [CommandCall(None, None)] * 3


@pytest.mark.parametrize("arguments", [[1], ["text"], [{}, {}], [[{}]]])
async def test_a_command_takes_one_object(arguments: list[object]) -> None:
    _, link = await started(commands={"work": Work()})
    error = (await link.answer(run(link, "work", *arguments)))["error"]
    assert error["code"] == types.ErrorCodes.InvalidParams
    assert error["message"] == "work takes one object as its argument, or nothing."


async def test_an_unknown_command_is_refused_with_a_sentence() -> None:
    _, link = await started()
    error = (await link.answer(run(link, "qwen.nothing")))["error"]
    assert error["code"] == types.ErrorCodes.InvalidParams
    assert error["message"].startswith("There is no command “qwen.nothing”")


async def test_commands_are_advertised_with_progress() -> None:
    server = in_memory(commands={"a": lambda _: None, "b": lambda _: None})
    result = await Link(server).initialize()
    assert result["capabilities"]["executeCommandProvider"] == {
        "commands": ["a", "b"],
        "workDoneProgress": True,
    }


async def test_a_request_id_that_is_still_in_use_is_refused() -> None:
    work = Work()
    _, link = await started(commands={"work": work})
    for _ in range(2):
        link.send(id=7, method="workspace/executeCommand", params={"command": "work"})
    answer = await link.answer(7)
    assert answer["error"]["code"] == types.ErrorCodes.InvalidRequest
    work.go.set()
    link.received.clear()
    assert "result" in await link.answer(7)
