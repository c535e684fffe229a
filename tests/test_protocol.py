"""pygls put right: each of these fails on pygls 2.1 as it is."""

import asyncio
import gc
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types
from pydantic import SecretStr
from pygls.exceptions import JsonRpcException

from qwen_lsp.errors import UNEXPECTED, ModelError, RequestError
from qwen_lsp.lsp.documents import OpenDocument, Revision
from qwen_lsp.lsp.framing import BadHeader, Splitter, frame
from qwen_lsp.lsp.protocol import CommandCall
from qwen_lsp.lsp.serving import Server

from .support.link import Json, Link

SECRET = "sk-0123456789abcdef"


class Heard:
    """Writes down what it hears of the documents."""

    def __init__(self) -> None:
        self.events: list[tuple[Any, ...]] = []

    def opened(self, document: OpenDocument) -> None:
        self.events.append(("opened", document.version, document.source))

    def changed(self, document: OpenDocument, revision: Revision) -> None:
        self.events.append(("changed", revision.version, document.source, len(revision.edits)))

    def will_save(self, document: OpenDocument, reason: types.TextDocumentSaveReason) -> None:
        self.events.append(("will save", document.version, reason))

    def saved(self, document: OpenDocument) -> None:
        self.events.append(("saved", document.version))

    def closed(self, document: OpenDocument) -> None:
        self.events.append(("closed", document.version))


