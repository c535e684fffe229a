"""What a scenario has brought about, in the words of its expectations."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from qwen_lsp.log import log_file

from .model_editor import Json, ModelEditor, OpenFile
from .scenario import Block, Scenario

SIGNS = {"\t": "␉", "\f": "␌", "\u2028": "␤"}
"""How a scenario writes characters that nobody could see in it."""


def written(text: str) -> str:
    """`text` as a scenario writes it."""
    for character, sign in SIGNS.items():
        text = text.replace(character, sign)
    return text


def meant(text: str) -> str:
    """The text that a scenario means."""
    for character, sign in SIGNS.items():
        text = text.replace(sign, character)
    return text


@dataclass
class Seen:
    """What was shown, offered, said as an error, and how jobs ended, since it was asked for.

    Of what progress says, a scenario expects what it wants to.
    """

    shown: list[str] = field(default_factory=list)
    offered: list[str] = field(default_factory=list)
    error: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    progress: list[str] = field(default_factory=list)
    _messages: int = 0

    def take_from(self, editor: ModelEditor) -> None:
        """Takes what the editor was told since the last time."""
        for kind, text in editor.messages[self._messages :]:
            (self.error if kind < 3 else self.shown).append(_anywhere(text))
        self._messages = len(editor.messages)
        for opened in editor.opened:
            self.shown.append(_opened(opened))
        editor.opened.clear()
        streamed = ""
        for method, params in editor.notifications:
            if method == "qwen/jobEnded":
                self.ended.append(params["outcome"])
            elif method == "$/progress" and params["value"].get("message"):
                self.progress.append(params["value"]["message"])
            elif method == "qwen/explanation":
                streamed += params["markdown"]
                if params["done"]:
                    self.shown.append(f"{streamed}∎")
        editor.notifications.clear()

    def said(self, word: str) -> str:
        """What the expectation `word` should say; from now on it is new things only."""
        lines: list[str] = getattr(self, word)
        text = "\n".join(lines)
        lines.clear()
        return text

    def unexpected(self, scenario: Scenario, file: OpenFile) -> dict[int, str]:
        """What happened although no block of the scenario speaks of it."""
        last = scenario.blocks[-1].line
        wrong = {
            -last - number: f"{word}, which nothing expects: {text}"
            for number, word in enumerate(("shown", "offered", "error", "ended"))
            if (text := self.said(word))
        }
        if file.edits and "result" not in {block.word for block in scenario.blocks}:
            wrong[-last - 4] = f"edits, and nothing says the result:\n{file.document.text}"
        return wrong


def result_text(file: OpenFile, block: Block) -> str:
    """What a `result` block should say."""
    text = file.document.text
    if "crlf" in block.words:
        assert text.count("\n") == text.count("\r\n"), "a line end is not CRLF"
        text = text.replace("\r\n", "\n")
    assert "no-newline" in block.words or text.endswith("\n"), "the last newline is gone"
    return written(text if "no-newline" in block.words else text.removesuffix("\n"))


def prompt_text(body: Json, block: Block) -> str:
    """What a `prompt` block should say: the model only, where it says `model`."""
    if "model" in block.words:
        return str(body["model"])
    return "\n\n".join(f"{each['role']}: {each['content']}" for each in body["messages"])


def edits_text(file: OpenFile) -> str:
    """What an `edits` block should say."""
    return "\n".join(_edit(edit) for edits in file.edits for edit in edits)


def _edit(edit: Any) -> str:
    (start, end), text = edit
    place = f"{start.line}:{start.column}-{end.line}:{end.column}"
    return f"{place} {json.dumps(text, ensure_ascii=False)}"


def _opened(opened: Json) -> str:
    """A page in the browser, a place in a file that is open, or all of another file."""
    if opened.get("external"):
        return f"browser: {opened['uri']}"
    if selection := opened.get("selection"):
        return f"cursor: row {selection['start']['line']}"
    return _file(opened["uri"])


def _file(uri: str) -> str:
    path = Path(httpx.URL(uri).path)
    return "THE LOG" if path == log_file() else _anywhere(path.read_text(encoding="utf-8").strip())


_EDITOR = re.compile(r"(?:Visual Studio Code|helix|Neovim|Eglot) [0-9.]+ \(applies [a-z ]+\)")


def _anywhere(text: str) -> str:
    """`text` without the name that the log has today, or the editor."""
    file = log_file()
    text = _EDITOR.sub("THE EDITOR", text)
    return text.replace(str(file), "THE LOG") if file else text
