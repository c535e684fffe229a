"""What is told after the story: the change, what was sent, and how fast it was."""

import difflib
import io
import re
from pathlib import Path

from client import Client
from rich.console import Console
from rich.rule import Rule
from rich.syntax import Syntax
from rich.text import Text
from sample import ABOVE, BELOW, NAME, TEXT
from screen import Screen, View

from qwen_lsp.simulator.received import Received

_LINES_SHOWN = 8
_WIDTH, _HEIGHT = 126, 38


def show_change(screen: Screen, client: Client) -> None:
    """The difference between the file as it was and as it is."""
    screen.print(Rule("The change"))
    lines = difflib.unified_diff(
        TEXT.splitlines(), client.editor.text.splitlines(), f"a/{NAME}", f"b/{NAME}", lineterm=""
    )
    diff = "\n".join(line.rstrip() for line in lines)
    is_plain = screen.console.color_system is None
    screen.print(Text(diff) if is_plain else Syntax(diff, "diff", theme="ansi_dark"))


def show_sent(screen: Screen, received: list[Received]) -> None:
    """What the service was sent, by its own record."""
    screen.print(Rule("What was sent, by the record of the simulated service"))
    for request in received:
        messages = request.body.get("messages", ())
        if not messages:
            fields = ", ".join(request.body)
            screen.print(Text(f"{request.method} {request.path}  {fields}"))
            continue
        size = sum(len(message["content"]) for message in messages)
        screen.print(
            Text(
                f"{request.method} {request.path}  {len(messages)} messages, {size} characters, "
                f"for {request.body['model']}, paid for by the {request.paid_by}"
            )
        )
        lines = messages[-1]["content"].splitlines()
        for line in lines[:_LINES_SHOWN]:
            screen.print(Text(f"    {line}", "dim"))
        screen.print(Text(f"    … and {len(lines) - _LINES_SHOWN} lines more", "dim"))


def show_pace(screen: Screen, client: Client, seconds: float) -> None:
    """How many edits there were, and how much they carried."""
    tally = client.editor.tally
    screen.print(Rule("How fast"))
    typed = len(ABOVE) + len(BELOW)
    has_all = ABOVE in client.editor.text and BELOW in client.editor.text
    text = (
        f"The refactoring took {seconds:.1f} s: {tally.made} edits, "
        f"{tally.made / max(seconds, 0.1):.1f} a second, {tally.characters} characters in all.\n"
        f"{tally.refused} edits were out of date because somebody typed; they were sent again.\n"
        f"{typed} characters were typed meanwhile, and all of them are there: "
        f"{'yes' if has_all else 'NO'}."
    )
    screen.print(Text(text))


def save_picture(path: Path, views: list[View]) -> None:
    """The view in the middle of the refactoring, as SVG. No font is fetched to show it."""
    view = views[len(views) * 2 // 3]
    console = Console(record=True, file=io.StringIO(), width=_WIDTH, force_terminal=True)
    console.print(view, height=_HEIGHT)
    svg = console.export_svg(title="qwen-lsp", unique_id="demo")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL), encoding="utf-8")