class Work:
    """A command that runs until it is let go, and says how it ended."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.calls: list[CommandCall] = []
        self.ends: list[str] = []

    async def __call__(self, call: CommandCall) -> object:
        self.calls.append(call)
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.ends.append("cancelled")
            raise
        self.ends.append("done")
        return {"argument": call.argument}


def raising(error: BaseException) -> Callable[[Any], object]:
    def handler(_: Any) -> object:
        raise error

    return handler


def raising_later(error: BaseException) -> Callable[[Any], object]:
    async def handler(_: Any) -> object:
        await asyncio.sleep(0)
        raise error

    return handler


async def started(**tables: Any) -> tuple[Server, Link]:
    server = Server("test", "0", **tables)
    link = Link(server)
    await link.initialize()
    return server, link


def run(link: Link, command: str, *arguments: object, **params: object) -> int:
    params |= {"command": command}
    return link.ask("workspace/executeCommand", {**params, "arguments": list(arguments)})


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


# Commands and cancelling (faults 1 and 9).


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
    server = Server("test", "0", commands={"a": lambda _: None, "b": lambda _: None})
    result = await Link(server).initialize()
    assert result["capabilities"]["executeCommandProvider"] == {
        "commands": ["a", "b"],
        "workDoneProgress": True,
    }


# Order.


async def test_a_coroutine_begins_before_the_next_message_is_looked_at() -> None:
    seen: list[str] = []

    async def look(_: CommandCall) -> object:
        document = server.documents.open_document("file:///a.py")
        seen.append(document.source if document else "")
        await asyncio.sleep(0)
        return None

    server, link = await started(commands={"look": look})
    uri = link.open("one")
    both = json.dumps({"jsonrpc": "2.0", "id": 1, **COMMAND_LOOK}).encode()
    link.write(frame(both) + frame(json.dumps(_change(uri, 2, "two")).encode()))
    await link.answer(1)
    assert seen == ["one"]


COMMAND_LOOK = {"method": "workspace/executeCommand", "params": {"command": "look"}}


def _change(uri: str, version: int, text: str) -> Json:
    document = {"uri": uri, "version": version}
    params = {"textDocument": document, "contentChanges": [{"text": text}]}
    return {"jsonrpc": "2.0", "method": "textDocument/didChange", "params": params}


async def test_who_waited_for_an_answer_goes_on_before_the_next_message() -> None:
    seen: list[str] = []

    async def ask(_: CommandCall) -> object:
        await server.protocol.request("workspace/configuration", {"items": []}, timeout=5)
        document = server.documents.open_document("file:///a.py")
        seen.append(document.source if document else "")
        return None

    server, link = await started(commands={"look": ask})
    uri = link.open("one")
    link.send(id=1, **COMMAND_LOOK)
    asked = await link.wait_for({"method": "workspace/configuration"})
    answer = {"jsonrpc": "2.0", "id": asked["id"], "result": []}
    link.write(b"".join(frame(json.dumps(m).encode()) for m in (answer, _change(uri, 2, "two"))))
    await link.answer(1)
    assert seen == ["one"]


async def test_watchers_hear_all_in_order_and_at_once() -> None:
    server, link = await started()
    heard = Heard()
    server.watch(heard)
    uri = link.open("a\n")
    span = {"start": {"line": 0, "character": 1}, "end": {"line": 0, "character": 1}}
    document = {"uri": uri, "version": 2}
    changes = [{"range": span, "text": "b"}, {"range": None, "text": "ab!\n"}]
    link.notify("textDocument/didChange", textDocument=document, contentChanges=changes)
    link.notify("textDocument/willSave", textDocument={"uri": uri}, reason=1)
    link.notify("textDocument/didSave", textDocument={"uri": uri})
    link.notify("textDocument/didClose", textDocument={"uri": uri})
    assert heard.events == [
        ("opened", 1, "a\n"),
        ("changed", 2, "ab!\n", 2),
        ("will save", 2, types.TextDocumentSaveReason.Manual),
        ("saved", 2),
        ("closed", 2),
    ]
    assert server.documents.open_document(uri) is None


async def test_a_watcher_that_fails_harms_no_other(caplog: pytest.LogCaptureFixture) -> None:
    server, link = await started()
    heard = Heard()
    server.watch(object())  # type: ignore[arg-type]
    server.watch(heard)
    link.open("a")
    assert len(heard.events) == 1
    assert "AttributeError" in caplog.text


async def test_changes_of_a_document_that_is_not_open_are_ignored() -> None:
    server, link = await started()
    heard = Heard()
    server.watch(heard)
    link.send(**{k: v for k, v in _change("file:///b.py", 2, "x").items() if k != "jsonrpc"})
    link.notify("textDocument/didSave", textDocument={"uri": "file:///b.py"})
    link.notify("textDocument/didClose", textDocument={"uri": "file:///b.py"})
    assert heard.events == []


async def test_sync_is_advertised_whatever_the_client_says() -> None:
    result = await Link(Server("test", "0")).initialize()
    assert result["capabilities"]["textDocumentSync"] == {
        "openClose": True,
        "change": types.TextDocumentSyncKind.Incremental,
        "willSave": True,
        "willSaveWaitUntil": False,
        "save": {"includeText": False},
    }


# Values from the future, and malformed messages (fault 4).

FUTURE: list[Json] = [
    {"textDocument": {"codeAction": {"tagSupport": {"valueSet": [1, 2]}}}},
    {"workspace": {"symbol": {"symbolKind": {"valueSet": [1, 27]}}}},
    {"textDocument": {"hover": {"contentFormat": ["asciidoc", "markdown"]}}},
    {"textDocument": {"completion": {"completionItem": {"documentationFormat": ["html"]}}}},
    {"workspace": {"workspaceEdit": {"failureHandling": "hope"}}},
    {"workspace": {"workspaceEdit": {"resourceOperations": ["copy"]}}},
    {"textDocument": {"publishDiagnostics": {"tagSupport": {"valueSet": [1, 2, 3]}}}},
    {"general": {"positionEncodings": ["utf-7"]}},
    {"textDocument": {"newThing": {"deep": [1]}}, "experimental": [1]},
    {"workspace": [], "textDocument": []},
]


@pytest.mark.parametrize("capabilities", FUTURE, ids=str)
async def test_initialize_takes_values_from_the_future(capabilities: Json) -> None:
    seen: list[types.InitializeParams] = []
    link = Link(Server("test", "0", features={"initialize": seen.append}))
    result = await link.initialize(capabilities, trace="chatty", new=1)
    assert result["capabilities"]["positionEncoding"] == "utf-16"
    assert len(seen) == 1


async def test_what_lies_beside_an_unknown_value_is_kept() -> None:
    server = Server("test", "0")
    await Link(server).initialize({"textDocument": {"hover": {"contentFormat": ["x", "markdown"]}}})
    document = server.client_capabilities.text_document
    assert document
    assert document.hover
    assert document.hover.content_format == ("x", types.MarkupKind.Markdown)


async def test_requests_take_values_from_the_future() -> None:
    seen: list[types.CodeActionParams] = []
    _, link = await started(features={"textDocument/codeAction": seen.append})
    place = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
    diagnostic = {"range": place, "message": "m", "severity": 9, "tags": [7]}
    context = {"diagnostics": [diagnostic], "only": ["made.up"], "triggerKind": 5}
    answer = await link.request(
        "textDocument/codeAction", textDocument={"uri": "u"}, range=place, context=context
    )
    assert "result" in answer
    assert seen[0].context.trigger_kind == 5


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["utf-8", "utf-16"], "utf-8"),
        (["utf-32", "utf-8"], "utf-32"),
        (["utf-7", "utf-32"], "utf-32"),
        (["utf-16"], "utf-16"),
        ([], "utf-16"),
        (None, "utf-16"),
    ],
)
async def test_the_first_encoding_of_the_client_is_used(
    offered: list[str] | None, chosen: str
) -> None:
    server = Server("test", "0")
    link = Link(server)
    result = await link.initialize({"general": {"positionEncodings": offered}})
    assert result["capabilities"]["positionEncoding"] == chosen
    document = server.documents.open_document(link.open("é"))
    assert document
    assert document.encoding == chosen


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
    link = Link(Server("test", "0"))
    error = (await link.answer(link.ask("initialize", {"capabilities": 3})))["error"]
    assert error["code"] == types.ErrorCodes.InvalidParams
    assert "capabilities" in error["message"]
    assert "capabilities" in await link.initialize()


async def test_an_initialize_that_fails_can_be_repeated() -> None:
    failures = [RuntimeError("first")]

    async def handler(_: object) -> None:
        while failures:
            raise failures.pop()

    link = Link(Server("test", "0", features={"initialize": handler}))
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


HEADERS = [
    b"content-length:%d\r\n\r\n",
    b"CONTENT-LENGTH :  %d \r\n\r\n",
    b"Content-Type: application/vscode-jsonrpc; charset=utf8\r\nContent-Length: %d\r\n\r\n",
    b"Content-Length: %d\nX-Other: 1\n\n",
    b"\r\n\r\nContent-Length: %d\r\n\r\n",
]


@pytest.mark.parametrize("header", HEADERS)
def test_headers_are_read_tolerantly(header: bytes) -> None:
    body = '{"é":1}'.encode()
    whole = header % len(body) + body
    assert list(Splitter().feed(whole * 2)) == [body, body]


@given(st.lists(st.binary(max_size=20), max_size=5), st.integers(1, 30))
def test_pieces_of_any_size_give_the_same_messages(bodies: list[bytes], size: int) -> None:
    sent = b"".join(map(frame, bodies))
    splitter = Splitter()
    pieces = (sent[start : start + size] for start in range(0, len(sent), size))
    assert [body for piece in pieces for body in splitter.feed(piece)] == bodies


@pytest.mark.parametrize("header", [b"X: 1", b"Content-Length: -5", b"Content-Length: 9999999999"])
async def test_a_bad_header_is_answered_and_passed_over(header: bytes) -> None:
    _, link = await started()
    link.received.clear()
    link.write(header + b"\r\n\r\n")
    assert link.received[0]["error"]["code"] == types.ErrorCodes.ParseError
    assert "result" in await link.request("shutdown")


def test_a_header_without_end_does_not_grow_for_ever() -> None:
    (bad,) = Splitter().feed(b"x" * 100_000)
    assert isinstance(bad, BadHeader)


async def test_text_that_has_no_utf_8_is_sent_as_an_escape() -> None:
    _, link = await started(commands={"echo": lambda call: call.argument})
    for text in ("é😋中", "half \ud83d"):
        assert (await link.answer(run(link, "echo", {"t": text})))["result"] == {"t": text}


# What a client may know of an error (fault 5).

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


# Requests to the client (fault 7).


async def test_a_request_to_the_client_is_answered() -> None:
    server, link = await started()
    params = types.ApplyWorkspaceEditParams(types.WorkspaceEdit())
    task = asyncio.create_task(server.protocol.request("workspace/applyEdit", params, timeout=5))
    asked = await link.wait_for({"method": "workspace/applyEdit"})
    link.send(id=asked["id"], result={"applied": True})
    assert (await task).applied is True


async def test_an_error_of_the_client_is_a_value() -> None:
    server, link = await started()
    task = asyncio.create_task(
        server.protocol.request("workspace/applyEdit", {"edit": {}}, timeout=5)
    )
    asked = await link.wait_for({"method": "workspace/applyEdit"})
    link.send(id=asked["id"], error={"code": -32603, "message": "No."})
    error = await task
    assert isinstance(error, types.ResponseError)
    assert (error.code, error.message) == (-32603, "No.")


@pytest.mark.parametrize("error", [{}, "text", {"code": "x"}, [1]])
async def test_even_a_strange_error_is_a_value(error: object) -> None:
    server, link = await started()
    task = asyncio.create_task(
        server.protocol.request("workspace/applyEdit", {"edit": {}}, timeout=5)
    )
    asked = await link.wait_for({"method": "workspace/applyEdit"})
    link.send(id=asked["id"], error=error)
    assert isinstance(await task, types.ResponseError)


async def test_an_answer_that_can_not_be_read_is_an_error() -> None:
    server, link = await started()
    task = asyncio.create_task(
        server.protocol.request("workspace/applyEdit", {"edit": {}}, timeout=5)
    )
    asked = await link.wait_for({"method": "workspace/applyEdit"})
    link.send(id=asked["id"], result="yes")
    assert isinstance(await task, types.ResponseError)


async def test_a_late_answer_is_dropped_quietly(caplog: pytest.LogCaptureFixture) -> None:
    server, link = await started()
    with pytest.raises(TimeoutError):
        await server.protocol.request("workspace/applyEdit", {"edit": {}}, timeout=0)
    asked = await link.wait_for({"method": "workspace/applyEdit"})
    link.received.clear()
    caplog.clear()
    link.send(id=asked["id"], result={"applied": True})
    link.send(id=asked["id"], error={"code": 1, "message": "late"})
    link.send(id=None, error={"code": 1, "message": "of what?"})
    link.send(id=99999, result=None)
    await turns()
    assert link.received == []
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []


async def test_an_answer_in_the_moment_of_giving_up_is_dropped() -> None:
    server, link = await started(commands={"now": lambda _: 1})
    asked = server.protocol.send_request_async("workspace/applyEdit", {"edit": {}})
    id_ = link.received[-1]["id"]
    asked.cancel()
    link.send(id=id_, result={"applied": True})
    assert (await link.answer(run(link, "now")))["result"] == 1


async def test_the_methods_of_pygls_work_too() -> None:
    server, link = await started()
    params = types.ShowDocumentParams("https://example.org", external=True)
    task = asyncio.create_task(server.window_show_document_async(params))
    asked = await link.wait_for({"method": "window/showDocument"})
    link.send(id=asked["id"], result={"success": True})
    assert (await task).success is True


# What is left behind, and the end (fault 6).


async def test_nothing_is_kept_of_what_is_done() -> None:
    server, link = await started(
        commands={"now": lambda _: 1, "later": _soon}, features={"qwen/n": _soon}
    )
    gc.collect()
    before = _sizes(server)
    for _ in range(3):
        uri = link.open("x")
        link.notify("qwen/n")
        link.notify("textDocument/didClose", textDocument={"uri": uri})
        await link.answer(run(link, "now"))
        await link.answer(run(link, "later"))
        with pytest.raises(TimeoutError):
            await server.protocol.request("workspace/applyEdit", {"edit": {}}, timeout=0)
    await turns()
    assert _sizes(server) == before


async def _soon(_: object) -> None:
    await asyncio.sleep(0)


def _sizes(server: Server) -> dict[str, int]:
    kept = {**vars(server.protocol), **vars(server.protocol.progress)}
    return {name: len(value) for name, value in kept.items() if hasattr(value, "__len__")}


async def test_a_progress_token_is_forgotten_when_its_work_ends() -> None:
    cancelled: list[types.WorkDoneProgressCancelParams] = []
    server, link = await started(
        features={types.WINDOW_WORK_DONE_PROGRESS_CANCEL: cancelled.append}
    )
    progress = server.work_done_progress
    for token in ("a", "b"):
        progress.begin(token, types.WorkDoneProgressBegin("Working"))
    watched = progress.tokens["b"]
    progress.end("a", types.WorkDoneProgressEnd())
    link.notify("window/workDoneProgress/cancel", token="b")
    link.notify("window/workDoneProgress/cancel", token="unknown")
    assert watched.cancelled()
    assert progress.tokens == {}
    assert [params.token for params in cancelled] == ["b", "unknown"]


async def test_shutdown_while_commands_run() -> None:
    work = Work()
    server, link = await started(commands={"work": work})
    ids = [run(link, "work") for _ in range(3)]
    await turns()
    assert (await link.request("shutdown"))["result"] is None
    for id_ in ids:
        answer = await link.answer(id_)
        assert answer["error"]["code"] == types.LSPErrorCodes.RequestCancelled
    assert work.ends == ["cancelled"] * 3
    link.notify("exit")
    assert server.protocol.exit_status == 0


async def test_shutdown_waits_for_the_handler_of_ours() -> None:
    closed = asyncio.Event()

    async def shutdown(_: object) -> None:
        await turns()
        closed.set()

    _, link = await started(features={"shutdown": shutdown})
    assert (await link.request("shutdown"))["result"] is None
    assert closed.is_set()


async def test_after_shutdown_nothing_but_exit_is_taken() -> None:
    server, link = await started(commands={"now": lambda _: 1})
    await link.request("shutdown")
    for method in ("shutdown", "initialize", "workspace/executeCommand"):
        error = await link.answer(link.ask(method, {"capabilities": {}, "command": "now"}))
        assert error["error"]["code"] == types.ErrorCodes.InvalidRequest
    link.open("x")
    assert server.documents.open_document("file:///a.py") is None


async def test_before_initialize_requests_are_refused_and_notifications_dropped() -> None:
    server = Server("test", "0", commands={"now": lambda _: 1})
    link = Link(server)
    error = (await link.answer(run(link, "now")))["error"]
    assert error["code"] == types.ErrorCodes.ServerNotInitialized
    link.open("x")
    await link.initialize()
    assert server.documents.open_document("file:///a.py") is None
    again = await link.request("initialize", capabilities={})
    assert again["error"]["code"] == types.ErrorCodes.InvalidRequest


async def test_exit_without_shutdown_is_a_failure() -> None:
    server, link = await started()
    link.notify("exit")
    assert server.protocol.ended.is_set()
    assert server.protocol.exit_status == 1


async def test_the_end_comes_after_what_was_said_before_it() -> None:
    server, link = await started(commands={"later": _soon})
    messages: list[Json] = [
        {"id": 1, "method": "workspace/executeCommand", "params": {"command": "later"}},
        {"id": 2, "method": "shutdown"},
        {"method": "exit"},
    ]
    link.write(b"".join(frame(json.dumps({"jsonrpc": "2.0", **m}).encode()) for m in messages))
    server.protocol.feed_eof()
    await asyncio.wait_for(server.protocol.ended.wait(), 5)
    assert server.protocol.exit_status == 0


async def test_closing_cancels_and_closes_all(caplog: pytest.LogCaptureFixture) -> None:
    work = Work()
    server, link = await started(commands={"work": work})
    closed: list[str] = []

    async def fails() -> None:
        raise OSError("no")

    async def closes() -> None:
        closed.append("closed")

    server.on_close(fails)
    server.on_close(closes)
    run(link, "work")
    await turns()
    waiting = asyncio.create_task(server.protocol.request("qwen/never", None, timeout=60))
    await turns()
    await server.close()
    await asyncio.wait([waiting], timeout=5)
    assert waiting.cancelled()
    assert (closed, work.ends) == (["closed"], ["cancelled"])
    assert "OSError: no" in caplog.text


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


def test_methods_that_watchers_hear_of_take_no_handler() -> None:
    with pytest.raises(ValueError, match="textDocument/didOpen"):
        Server("test", "0", features={"textDocument/didOpen": lambda _: None})
