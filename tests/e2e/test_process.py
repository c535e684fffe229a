"""The process itself, with clients that say little, say it wrong, or just go."""

import json
import subprocess
from typing import Any

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from qwen_lsp.lsp.rpc.framing import Splitter, frame
from qwen_lsp.simulator.service import Simulator

from .conftest import SERVER, Home
from .editor import BARE, SECONDS
from .sample import CODE
from .service import reply_of


def message(**fields: Any) -> bytes:
    return frame(json.dumps({"jsonrpc": "2.0", **fields}).encode())


INITIALIZE = message(id=1, method="initialize", params={"capabilities": {}})
BROKEN = (
    frame(b"{"),
    frame(b"[]"),
    b"Content-Length: many\r\n\r\n",
    message(id=2, method="textDocument/hover", params={"textDocument": 7}),
    message(id=3, method="qwen/unheard-of"),
    message(id=4, method="workspace/executeCommand", params={"command": "qwen.run"}),
    message(id=5, method=6),
)


def serve(home: Home, sent: bytes) -> tuple[int, dict[Any, Any]]:
    """The exit status, and the answers by their ids."""
    done = subprocess.run(
        [SERVER], input=sent, capture_output=True, timeout=SECONDS, env=home.environ, check=False
    )
    answers = [json.loads(body) for body in Splitter().feed(done.stdout)]
    return done.returncode, {each["id"]: each for each in answers if "method" not in each}


def test_an_exit_without_shutdown_is_a_failure(home: Home) -> None:
    status, answers = serve(home, INITIALIZE + message(method="exit"))
    assert status == 1
    assert "result" in answers[1]


def test_whatever_is_asked_is_answered_before_the_end_of_file(home: Home) -> None:
    status, answers = serve(home, INITIALIZE + b"".join(BROKEN))
    assert status == 1
    assert answers.keys() == {None, 1, 2, 3, 4, 5}
    codes = {id_: each["error"]["code"] for id_, each in answers.items() if "error" in each}
    assert codes == {None: -32700, 2: -32602, 3: -32601, 4: -32602, 5: -32600}


async def test_a_client_of_few_words(home: Home, simulator: Simulator) -> None:
    """No name, no folders, no root, no capabilities, whole documents: what it can't do is said."""
    settings = home.pays(simulator, "sk-simulator-key")
    async with home.editor(settings, kind=BARE, initializationOptions=settings) as editor:
        file = editor.open("\n")
        editor.type(file, 0, CODE)
        menu = await editor.text_document_code_action_async(
            types.CodeActionParams(
                types.TextDocumentIdentifier(file.uri),
                file.range(0, len(CODE)),
                types.CodeActionContext(diagnostics=[]),
            )
        )
        assert menu
        assert all(isinstance(entry, types.Command) for entry in menu)
        assert [entry.title for entry in menu] == ["Qwen: Explain"]
        with pytest.raises(JsonRpcException, match="This editor takes no edits"):
            await editor.run("refactor", file, CODE)

        await editor.run("explain", file, CODE)
        await editor.until(lambda: bool(editor.said))
        assert CODE in simulator.chats()[-1].body["messages"][-1]["content"]
        assert reply_of(simulator).strip() in await editor.hover(file, 10)
        await editor.command("qwen.openExplanation")
        await editor.until(lambda: len(editor.said) == 2)
        assert not editor.shown_documents
        assert not editor.registered
        assert not editor.ended


def test_the_log_says_at_once_what_runs_and_for_whom(home: Home) -> None:
    named = {"capabilities": {}, "clientInfo": {"name": "An editor\x1b", "version": "1.2"}}
    serve(home, message(id=1, method="initialize", params=named) + message(method="exit"))
    (log,) = (file for file in home.files() if file.suffix == ".log")
    assert ": An editor 1.2\n" in log.read_text(encoding="utf-8")
