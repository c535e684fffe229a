"""What the demonstration shows: a live view on a terminal, plain lines anywhere else."""

from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from editor import Change
from rich.console import Console, ConsoleOptions, Group, RenderResult
from rich.layout import Layout
from rich.live import Live
from rich.markdown import Markdown
from rich.panel import Panel
from rich.syntax import Syntax
from rich.text import Text

_NARROW = 96
_FRAMES_A_SECOND = 20


@dataclass(frozen=True)
class View:
    """One moment of the live view; fits itself into whatever space there is."""

    title: str
    steps: tuple[Text, ...] = ()
    prose: str = ""
    file: str = ""
    text: str = ""
    fresh: range = range(0)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draws it."""
        height = options.height or console.height
        is_narrow = options.max_width < _NARROW
        body = Layout(name="body")
        told = Layout(self._told(3 if is_narrow else height - 12), ratio=3)
        if is_narrow:
            body.split_column(Layout(self._code(height * 2 // 3 - 3), ratio=6), told)
        else:
            body.split_row(Layout(self._code(height - 3), ratio=5), told)
        whole = Layout()
        whole.split_column(Layout(Text(self.title, style="bold"), size=1), body)
        yield from console.render(whole, options.update(height=height))

    def _code(self, rows: int) -> Panel:
        count = self.text.count("\n") + 1
        first = max(0, min(self.fresh.start - rows // 2, count - rows)) + 1
        code = Syntax(
            self.text,
            "python",
            theme="ansi_dark",
            line_numbers=True,
            line_range=(first, first + max(rows, 1) - 1),
            highlight_lines={line + 1 for line in self.fresh},
        )
        return Panel(code, title=self.file, border_style="blue")

    def _told(self, rows: int) -> Group:
        told = [Panel(Text("\n").join(self.steps[-max(rows, 3) :]), border_style="dim")]
        if self.prose:
            told.append(Panel(Markdown(self.prose), title="Explain", border_style="magenta"))
        return Group(*told)


class Screen:
    """Shows what happens; `views` keeps the moments in which the server wrote."""

    def __init__(self, console: Console, title: str) -> None:
        self.console = console
        self.views: list[View] = []
        self._view = View(title)
        self._typed = ""
        self._live: Live | None = None
        if console.is_terminal and not console.is_dumb_terminal:
            self._live = Live(
                self._view, console=console, screen=True, refresh_per_second=_FRAMES_A_SECOND
            )

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        else:
            self.print(Text(self._view.title))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._live:
            self._live.stop()
            self._live = None
            for step in (Text(self._view.title, style="bold"), *self._view.steps):
                self.print(step)
            if self._view.prose:
                self.print(Panel(Markdown(self._view.prose), title="Explain"))

    def print(self, what: object) -> None:
        """Prints under everything before; not for use while the view is live."""
        self.console.print(what, highlight=False, soft_wrap=isinstance(what, Text))

    def step(self, what: str, detail: str = "") -> None:
        """Something has happened."""
        line = Text.assemble((what, "bold cyan"), f": {detail}" if detail else "")
        self._show(replace(self._view, steps=(*self._view.steps, line)))
        if not self._live:
            self.print(line)

    def document(self, name: str, text: str, change: Change) -> None:
        """The document is `text` after `change`."""
        fresh = range(change.line, change.line + max(1, len(change.text.splitlines())))
        self._show(replace(self._view, file=name, text=text, fresh=fresh))
        if not change.is_typed:
            self.views.append(self._view)
        if not self._live:
            self._print_change(change)

    def prose(self, text: str, *, is_done: bool) -> None:
        """The whole of the explanation so far."""
        self._show(replace(self._view, prose=text))
        if is_done and not self._live:
            self.print(Text(text.strip()))

    def _show(self, view: View) -> None:
        self._view = view
        if self._live:
            self._live.update(view)

    def _print_change(self, change: Change) -> None:
        """An edit's lines at once; what is typed when its line is whole."""
        if change.is_typed:
            self._typed += change.text
            if self._typed.endswith("\n"):
                self.print(Text(f"  you   {change.line + 1:3} | {self._typed.rstrip()}", "yellow"))
                self._typed = ""
            return
        for number, line in enumerate(change.text.splitlines(), change.line + 1):
            self.print(Text(f"  Qwen  {number:3} | {line}", "green"))
