"""What the server answers when an editor asks what it could show, as a scenario writes it."""

from typing import Any, NamedTuple

from qwen_lsp.text.document import Position, Span

from .model_editor import Json, ModelEditor, OpenFile


class Entry(NamedTuple):
    """Something that a user could choose: how a scenario writes it, and what it runs."""

    text: str
    kind: str
    command: Json

    @property
    def is_of_use(self) -> bool:
        """Whether choosing it does something."""
        return bool(self.command.get("command"))


async def menu(editor: ModelEditor, file: OpenFile, span: Span, context: Json) -> list[Entry]:
    """Every code action, by its title."""
    context = {"diagnostics": [], **context}
    params = {"range": editor.range_of(file, span), "context": context}
    actions = await _asked(editor, file, "textDocument/codeAction", params)
    return [_entry(action) for action in actions]


async def lenses(editor: ModelEditor, file: OpenFile) -> list[Entry]:
    """Every code lens, by its row and its title, from the top down, each row by characters."""
    lenses = await _asked(editor, file, "textDocument/codeLens", {})
    places = [(lens["range"]["start"], lens["command"]) for lens in lenses]
    places.sort(key=lambda each: (each[0]["line"], each[0]["character"]))
    return [Entry(f"{start['line']}: {command['title']}", "", command) for start, command in places]


async def hover(editor: ModelEditor, file: OpenFile, place: Position) -> list[str]:
    """What is shown by hover, if anything is."""
    position = editor.range_of(file, Span(place, place))["start"]
    answer = await _asked(editor, file, "textDocument/hover", {"position": position})
    return [answer["contents"]["value"].strip()] if answer else []


def chosen(entries: list[Entry], text: str) -> Json:
    """The command of the first entry with this text."""
    found = [entry.command for entry in entries if entry.text == text]
    assert found, f"“{text}” is not offered: {[entry.text for entry in entries]}"
    return found[0]


def _entry(action: Json) -> Entry:
    if isinstance(action["command"], str):
        return Entry(action["title"], "", action)
    return Entry(action["title"], f" [{action['kind']}]", action["command"])


async def _asked(editor: ModelEditor, file: OpenFile, method: str, params: Json) -> Any:
    answer = await editor.request(method, {"textDocument": {"uri": file.uri}, **params})
    assert "error" not in answer, answer
    return answer["result"] or []
