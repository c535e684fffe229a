"""Python source with its tree, and changes that keep what they don't touch as it was written."""

import ast
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple


class SourceEdit(NamedTuple):
    """Puts `text` in the place of the characters from `start` up to, not including, `end`."""

    start: int
    end: int
    text: str


class Source:
    """A piece of Python that parses. Raises SyntaxError or ValueError when it doesn't."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = ast.parse(text)

    @cached_property
    def _line_starts(self) -> list[int]:
        starts = [0]
        for line in self.text.split("\n"):
            starts.append(starts[-1] + len(line) + 1)
        return starts

    def offset(self, line: int, column: int) -> int:
        """The characters before a place as `ast` gives it: lines from 1, columns in UTF-8 bytes."""
        start = self._line_starts[line - 1]
        before = self.text[start : self._line_starts[line] - 1].encode("utf-8")[:column]
        return start + len(before.decode("utf-8"))

    def start(self, node: ast.expr | ast.stmt) -> int:
        """Where a node begins."""
        return self.offset(node.lineno, node.col_offset)

    def end(self, node: ast.expr | ast.stmt) -> int:
        """Where a node ends."""
        return self.offset(node.end_lineno or node.lineno, node.end_col_offset or 0)

    def code(self, node: ast.expr | ast.stmt) -> str:
        """The source of a node."""
        return self.text[self.start(node) : self.end(node)]

    def line_start(self, line: int) -> int:
        """Where a line begins; lines count from 1."""
        return self._line_starts[line - 1]

    def replace(self, node: ast.expr | ast.stmt, text: str) -> SourceEdit:
        """A change that puts `text` in the place of a node."""
        return SourceEdit(self.start(node), self.end(node), text)

    def nodes(self) -> Iterator[ast.AST]:
        """Every node that has a true place: those in an f-string have none before Python 3.12."""
        return _outside_strings(self.tree)

    def bodies(self) -> Iterator[list[ast.stmt]]:
        """Every list of statements that stand under each other."""
        for node in self.nodes():
            for name in ("body", "orelse", "finalbody"):
                body = getattr(node, name, None)
                if isinstance(body, list):
                    yield body

    def scope(self, node: ast.stmt) -> ast.AST:
        """The innermost function around a statement, else the whole tree."""
        around = [
            each
            for each in self.nodes()
            if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
            and each.lineno < node.lineno <= (each.end_lineno or 0)
        ]
        return max(around, key=lambda each: each.lineno, default=self.tree)

    def changed(self, changes: Iterable[SourceEdit]) -> str:
        """The text with changes made; they must not overlap."""
        text = self.text
        for change in sorted(changes, reverse=True):
            text = text[: change.start] + change.text + text[change.end :]
        return text


Rule = Callable[[Source], list[SourceEdit]]
"""One improvement: the changes that make it once; none where there is nothing to improve."""


def uses(name: str, within: ast.AST) -> int:
    """How often a name stands in a node."""
    return sum(name == used for used in _names(within))


def names_in(*nodes: ast.AST) -> set[str]:
    """The names that stand in some nodes."""
    return {name for node in nodes for name in _names(node)}


def spans_lines(node: ast.AST) -> bool:
    """Whether a node holds a text over several lines, which can't be indented anew."""
    return any(
        isinstance(each, ast.Constant | ast.JoinedStr) and each.end_lineno != each.lineno
        for each in ast.walk(node)
    )


def _names(root: ast.AST) -> Iterator[str]:
    for node in ast.walk(root):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Global | ast.Nonlocal):
            yield from node.names


def _outside_strings(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    if not isinstance(node, ast.JoinedStr):
        for child in ast.iter_child_nodes(node):
            yield from _outside_strings(child)
