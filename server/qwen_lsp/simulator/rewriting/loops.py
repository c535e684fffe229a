"""Rewrites of loops in Python."""

import ast
import keyword
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from .source import Source, SourceEdit, names_in, uses

_WIDTH = 88


@dataclass(frozen=True)
class _Gathering:
    """`name = start` and under it a loop that adds one value a round to it."""

    begin: ast.Assign | ast.AnnAssign
    loop: ast.For
    name: str
    value: ast.expr
    test: ast.expr | None


def gather_in_list(source: Source) -> list[SourceEdit]:
    """An empty list and a loop that appends to it → a list comprehension."""
    for found in _gatherings(source):
        if _is_empty_list(found.begin.value) and isinstance(_last(found.loop), ast.Expr):
            return _replaced(source, found, "[", "]")
    return []


def gather_in_sum(source: Source) -> list[SourceEdit]:
    """A zero and a loop that adds to it → `sum`."""
    for found in _gatherings(source):
        start = found.begin.value
        is_zero = isinstance(start, ast.Constant) and start.value == 0 and type(start.value) is int
        if is_zero and isinstance(_last(found.loop), ast.AugAssign):
            whole = ast.dump(found.value) == ast.dump(_loaded(found.loop.target))
            if whole and found.test is None:
                text = f"sum({source.code(found.loop.iter)})"
                return _over_both(source, found, text)
            return _replaced(source, found, "sum(", ")")
    return []


def count_by_enumerate(source: Source) -> list[SourceEdit]:
    """`for i in range(len(xs))` → `for x in xs`, or `for i, x in enumerate(xs)`."""
    for node in source.nodes():
        match node:
            case ast.For(
                target=ast.Name(id=index),
                iter=ast.Call(
                    func=ast.Name(id="range"),
                    args=[ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=many)], keywords=[])],
                    keywords=[],
                ),
            ) if changes := _by_item(source, node, index, many):
                return changes
    return []


def return_at_once(source: Source) -> list[SourceEdit]:
    """`name = value` and `return name` under it → `return value`."""
    for first, second in _neighbours(source):
        match first, second:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value),
                ast.Return(value=ast.Name(id=same)),
            ) if (
                name == same
                and uses(name, source.scope(first)) == 2
                and _is_bare(source, first, second)
            ):
                text = f"return {source.code(value)}"
                return [SourceEdit(source.start(first), source.end(second), text)]
    return []


def _by_item(source: Source, loop: ast.For, index: str, many: str) -> list[SourceEdit]:
    inside = [each for statement in loop.body for each in ast.walk(statement)]
    if any(isinstance(each, ast.JoinedStr) and index in names_in(each) for each in inside):
        return []
    reads = [each for each in inside if _is_read(each, many, index)]
    named = [each for each in inside if isinstance(each, ast.Name)]
    many_used = sum(each.id == many for each in named)
    stored = any(each.id in (index, many) and not _loads(each) for each in named)
    if not reads or stored or many_used != len(reads):
        return []
    item = _item_name(source, many)
    needed = uses(index, source.scope(loop)) > len(reads) + 1
    head = f"{index}, {item} in enumerate({many})" if needed else f"{item} in {many}"
    head_change = SourceEdit(source.start(loop.target), source.end(loop.iter), head)
    return [
        head_change,
        *(source.replace(each, item) for each in reads if isinstance(each, ast.expr)),
    ]


def _is_read(node: ast.AST, many: str, index: str) -> bool:
    match node:
        case ast.Subscript(value=ast.Name(id=one), slice=ast.Name(id=other), ctx=ast.Load()):
            return one == many and other == index
    return False


def _loads(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Load)


def _item_name(source: Source, many: str) -> str:
    """A name for one of many that nothing else has: `price` of `prices`."""
    singular = many[:-3] + "y" if many.endswith("ies") else many.removesuffix("s")
    names = [singular, "item", "each", "element", *(f"item_{n}" for n in range(2, 100))]
    usable = (name for name in names if len(name) > 1 and name != many)
    return next(
        name for name in usable if not keyword.iskeyword(name) and not uses(name, source.tree)
    )


