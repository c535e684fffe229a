"""Messages are taken in their order, and listeners hear of all that is done to documents."""

import asyncio
import json
from typing import Any

import pytest
from lsprotocol import types

from qwen_lsp.lsp.documents.documents import DocumentEvents, OpenDocument, Revision
from qwen_lsp.lsp.rpc.framing import frame
from qwen_lsp.lsp.rpc.protocol import CommandCall

from ..support.handlers import documents_of, in_memory, raising, started
from ..support.link import Json, Link


class Heard:
    """Writes down what it hears of the documents."""

    def __init__(self) -> None:
        self.events: list[tuple[Any, ...]] = []

    def listen(self, events: DocumentEvents) -> None:
        events.on_open.append(self.opened)
        events.on_change.append(self.changed)
        events.on_save.append(self.saved)
        events.on_close.append(self.closed)

    def opened(self, document: OpenDocument) -> None:
        self.events.append(("opened", document.version, document.source))

    def changed(self, document: OpenDocument, revision: Revision) -> None:
        self.events.append(("changed", revision.version, document.source, len(revision.edits)))

    def saved(self, document: OpenDocument) -> None:
        self.events.append(("saved", document.version))

    def closed(self, document: OpenDocument) -> None:
        self.events.append(("closed", document.version))


async def test_a_coroutine_begins_before_the_next_message_is_looked_at() -> None:
    seen: list[str] = []

    async def look(_: CommandCall) -> object:
        document = documents_of(server).open_document("file:///a.py")
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
        document = documents_of(server).open_document("file:///a.py")
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


async def test_listeners_hear_all_in_order_and_at_once() -> None:
    server, link = await started()
    heard = Heard()
    heard.listen(documents_of(server).events)
    uri = link.open("a\n")
    span = {"start": {"line": 0, "character": 1}, "end": {"line": 0, "character": 1}}
    document = {"uri": uri, "version": 2}
    changes = [{"range": span, "text": "b"}, {"range": None, "text": "ab!\n"}]
    link.notify("textDocument/didChange", textDocument=document, contentChanges=changes)
    link.notify("textDocument/didSave", textDocument={"uri": uri})
    link.notify("textDocument/didClose", textDocument={"uri": uri})
    assert heard.events == [
        ("opened", 1, "a\n"),
        ("changed", 2, "ab!\n", 2),
        ("saved", 2),
        ("closed", 2),
    ]
    assert documents_of(server).open_document(uri) is None


async def test_a_listener_that_fails_harms_no_other(caplog: pytest.LogCaptureFixture) -> None:
    server, link = await started()
    heard = Heard()
    documents_of(server).events.on_open.append(raising(RuntimeError("no")))
    heard.listen(documents_of(server).events)
    link.open("a")
    assert len(heard.events) == 1
    assert "RuntimeError: no" in caplog.text


async def test_changes_of_a_document_that_is_not_open_are_ignored() -> None:
    server, link = await started()
    heard = Heard()
    heard.listen(documents_of(server).events)
    link.send(**{k: v for k, v in _change("file:///b.py", 2, "x").items() if k != "jsonrpc"})
    link.notify("textDocument/didSave", textDocument={"uri": "file:///b.py"})
    link.notify("textDocument/didClose", textDocument={"uri": "file:///b.py"})
    assert heard.events == []


async def test_sync_is_advertised_whatever_the_client_says() -> None:
    result = await Link(in_memory()).initialize()
    assert result["capabilities"]["textDocumentSync"] == {
        "openClose": True,
        "change": types.TextDocumentSyncKind.Incremental,
        "willSave": False,
        "willSaveWaitUntil": False,
        "save": {"includeText": False},
    }


def test_methods_that_listeners_hear_of_take_no_handler() -> None:
    with pytest.raises(ValueError, match="textDocument/didOpen"):
        in_memory(features={"textDocument/didOpen": lambda _: None})
