"""What goes wrong is one message, and the text is as it was."""

import socket

import pytest
from lsprotocol import types

from qwen_lsp.simulator.service import Simulator

from .conftest import Home
from .editor import Editor
from .open_file import OpenFile
from .sample import ABOVE, BELOW, CODE

TEXT = ABOVE + CODE + BELOW


async def failure(editor: Editor, file: OpenFile) -> str:
    """What the user is told when the job fails."""
    before = len(editor.said)
    ended = await editor.end_of(await editor.run("refactor", file, CODE))
    ((kind, message),) = editor.said[before:]
    assert (ended["outcome"], ended["message"]) == ("failed", message)
    assert kind == types.MessageType.Error
    assert message.endswith(".")
    assert "\n" not in message
    assert file.text == TEXT
    return message


async def test_each_trouble(
    home: Home, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wrong key, a cut, a stop, and nobody there."""
    settings = home.pays(simulator, "a-mistyped-key")
    async with home.editor(settings) as editor:
        file = editor.open(TEXT)
        assert "OPENAI_API_KEY" in await failure(editor, file)
        assert [chat.status for chat in simulator.chats()] == [401]

        monkeypatch.setattr(simulator, "accepts", lambda payer: True)
        simulator.turn(fault="reset", after=100)
        edits = editor.edits
        assert "broke" in await failure(editor, file)
        assert editor.edits > edits

        simulator.turn(fault=None, pace=10)
        before = editor.said.copy()
        edits = editor.edits
        job = await editor.run("refactor", file, CODE)
        await editor.until(lambda: editor.edits > edits)
        assert file.text != TEXT
        assert await editor.command("qwen.stop") == {"stopped": 1}
        assert (await editor.end_of(job))["outcome"] == "stopped"
        assert (file.text, editor.said) == (TEXT, before)

        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        editor.set_configuration({"qwen": settings | {"baseUrl": f"http://127.0.0.1:{port}"}})
        editor.workspace_did_change_configuration(types.DidChangeConfigurationParams({}))
        assert f"127.0.0.1:{port}" in await failure(editor, file)
