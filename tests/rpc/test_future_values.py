"""What a client offers that this version does not know harms nothing (fault 4)."""

import pytest
from lsprotocol import types

from ..support.handlers import documents_of, in_memory, started
from ..support.link import Json, Link

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
    link = Link(in_memory(features={"initialize": seen.append}))
    result = await link.initialize(capabilities, trace="chatty", new=1)
    assert result["capabilities"]["positionEncoding"] == "utf-16"
    assert len(seen) == 1


async def test_what_lies_beside_an_unknown_value_is_kept() -> None:
    server = in_memory()
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
    server = in_memory()
    link = Link(server)
    result = await link.initialize({"general": {"positionEncodings": offered}})
    assert result["capabilities"]["positionEncoding"] == chosen
    document = documents_of(server).open_document(link.open("é"))
    assert document
    assert document.encoding == chosen
