"""Malformed messages are answered, and unusual ones are read as they are meant (fault 4)."""

import pytest
from lsprotocol import types

from qwen_lsp.errors import UNEXPECTED
from qwen_lsp.lsp.rpc.framing import frame

from ..support.handlers import SECRET, in_memory, run, started
from ..support.link import Link

REQUESTS: list[tuple[bytes, object, int]] = [
    (b"{", None, types.ErrorCodes.ParseError),
    (b"\xff\xfe\xfd", None, types.ErrorCodes.ParseError),
    (b"[" * 100_000, None, types.ErrorCodes.ParseError),
    (b"[]", None, types.ErrorCodes.InvalidRequest),
    (b"3", None, types.ErrorCodes.InvalidRequest),
    (b'{"jsonrpc":"2.0","id":1}', 1, types.ErrorCodes.InvalidRequest),
    (b'{"jsonrpc":"2.0","id":1.5,"method":"x"}', None, types.ErrorCodes.InvalidRequest),
    (b'{"jsonrpc":"2.0","id":null,"method":"x"}', None, types.ErrorCodes.InvalidRequest),
    (b'{"jsonrpc":"2.0","id":true,"method":"x"}', None, types.ErrorCodes.InvalidRequest),
    (b'{"jsonrpc":"2.0","id":1,"method":3}', 1, types.ErrorCodes.InvalidRequest),
    (b'{"jsonrpc":"1.0","id":1,"method":"shutdown"}', 1, types.ErrorCodes.InvalidRequest),
    (b'{"id":"a","method":"shutdown"}', "a", types.ErrorCodes.InvalidRequest),
    (b'{"jsonrpc":"2.0","id":1,"method":"no/such"}', 1, types.ErrorCodes.MethodNotFound),
    (
        b'{"jsonrpc":"2.0","id":1,"method":"textDocument/hover"}',
        1,
        types.ErrorCodes.InvalidParams,
    ),
    (
        b'{"jsonrpc":"2.0","id":1,"method":"textDocument/hover","params":[]}',
        1,
        types.ErrorCodes.InvalidParams,
    ),
    (
        b'{"jsonrpc":"2.0","id":1,"method":"workspace/executeCommand","params":"x"}',
        1,
        types.ErrorCodes.InvalidParams,
    ),
]


@pytest.mark.parametrize(("body", "id_", "code"), REQUESTS)
async def test_every_malformed_request_is_answered(body: bytes, id_: object, code: int) -> None:
    _, link = await started()
    link.received.clear()
    link.write(frame(body))
    assert [(m["id"], m["error"]["code"]) for m in link.received] == [(id_, code)]
    assert "result" in await link.request("shutdown")


async def test_a_malformed_initialize_is_answered_and_can_be_repeated() -> None:
    link = Link(in_memory())
    error = (await link.answer(link.ask("initialize", {"capabilities": 3})))["error"]
    assert error["code"] == types.ErrorCodes.InvalidParams
    assert "capabilities" in error["message"]
    assert "capabilities" in await link.initialize()


async def test_an_initialize_that_fails_can_be_repeated() -> None:
    failures = [RuntimeError("first")]

    async def handler(_: object) -> None:
        while failures:
            raise failures.pop()

    link = Link(in_memory(features={"initialize": handler}))
    assert (await link.request("initialize", capabilities={}))["error"]["message"] == UNEXPECTED
    assert "capabilities" in await link.initialize()


async def test_broken_notifications_are_logged_and_ignored(
    caplog: pytest.LogCaptureFixture,
) -> None:
    _, link = await started()
    link.received.clear()
    link.notify("textDocument/didOpen", textDocument={"uri": "u", "text": SECRET})
    link.notify("$/unknown", x=1)
    link.notify("no/such")
    assert link.received == []
    assert "textDocument/didOpen can't be read: required field missing" in caplog.text
    assert SECRET not in caplog.text
    assert "result" in await link.request("shutdown")


async def test_a_message_may_look_like_one_inside() -> None:
    # pygls reads every object with a "jsonrpc" as a message, whatever it is in.
    _, link = await started(commands={"echo": lambda call: call.argument})
    inner = {"jsonrpc": "2.0", "id": 5, "method": "initialize", "params": {}}
    assert (await link.answer(run(link, "echo", inner)))["result"] == inner


async def test_methods_of_our_own_get_their_parameters_as_sent() -> None:
    _, link = await started(features={"qwen/echo": lambda params: params})
    assert (await link.request("qwen/echo", a={"b": 1}))["result"] == {"a": {"b": 1}}
