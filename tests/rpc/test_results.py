"""What a client may know of an error, and what is sent as a result (fault 5)."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from lsprotocol import types
from pydantic import SecretStr
from pygls.exceptions import JsonRpcException

from qwen_lsp.errors import UNEXPECTED, ModelError, RequestError

from ..support.handlers import SECRET, raising, raising_later, run, started, turns

SENTENCE = "The service is busy; try again."
ERRORS = [
    (ModelError(SENTENCE), types.LSPErrorCodes.RequestFailed, SENTENCE),
    (RequestError(SENTENCE), types.ErrorCodes.InvalidParams, SENTENCE),
    (ValueError(SECRET), types.ErrorCodes.InternalError, UNEXPECTED),
    (TimeoutError(), types.ErrorCodes.InternalError, UNEXPECTED),
    (JsonRpcException("Changed.", -32801), types.LSPErrorCodes.ContentModified, "Changed."),
]


@pytest.mark.parametrize("make", [raising, raising_later])
@pytest.mark.parametrize(("error", "code", "text"), ERRORS)
async def test_an_error_is_answered_with_its_sentence_alone(
    make: Callable[[BaseException], Callable[[Any], object]],
    error: BaseException,
    code: int,
    text: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    handler = make(error)
    _, link = await started(commands={"c": handler}, features={"qwen/f": handler})
    for id_ in (run(link, "c"), link.ask("qwen/f", {})):
        assert (await link.answer(id_))["error"] == {"code": code, "message": text}
    assert ("Traceback" in caplog.text) == (text == UNEXPECTED)


@pytest.mark.parametrize("make", [raising, raising_later])
async def test_a_failing_notification_tells_the_client_nothing(
    make: Callable[[BaseException], Callable[[Any], object]], caplog: pytest.LogCaptureFixture
) -> None:
    _, link = await started(features={"qwen/n": make(ValueError("in the log"))})
    link.received.clear()
    link.notify("qwen/n")
    await turns()
    assert link.received == []
    assert "in the log" in caplog.text


async def test_a_result_that_can_not_be_sent_is_answered_as_an_error() -> None:
    commands = {"object": lambda _: object(), "secret": lambda _: {"key": SecretStr(SECRET)}}
    _, link = await started(commands=commands)
    for command in commands:
        answer = await link.answer(run(link, command))
        assert answer["error"] == {"code": types.ErrorCodes.InternalError, "message": UNEXPECTED}
    assert SECRET not in str(link.received)


async def test_results_of_lsprotocol_and_plain_ones_are_sent() -> None:
    hover = types.Hover(types.MarkupContent(types.MarkupKind.Markdown, "text"))
    _, link = await started(
        features={"textDocument/hover": lambda _: hover},
        commands={"c": lambda _: {"kind": types.MarkupKind.Markdown, "hover": hover}},
    )
    place = {"textDocument": {"uri": "u"}, "position": {"line": 0, "character": 0}}
    sent = {"contents": {"kind": "markdown", "value": "text"}}
    assert (await link.answer(link.ask("textDocument/hover", place)))["result"] == sent
    answer = await link.answer(run(link, "c"))
    assert answer["result"] == {"kind": "markdown", "hover": sent}


async def test_what_is_sent_and_received_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("pygls").setLevel(logging.WARNING)
    server, link = await started(commands={"echo": lambda call: call.argument})
    await link.answer(run(link, "echo", {"key": SECRET}))
    server.protocol.notify("qwen/status", {"key": SECRET})
    link.open(SECRET)
    assert SECRET in str(link.received)
    assert SECRET not in caplog.text
    assert "qwen/status" in caplog.text
