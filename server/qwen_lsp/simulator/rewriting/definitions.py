"""Additions to definitions in Python: what a function gives back, and what it is for."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator

from .source import Source, SourceEdit

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def annotate_nothing(source: Source) -> list[SourceEdit]:
    """`def f():` → `def f() -> None:` where f returns nothing and plainly so."""
    for node in source.nodes():
        if isinstance(node, _Function) and node.returns is None and _returns_nothing(node):
            colon = _colon(source, node)
            return [SourceEdit(colon, colon, " -> None")] if colon is not None else []
    return []


def describe(source: Source) -> list[SourceEdit]:
    """A docstring for the first definition that has none, made of its name."""
    for node in source.nodes():
        if not isinstance(node, _Function | ast.ClassDef) or ast.get_docstring(node) is not None:
            continue
        first = node.body[0]
        start = source.line_start(first.lineno)
        margin = source.text[start : source.start(first)]
        if first.lineno > node.lineno and not margin.strip():
            return [SourceEdit(start, start, f'{margin}"""{_sentence(node.name)}"""\n')]
    return []


def _sentence(name: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ").split()
    return " ".join(words).lower().capitalize() + "." if words else "To be described."


def _returns_nothing(function: _Function) -> bool:
    own = list(_own_nodes(function))
    ends = (ast.Yield, ast.YieldFrom, ast.Raise)
    if any(isinstance(node, ends) for node in own):
        return False
    if any(isinstance(node, ast.Return) and node.value is not None for node in own):
        return False
    return not all(_is_empty(each) for each in function.body)


def _is_empty(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function without those of the functions in it."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, _Function | ast.Lambda | ast.ClassDef):
            yield from _own_nodes(child)


def _colon(source: Source, function: _Function) -> int | None:
    """Where the colon of a function's head stands."""
    start = source.start(function)
    depth = 0
    for token in tokenize.generate_tokens(io.StringIO(source.text[start:]).readline):
        if token.type == tokenize.OP:
            depth += (token.string in "([{") - (token.string in ")]}")
        if token.string == ":" and not depth:
            line, column = token.start
            begin = start if line == 1 else source.line_start(function.lineno + line - 1)
            return begin + column
    return None
