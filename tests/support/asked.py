"""What the server answers when an editor asks what it could show, as a scenario writes it."""

from typing import Any

from qwen_lsp.text.document import Position, Span

from .model_editor import Json, ModelEditor, OpenFile


async def menu(editor: ModelEditor, file: OpenFile, span: Span, context: Json) -> list[str]:
    """The title and the kind of every code action."""
    context = {"diagnostics": [], **context}
    params = {"range": editor.range_of(file, span), "context": context}
    actions = await _asked(editor, file, "textDocument/codeAction", params)
    kinds = [f" [{action['kind']}]" if "kind" in action else "" for action in actions]
    return [action["title"] + kind for action, kind in zip(actions, kinds, strict=True)]


async def lenses(editor: ModelEditor, file: OpenFile) -> list[str]:
    """The row and the title of every code lens, from the top down."""
    lenses = await _asked(editor, file, "textDocument/codeLens", {})
    titles = [(lens["range"]["start"]["line"], await _title(editor, lens)) for lens in lenses]
    return [f"{row}: {title}" for row, title in sorted(titles, key=lambda each: each[0])]


async def hover(editor: ModelEditor, file: OpenFile, place: Position) -> list[str]:
    """What is shown by hover, if anything is."""
    position = editor.range_of(file, Span(place, place))["start"]
    answer = await _asked(editor, file, "textDocument/hover", {"position": position})
    return [answer["contents"]["value"].strip()] if answer else []


async def _asked(editor: ModelEditor, file: OpenFile, method: str, params: Json) -> Any:
    answer = await editor.request(method, {"textDocument": {"uri": file.uri}, **params})
    assert "error" not in answer, answer
    return answer["result"] or []


async def _title(editor: ModelEditor, lens: Json) -> str:
    if "command" not in lens:
        lens = (await editor.request("codeLens/resolve", lens))["result"]
    title: str = lens["command"]["title"]
    return title