def _gatherings(source: Source) -> Iterator[_Gathering]:
    for first, second in _neighbours(source):
        if not isinstance(first, ast.Assign | ast.AnnAssign) or not isinstance(second, ast.For):
            continue
        targets = first.targets if isinstance(first, ast.Assign) else [first.target]
        match targets, second:
            case [ast.Name(id=name)], ast.For(orelse=[]) if _is_bare(source, first, second):
                if found := _gathering(source, first, second, name):
                    yield found


def _gathering(
    source: Source, begin: ast.Assign | ast.AnnAssign, loop: ast.For, name: str
) -> _Gathering | None:
    test: ast.expr | None
    match loop.body:
        case [ast.If(test=test, body=[act], orelse=[])]:
            value = _added(act, name)
        case [act]:
            test = None
            value = _added(act, name)
        case _:
            return None
    if value is None:
        return None
    parts = [loop.iter, value, *([test] if test else [])]
    scope = source.scope(loop)
    closed = all(uses(each, scope) == uses(each, loop) for each in names_in(loop.target))
    if name in names_in(*parts) or not closed or any(_suspends(part) for part in parts):
        return None
    return _Gathering(begin, loop, name, value, test)


def _added(statement: ast.stmt, name: str) -> ast.expr | None:
    match statement:
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(value=ast.Name(id=same), attr="append"),
                args=[value],
                keywords=[],
            )
        ) if same == name and not isinstance(value, ast.Starred):
            return value
        case ast.AugAssign(target=ast.Name(id=same), op=ast.Add(), value=value) if same == name:
            return value
    return None


def _replaced(source: Source, found: _Gathering, opening: str, closing: str) -> list[SourceEdit]:
    clauses = [
        source.code(found.value),
        f"for {source.code(found.loop.target)} in {source.code(found.loop.iter)}",
        *([f"if {source.code(found.test)}"] if found.test else []),
    ]
    if any("\n" in clause for clause in clauses):
        return []
    if isinstance(found.value, ast.Tuple) and not clauses[0].startswith("("):
        clauses[0] = f"({clauses[0]})"
    head = found.begin.col_offset + len(found.name) + 3
    if head + sum(len(clause) + 1 for clause in clauses) + len(opening + closing) <= _WIDTH:
        return _over_both(source, found, opening + " ".join(clauses) + closing)
    margin = " " * found.begin.col_offset
    inside = "".join(f"{margin}    {clause}\n" for clause in clauses)
    return _over_both(source, found, f"{opening}\n{inside}{margin}{closing}")


def _over_both(source: Source, found: _Gathering, text: str) -> list[SourceEdit]:
    if found.begin.value is None:
        return []
    return [SourceEdit(source.start(found.begin.value), source.end(found.loop), text)]


def _neighbours(source: Source) -> Iterator[tuple[ast.stmt, ast.stmt]]:
    for body in source.bodies():
        yield from pairwise(body)


def _is_bare(source: Source, first: ast.stmt, second: ast.stmt) -> bool:
    """Whether there is no comment in two statements that would be lost."""
    return "#" not in source.text[source.start(first) : source.end(second)]


def _is_empty_list(node: ast.expr | None) -> bool:
    match node:
        case ast.List(elts=[]) | ast.Call(func=ast.Name(id="list"), args=[], keywords=[]):
            return True
    return False


def _last(loop: ast.For) -> ast.stmt:
    only = loop.body[0]
    return only.body[0] if isinstance(only, ast.If) else only


def _loaded(target: ast.expr) -> ast.expr:
    return ast.Name(id=target.id, ctx=ast.Load()) if isinstance(target, ast.Name) else target


def _suspends(node: ast.AST) -> bool:
    return any(
        isinstance(each, ast.Yield | ast.YieldFrom | ast.Await | ast.NamedExpr)
        for each in ast.walk(node)
    )
