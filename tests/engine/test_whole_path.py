"""From `qwen.run` to the applied edits, with llama.cpp as the service: real, but of few words."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from qwen_lsp.lsp.server import create_server
from qwen_lsp.text.document import Position, Span

from ..support.model_editor import Json, Kind, ModelEditor, OpenFile
from .conftest import Engine
from .recording import Recording

ABOVE = "import os\n\n\ndef f():\n"
SELECTED = "    old = 1\n    older = 2\n    return old"
BELOW = "\n\n\nprint(f())\n"
SECONDS = 60.0
CAPABILITIES: Json = {
    "workspace": {"applyEdit": True},
    "experimental": {"qwen": {"jobs": True, "explanations": True, "edits": "checked"}},
}


@asynccontextmanager
async def editor_on(
    base_url: str, kind: Kind, home: Path, **settings: str
) -> AsyncIterator[ModelEditor]:
    """An editor joined to a server that asks the engine at `base_url`."""
    server = create_server(environ={"HOME": str(home), "QWEN_HOME": str(home)})
    editor = ModelEditor(server, kind)
    options = {"provider": "custom", "baseUrl": base_url, "model": "tiny-qwen2", **settings}
    await editor.start(CAPABILITIES, initializationOptions=options)
    try:
        yield editor
    finally:
        await server.close()


async def run(editor: ModelEditor, action: str) -> OpenFile:
    """Opens the file and runs `action` on its selected lines."""
    file = editor.open("file:///f.py", ABOVE + SELECTED + BELOW, "python")
    span = Span(Position(4, 0), Position(6, 14))
    argument = {"action": action, "uri": file.uri, "range": editor.range_of(file, span)}
    answer = await editor.command("qwen.run", argument)
    assert "result" in answer, answer
    return file


async def ended(editor: ModelEditor) -> Json:
    """What `qwen/jobEnded` says."""
    async with asyncio.timeout(SECONDS):
        while True:
            for method, params in editor.notifications:
                if method == "qwen/jobEnded":
                    return params
            await asyncio.sleep(0.02)


def code_in(content: str) -> str:
    """The lines of the one block that the grammar lets the engine write, without blank edges."""
    lines = content.split("```python\n")[1].split("```")[0].split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    while lines and not lines[0].strip():
        lines.pop(0)
    return "\n".join(lines)


@pytest.mark.parametrize("kind", ["vscode", "helix"])
async def test_the_document_holds_exactly_what_the_engine_sent(
    fenced_recorded: Recording, tmp_path: Path, kind: Kind
) -> None:
    async with editor_on(fenced_recorded.base_url, kind, tmp_path) as editor:
        file = await run(editor, "refactor")
        typed = asyncio.create_task(keep_typing(editor, file))
        end = await ended(editor)
        typed.cancel()
    assert end["outcome"] == "done", end
    above = file.document.text.partition("import os\n")[0]
    assert file.document.text == above + ABOVE + code_in(fenced_recorded.content) + BELOW
    assert end["usage"]["completionTokens"] == fenced_recorded.usage["completion_tokens"]


async def keep_typing(editor: ModelEditor, file: OpenFile) -> None:
    """Types lines at the top until it is cancelled."""
    while True:
        editor.type(file, Span(Position(0, 0), Position(0, 0)), "# typed\n")
        await asyncio.sleep(0.07)


async def test_an_explanation_is_what_the_engine_sent(
    fenced_recorded: Recording, tmp_path: Path
) -> None:
    async with editor_on(fenced_recorded.base_url, "vscode", tmp_path) as editor:
        file = await run(editor, "explain")
        end = await ended(editor)
        shown = [
            params["markdown"]
            for method, params in editor.notifications
            if method == "qwen/explanation"
        ]
    assert end["outcome"] == "done"
    assert "".join(shown).rstrip("\n") == fenced_recorded.content.rstrip("\n")
    assert file.document.text == ABOVE + SELECTED + BELOW


async def test_a_question_goes_on_with_a_conversation_that_the_engine_was_to_keep(
    fenced_recorded: Recording, tmp_path: Path
) -> None:
    base_url, way = fenced_recorded.base_url, fenced_recorded
    async with editor_on(base_url, "vscode", tmp_path, conversation="service") as editor:
        await run(editor, "explain")
        assert (await ended(editor))["outcome"] == "done"
        explained = way.content
        editor.notifications.clear()
        await editor.command("qwen.ask", {"question": "And then?"})
        assert (await ended(editor))["outcome"] == "done"
    first, by_id, told_anew = way.asked
    assert way.content.startswith(explained)
    assert by_id["previous_response_id"].startswith("resp_")
    assert [item["content"] for item in by_id["input"]] == ["And then?"]
    assert told_anew["input"][:2] == first["input"]
    assert [item["content"] for item in told_anew["input"][2:]] == [explained, "And then?"]


async def test_noise_leaves_the_document_as_code_or_untouched(
    engine: Engine, tmp_path: Path
) -> None:
    async with editor_on(engine.base_url, "vscode", tmp_path) as editor:
        file = await run(editor, "refactor")
        end = await ended(editor)
    text = file.document.text
    assert text.startswith(ABOVE)
    assert text.endswith(BELOW)
    if end["outcome"] != "done":
        assert text == ABOVE + SELECTED + BELOW


async def test_a_stop_frees_the_engine_and_restores_the_text(
    endless_engine: Engine, tmp_path: Path
) -> None:
    """The engine has one slot: the second job is answered only if the first one has left it."""
    async with editor_on(endless_engine.base_url, "vscode", tmp_path) as editor:
        for _ in range(2):
            file = await run(editor, "explain")
            await until_it_speaks(editor)
            await editor.command("qwen.stop")
            assert (await ended(editor))["outcome"] == "stopped"
            editor.notifications.clear()
            assert file.document.text == ABOVE + SELECTED + BELOW
            editor.close(file)


async def until_it_speaks(editor: ModelEditor) -> None:
    """Waits for the first piece of an explanation."""
    async with asyncio.timeout(SECONDS):
        while not any(method == "qwen/explanation" for method, _ in editor.notifications):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
